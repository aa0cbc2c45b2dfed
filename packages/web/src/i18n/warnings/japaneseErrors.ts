import type { ErrorSentences, Purpose, Refusal, ValuesOf } from "@isoflop/laws/statements";
import { PROFILE_REASONS } from "./japaneseWords.js";

type Translations = {
  readonly [Name in keyof ErrorSentences]: (values: ValuesOf<ErrorSentences[Name]>) => Refusal;
};

const PURPOSES: Readonly<Record<Purpose, string>> = {
  "Approach 1": "アプローチ 1 ",
  "Approach 2": "アプローチ 2 ",
  "Approach 3": "アプローチ 3 ",
  "Kaplan's fit": "Kaplan の法則",
  "Kaplan's L(N, D)": "Kaplan の L(N, D) ",
  "The data-constrained fit": "データ制約付きの法則",
  "A backtest": "バックテスト",
  "A profile": "プロファイル",
  "A design": "設計",
  "A simulation": "シミュレーション",
  "Grouping by budget": "計算予算ごとのグループ化",
};

/** Why runs support no fit or backtest, in Japanese, from the values that the English message is made from. */
export const japaneseErrors: Translations = {
  "bad-record": (v) => ({
    message: `${v.runs} 個のランのうち ${v.bad} 個が使えません。最初は ${v.row} 行目${v.id === "" ? "" : ` (「${v.id}」)`} です (${v.fault})。フィットには正の有限な数値が必要です。`,
    hint: "発散または失敗したランを除き、列の単位を確かめてください。",
  }),
  "bad-row": (v) => ({
    message: `${v.rows} 行のうち ${v.bad} 行は ${v.law} でフィットできません。最初は ${v.row} 行目です (${v.fault})。`,
    hint: "それらの行を除き、列の単位を確かめてください。",
  }),
  "too-few-records": (v) => ({
    message: `${PURPOSES[v.purpose]}には少なくとも ${v.needed} 個のランが必要ですが、${v.runs} 個しかありません。`,
    hint: "複数のサイズと計算予算で、さらにランを学習するか取り込んでください。",
  }),
  "too-few-records/rows": (v) => ({
    message: `${v.law} の自由なパラメータは ${v.free} 個ですが、データは ${v.rows} 行、異なる ${v.inputs} は ${v.distinct} 通りです。`,
    hint: `異なる入力 ${v.free} 通り、${v.free + 1} 行以上のデータを用意するか、パラメータを固定してください。`,
  }),
  "no-variation": (v) => ({
    message: `${PURPOSES[v.purpose]}には${v.field === "parameters" ? "サイズ" : "データ量"}の異なるランが必要ですが、すべて${v.field === "parameters" ? " N" : " D"} = ${v.value} です。`,
    hint: "isoFLOP プロファイルのように、N と D の両方を変えてください。",
  }),
  "no-variation/loss": (v) => ({
    message: `${PURPOSES[v.purpose]}には異なる損失が必要ですが、すべて ${v.value} です。`,
    hint: "損失の列が各ランの最終損失かどうか確かめてください。",
  }),
  "some-budgets": (v) => ({
    message: `${v.runs} 個のランのうち ${v.with} 個にしか計算予算がありません (たとえば「${v.without}」にありません)。`,
    hint: "すべてのランに計算予算を付けるか、どれにも付けないでください (その場合は C の近いランをまとめます)。",
  }),
  "too-few-minima": (v) => {
    const at = v.outcomes.map(({ reason, budgets }) => {
      const first = budgets.slice(0, 4).map((budget) => budget.toPrecision(3));
      const more = budgets.length > 4 ? ` ほか ${budgets.length - 4} 個` : "";
      return `${first.join("、")}${more}: ${reason === undefined ? "使用" : PROFILE_REASONS[reason]}`;
    });
    return {
      message: `アプローチ 2 には isoFLOP の極小が 2 つ必要ですが、${v.used === 1 ? "1 つしかありません" : "1 つもありません"} (${at.join("。")})。`,
      hint: "いくつかの計算予算で、極小の両側で損失が上がるように複数のサイズを学習してください。ほかの設計のランはアプローチ 3 でフィットできます。",
    };
  },
  "no-curves": (v) => ({
    message: `アプローチ 1 には、共通する計算量の範囲で 2 つのサイズの学習曲線が必要です。曲線があるのは ${v.runs} 個のランのうち ${v.curves} 個です。`,
    hint: "各ランの学習損失を記録する (metrics.jsonl) か、アプローチ 2 または 3 を使ってください。",
  }),
  "no-envelope": () => ({
    message:
      "包絡線のどこでも、最小または最大のサイズか、1 つのサイズだけの損失が最も低くなっています。指数をフィットできません。",
    hint: "曲線が互いに交わるように、少なくとも 3 つのサイズを学習してください。それまではアプローチ 2 または 3 を使ってください。",
  }),
  "no-frontier": () => ({
    message: "フロンティアがありません。isoFLOP の極小も、より安価なランに劣らないランも 2 つ未満です。",
    hint: "複数の計算予算で学習してください。",
  }),
  "no-repetition": () => ({
    message: "固有トークン数より多くのトークンで学習したランがないため、反復の影響が分かりません。",
    hint: "各ランの固有トークン数 (unique_tokens または epochs の列) を与えるか、アプローチ 3 を使ってください。",
  }),
  "no-base": (v) => ({
    message: `データを反復しないランは ${v.single} 個ですが、固有トークンだけの場合の法則には ${v.needed} 個必要です。`,
    hint: "isoflop fit で、その法則の定数を与える (--base muennighoff-2023、またはフィットのファイル) か、すべてのパラメータを同時にフィットしてください。",
  }),
  "no-start": (v) => ({
    message: `これらの入力では、試したどのパラメータでも ${v.law} の値が求まりません。`,
    hint: "入力の単位と、固定したパラメータを確かめてください。",
  }),
  "no-likelihood": () => ({
    message:
      "アプローチ 1 には尤度がありません。包絡線の点は少数の平滑化した曲線を繰り返し読んだもので、誤差が互いに独立ではないためです。それらから求めた区間が真の指数を含んだのは、模擬実験 100 回のうち 10〜85 回でした。",
    hint: "ラン全体を再標本化したブートストラップの区間を見てください。",
  }),
  "no-profile": (v) => ({
    message: `${v.law === "Approach 2" ? "アプローチ 2 " : "Kaplan の L(C) "}は ${v.points} 個の${v.law === "Approach 2" ? "極小" : "フロンティアの点"}をちょうど通るため、点のずれを示す残差が残りません。`,
    hint: "計算予算をもう 1 つ増やして学習してください。ブートストラップの区間は個々のランのノイズに基づくので有効です。",
  }),
  "no-profile/decay": () => ({
    message: "R_D* も R_N* もフィットされていないため、プロファイルを求めるものがありません。",
    hint: "データの反復や過剰なパラメータの価値が減衰するものとしてフィットしてください。",
  }),
  "too-few-budgets": (v) => ({
    message: `バックテストは最大の計算予算を除いて予測するため、${v.needed} 個の計算予算が必要ですが、${v.budgets} 個しかありません。`,
    hint: "計算予算を増やして学習してください。",
  }),
  "too-few-budgets/cuts": (v) => ({
    message: `バックテストは計算量のいくつかの値でランを区切るため、${v.cuts} 通りの計算量にわたる ${v.runs} 個のランが必要です。`,
    hint: "より計算量の大きいランを加えてください。",
  }),
};

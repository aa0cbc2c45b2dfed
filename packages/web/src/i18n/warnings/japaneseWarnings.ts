import type { ValuesOf, WarningSentences } from "@isoflop/laws/statements";
import {
  another,
  boundedName,
  constants,
  decayMinimum,
  fittedValue,
  leftOutText,
  PROFILE_REASONS,
  percent,
  repeated,
  shown,
  trackerState,
} from "./japaneseWords.js";

/** Every warning in Japanese, from the values that its English message is made from. */
type Translations = {
  readonly [Name in keyof WarningSentences]: (values: ValuesOf<WarningSentences[Name]>) => string;
};

export const japaneseWarnings: Translations = {
  "few-points": (v) =>
    `${v.what === "repeating" ? "データを反復するラン、または過剰なパラメータを持つラン" : v.what === "rows" ? "行" : "ラン"} ${v.points} 個で ${v.parameters} 個のパラメータを決めています。信頼区間は広すぎるか、当てになりません。`,
  "few-points/budget": (v) => excluded(v),
  "few-points/budgets": (v) =>
    `${v.budgets} 個の計算予算のうち ${v.few} 個 (ラン ${v.runs} 個、最初は ${v.first.toPrecision(3)}) を除外しました。極小を求めるには 3 つのサイズが必要です。`,
  "few-points/envelope": (v) => `フィットした包絡線が通るサイズは ${v.sizes} 個だけです。`,
  "few-minima/two": () =>
    "極小が 2 つだけなので、指数はちょうど決まってしまい、既約損失は見えません。この範囲を超えると L_opt(C) は低すぎる値になり、信頼区間もありません。",
  "few-minima/three": () =>
    "極小が 3 つだけなので、L_opt(C) の E、k、gamma がちょうど決まります。損失の予測を検証する余地がありません。",
  "few-minima/line": () => "2 点だけなので、べき乗則がちょうど決まってしまいます。",
  "few-minima/forecast": () =>
    "極小が 2 つだけでは既約損失が見えません。この範囲を超えると、損失の予測は低すぎる値になります。",
  "parameter-at-bound": (v) =>
    `${v.name} = ${v.value.toPrecision(3)} は探索範囲の端にあります。${v.floor ? "これらのランからは既約損失が分かりません" : "これらのランではこの項が決まりません"}。`,
  "parameter-at-bound/term": (v) =>
    `${v.name} の項は損失の ${v.share.toExponential(1)} 倍しかなく、これらのランには現れていません。`,
  "parameter-at-bound/exponent": (v) => `${v.name} は探索範囲の端 (${v.value}) にあります。`,
  "parameter-at-bound/frontier": () =>
    "これらの損失からは既約損失が見えません。L_opt(C) は純粋なべき乗則になっています (E = 0、または gamma が探索範囲の端)。",
  "parameter-at-bound/rows": (v) =>
    `${boundedName(v.name)} = ${v.value.toPrecision(3)} は探索範囲の端にあります。これらの行では決まりません。`,
  "parameter-at-bound/unseen": (v) =>
    `${boundedName(v.name)} を変えても予測は変わりません。これらの行にはその項が現れていません。`,
  "parameter-at-bound/uninformed": (v) =>
    `${repeated(v.name)}を含むランがありません。${v.name} は決まらないため、減衰なしとしました。`,
  "parameter-at-bound/no-decay": (v) =>
    `${v.name} は無限大です (${v.written} と表記)。これらのランでは、${repeated(v.name)}の価値は減衰しません。`,
  "parameter-at-bound/worthless": (v) =>
    `${v.name} は探索範囲の端 ${v.value.toPrecision(2)} にあります。${repeated(v.name)}には価値がないことになります。`,
  "edge-minimum": (v) => excluded(v),
  "edge-minimum/envelope": (v) =>
    `包絡線の ${Math.round(100 * v.share)}% では、最小または最大のサイズの損失が最も低くなっています。その区間はフィットに使いません。`,
  "non-convex": (v) => excluded(v),
  "narrow-compute-range": (v) =>
    `計算量の範囲が ${v.decades.toFixed(2)} 桁しかありません。指数を求めるには少なくとも 1 桁必要です。`,
  "poor-convergence/iterations": () => "最小化が反復回数の上限に達しました。目的関数はまだ下がり続けていました。",
  "poor-convergence/slope": (v) =>
    `勾配が 0 になっていません。勾配を構成する項の大きさに対して ${v.relativeGradient.toExponential(1)} が残っています。`,
  "mixed-convention/six-nd": (v) =>
    `${v.runs} 個のランのうち ${v.off} 個が C = 6ND を満たしません (最初は「${v.first}」: C/6ND = ${v.ratio.toPrecision(3)})。N と C の数え方が揃っておらず、指数が歪みます。`,
  "mixed-convention/tables": (v) =>
    `取り込んだランの N と C は ${v.counting} で数えています。${v.tables.join("、")}${v.more > 0 ? ` ほか ${v.more} 個` : ""}の表が同じ数え方かどうかは示されていません。`,
  "unfinished-runs": (v) =>
    `記録元によると、${v.runs} 個のランのうち ${v.unfinished} 個は終了していません (${v.states.map(({ state, count }) => `${trackerState(state)} ${count} 個`).join("、")}): ${v.names.join("、")}${v.unfinished > v.names.length ? ` ほか ${v.unfinished - v.names.length} 個` : ""}。そのままの値で使っています。`,
  "mixed-convention/sizes": (v) =>
    `${v.sizes} 個のサイズのうち ${v.mixed} 個で、1 トークンあたりの FLOPs が一定ではありません (最初は N = ${v.first.toPrecision(4)}: C/6ND が ${v.least.toPrecision(3)} から ${v.largest.toPrecision(3)})。N と C の数え方が揃っておらず、指数が歪みます。`,
  "bootstrap-failures": (v) =>
    `${v.resamples} 回の再標本のうち ${v.failed} 回はフィットできず、信頼区間から除きました。`,
  "exponents-sum": (v) =>
    `a + b = ${v.sum.toFixed(3)} です。C ∝ ND なら 1 になるはずで、N、D、C が互いに整合していません。`,
  "no-frontier": () => "isoFLOP の極小が 2 つ未満です。この法則は最良のランを通りますが、それが最適とは限りません。",
  extrapolation: (v) =>
    `計算予算は、フィットした${v.than === "largest" ? "最大" : "最小"}の予算の ${v.factor.toPrecision(2)} 倍です。`,
  "collinear-design": (v) =>
    `ln N と ln D の相関が ${v.correlation.toFixed(3)} あります。alpha と beta を区別するには、同じサイズを複数のデータ量で学習してください。`,
  "skipped-curves": (v) => `${v.runs} 個のランのうち ${v.without} 個は、3 点以上の学習曲線がないため除外しました。`,
  "base-excess": (v) =>
    `基礎の法則をフィットした 1 エポックのラン ${v.runs} 個のうち ${v.excess} 個は、トークン数で活かせる以上のパラメータを持っています。得られた法則によれば、その損失は基礎の法則より最大 ${(100 * v.most).toPrecision(2)} % 高くなります。基礎の法則、RD、RN は偏っています。`,
  "second-basin": (v) =>
    `${another(v.rivals, v.excess)}: ${constants(v.constants)}、a ${v.exponent.toPrecision(3)} (採用したフィットでは a ${v.own.toPrecision(3)})。`,
  "second-basin/kaplan": (v) => `${another(v.rivals, v.excess)}: ${constants(v.constants)}。`,
  "second-basin/frontier": (v) =>
    `L_opt(C) には、これらの損失では区別できない別の極小があります: E ${v.E.toPrecision(4)}、gamma ${v.gamma.toPrecision(3)} (採用したフィットでは E ${v.ownE.toPrecision(4)}、gamma ${v.ownGamma.toPrecision(3)})。`,
  "second-basin/rows": (v) =>
    `これらの行では区別できない別の極小があります: ${constants(v.constants)} (目的関数 ${v.objective.toPrecision(5)}、採用したフィットでは ${v.own.toPrecision(5)})。`,
  "second-basin/decay": (v) =>
    `目的関数には、${v.chosen ? "選んだ極小" : "最も低い極小"} (${decayMinimum(v.own)}) のほかにも極小があります: ${v.others.map(decayMinimum).join("、")}。採用したい極小の近くから探索を始めてください。`,
  "ill-conditioned": (v) => `5 つのパラメータの条件数は、尺度を揃えた変数で ${v.condition.toExponential(0)} です。`,
  "ill-conditioned/infinite": () => "5 つのパラメータの条件数は、尺度を揃えた変数で無限大です。",
  "ill-conditioned/scaled": (v) => `条件数は、尺度を揃えた変数で ${v.condition.toExponential(0)} です。`,
  "ill-conditioned/rows": (v) =>
    `ガウス・ニュートン行列の条件数は、尺度を揃えた変数で ${v.condition.toExponential(1)} です。パラメータのある組み合わせがほとんど決まりません。`,
  "ill-conditioned/frontier": (v) =>
    `L_opt(C) の E、k、gamma についての条件数は ${v.condition.toExponential(0)} です。損失のうちどれだけが既約損失なのか、ほとんど決まりません。`,
  "delta-sensitive": (v) =>
    `${fittedValue(v.name)}は、設定した Huber の δ で ${shown(v.value)} ± ${shown(v.error)} ですが、δ を 10 分の 1 にすると ${shown(v.smaller)}、10 倍にすると ${shown(v.larger)} になります。`,
  "budget-sensitive": (v) =>
    `${leftOutText(v.without)}を除くと、${fittedValue(v.name)}は ${shown(v.value)} から ${shown(v.changed)} に変わります。偶然だけなら変化は ${v.asRatio ? `${(100 * Math.expm1(v.chance)).toPrecision(2)}%` : shown(v.chance)} 程度のはずです。`,
  "off-centre": (v) =>
    `${v.minima} 個の極小のうち ${v.far} 個は、サイズの範囲の中央から端まで半分以上離れています (${v.budget.toPrecision(3)} FLOPs で ${(100 * v.offset).toFixed(0)}%)。不確かさが大きく、偏りもあります。`,
  "wide-profile": (v) =>
    `プロファイルが左右非対称です (サイズの範囲は最大 ${v.span.toPrecision(2)} 倍)。3 次の項を入れると、放物線の極小は N で最大 ${(100 * v.shift).toFixed(0)}% 動きます。`,
  "uneven-budgets": (v) => uneven(v),
  "uneven-budgets/drift": (v) =>
    `${v.minima} 個の極小のうち ${v.drifting} 個では、サイズの範囲で C が N とともに最大 ${v.ratio < 1 ? `${(1 / v.ratio).toFixed(2)} 分の 1 に減ります` : `${v.ratio.toFixed(2)} 倍に増えます`}。予算を使ったときとは別の数え方で C を数えた場合に起こります。極小は使ったときの予算に沿ったもので、C を一定にした N_opt はこれより${v.ratio < 1 ? "大きく" : "小さく"}なります。アプローチ 3 に予算は要りません。`,
  "duplicate-runs": (v) =>
    `${v.runs} 個のランのうち ${v.copies} 個は、N、D、C、損失が別のランと同じです。複製なら新しい情報にはならず、信頼区間が狭すぎることになります。`,
  "duplicate-runs/rows": (v) =>
    `${v.rows} 行のうち ${v.copies} 行は、入力と y が別の行と同じです。信頼区間が狭すぎることになります。`,
  "dependent-rows": (v) => `${v.repeated} 個の観測値は、別の観測値と同じ学習ランのものです。${DRAWN[v.over]}。`,
  "dependent-rows/profiles": ({ over }) =>
    `1 つの学習ランから複数の観測値が得られています。${over === "runs" ? "それらの誤差はまとめて引き直しました" : over === "none" ? "これに依存する信頼区間はありません" : `信頼区間は${over === "rows" ? "行" : "ノイズ"}ごとの再標本化によるもので、それらを独立とみなしています`}。`,
  "no-intervals": (v) =>
    `${v.resamples} 回の再標本のうちフィットできたのは ${v.fitted} 回だけなので、信頼区間は示しません。`,
  "no-intervals/spline": () =>
    "Akima スプラインはすべてのサイズを通るためノイズが分からず、信頼区間がありません。複数のシードのランか、シードによるノイズの値があれば求められます。",
  "no-intervals/parabola": () =>
    "どの放物線もすべてのランをちょうど通るためノイズが分からず、信頼区間がありません。1 つの計算予算に 4 つのサイズがあれば求められます。",
  "interval-coverage/envelope": () =>
    "模擬実験では、公称 95% 信頼区間が真値を含んだ割合は、指数で 99〜100% (広すぎる)、損失で 84〜87% (狭すぎる) でした。",
  "interval-coverage/profile": () =>
    "模擬実験では、この損失関数のプロファイル尤度による公称 95% 信頼区間が真値を含んだ割合は 86〜88% でした。95〜98% だったブートストラップの区間を使ってください。",
  "interval-coverage/wide": () =>
    "模擬実験では、100 倍の範囲のサイズから求めた N_opt の公称 95% 信頼区間が真値を含んだ割合は 85% でした。放物線による偏りはノイズではないためです。",
  "extrapolation/design": (v) =>
    `目標の計算予算は、提案したものを含む最大のランの ${v.factor.toPrecision(2)} 倍です。この隔たりを補える設計はありません。`,
  "no-intervals/design": () =>
    "フィットのブートストラップ標本が少なすぎます。設計は、1 つの法則を既知とみなして作られています。",
  "law-trusted": () =>
    "ドリフトが 0 です。小さく安価なランでは法則が大きく外れるとしても、大きなランと同じ重みで扱われます。",
  "law-drifts": (v) =>
    `提案したランを学習した後も、損失の予測の分散の ${Math.round(100 * v.share)}% は法則と真値とのずれ (計算量 e 倍あたり ${percent(v.drift)}、最尤値は ${percent(v.likeliest)}) によるものです。目標に近いランでしか減らせません。`,
  "kaplan-count": () =>
    "この実験の N は埋め込みを含みますが、Kaplan の N は含みません。Kaplan の指数は counting: { parameters: non-embedding } の場合のものです。",
  "not-converged": (v) =>
    `${v.runs} 個のランのうち ${v.falling} 個 (${v.first} など) では、トークンを使い切った時点でも損失が下がり続けていました。収束時の損失より高い値です。この部分のトークン数を増やしてください。`,
  "no-intervals/least-steps": () =>
    "近い値の臨界バッチでは L(N, S_min) をフィットできませんでした。臨界バッチの誤差の影響がわからないため、信頼区間はありません。",
  "no-intervals/scan": () =>
    "1 回の走査の損失はすべて同じランから読み取ったものです。信頼区間には 3 つのシードが必要です (design.seeds)。",
};

const DRAWN = {
  runs: "ランごとに再標本化しました",
  rows: "それでも行ごとに再標本化したため、信頼区間は狭すぎます",
  noise: "それぞれに別のノイズを加えたため、信頼区間は狭すぎます",
  none: "これに依存する信頼区間はありません",
} as const;

const excluded = ({ budget, reason }: ValuesOf<WarningSentences["edge-minimum"]>): string =>
  `計算予算 ${budget.toPrecision(3)} FLOPs を除外しました: ${PROFILE_REASONS[reason]}。`;

function uneven(v: ValuesOf<WarningSentences["uneven-budgets"]>): string {
  const handled =
    v.curve === "akima"
      ? "スプラインはこれをサイズの効果とみなします (放物線には、これを補う ln C の項があります)"
      : "放物線に ln C の項を加えて補っています";
  return [
    ...(v.cut > 0
      ? [
          `C が切れ目なく分布しているため、${v.budgets} 個の計算予算のうち ${v.cut} 個は長い連なりを切り分けたものです。`,
        ]
      : []),
    ...(v.uneven > 0
      ? [
          `${v.minima} 個の極小のうち ${v.uneven} 個では、ランの C が最大 ${(100 * v.spread).toFixed(0)}% 異なります。${handled}。`,
        ]
      : []),
  ].join("");
}

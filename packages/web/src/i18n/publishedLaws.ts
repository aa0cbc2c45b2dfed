import type { NamedLaw } from "@isoflop/laws";
import type { Locale } from "./locale.js";

/** Titles and notes of the published laws in Japanese; in English the laws have their own. */
export const JAPANESE_LAWS: Readonly<Record<string, { readonly title: string; readonly notes: readonly string[] }>> = {
  "kaplan-2020": {
    title: "Kaplan: 大きなモデルを少ないトークンで",
    notes: [
      "N は埋め込みを除くパラメータ数。C は臨界バッチより十分小さいバッチでの計算量 C_min であり、6ND はその約 1.8 倍になる。",
      "式 1.5 の L(N, D) は Table 6 と最適点が異なるため、この法則には含めない。",
      "指数が大きいのは、出力層の FLOPs の数え漏れ、長いウォームアップ、学習長に合わないコサイン減衰、小さいモデルの調整不足による(Porian et al. 2024)。",
    ],
  },
  "hoffmann-2022-approach-1": {
    title: "Chinchilla アプローチ 1: 学習曲線の包絡線",
    notes: [
      "Table 3 の各行を対数で補間し、その外側では全行の回帰による指数で延長する。",
      "損失については何も述べない。印刷された N と D は丸められており、6ND は C と最大 5% 異なる(67B の行)。",
    ],
  },
  "hoffmann-2022-approach-2": {
    title: "Chinchilla アプローチ 2: isoFLOP プロファイル",
    notes: [
      "Table A3 の各行を対数で補間し、その外側では全行の回帰による指数で延長する。",
      "損失については何も述べない。印刷された N と D は丸められており、6ND は C と最大 5% 異なる(67B の行)。",
    ],
  },
  "hoffmann-2022-approach-3": {
    title: "Chinchilla アプローチ 3: 損失のパラメトリックな式",
    notes: [
      "論文のソースにある丸める前の定数: E 1.6934、A 406.40、B 410.72、alpha .33917、beta .28491。",
      "丸めた定数(1.69、406.4、410.7、.34、.28)では 5.88e23 FLOPs でパラメータ数が 2 割少なくなる。",
      "このフィットは収束していなかった(Besiroglu et al. 2024)。besiroglu-2024 の方がよい。",
    ],
  },
  "muennighoff-2023": {
    title: "データ制約下のスケーリング則(固有トークンの場合)",
    notes: [
      "alpha = beta と置かれている。固有トークンが限られる場合は、反復データの価値が R_D* 15.39、過剰なパラメータの価値が R_N* 5.31 で減衰する。",
    ],
  },
  "besiroglu-2024": {
    title: "Epoch による Chinchilla アプローチ 3 の再推定",
    notes: ["Hoffmann の Figure 4 から読み取った 240 点に対する推定。実質的には ln 損失の最小絶対偏差による。"],
  },
  "llama-3-2024": {
    title: "Llama 3: 独自のデータ配合でのisoFLOP プロファイル",
    notes: [
      "D = 0.299 C^0.537(Figure 3 の凡例)。本文の丸めた式 0.29 C^0.53 では 3.8e25 FLOPs でデータが 3 分の 1 少なくなる。",
      "N = C / 6D。数え方は論文に書かれていないが、405B と 15.6T トークンはこの数え方で 3.8e25 FLOPs になる。",
      "6e18 から 1e22 FLOPs のプロファイルに当てはめた放物線であり、パラメータ数が少なめに偏る(Czech et al. 2026, arXiv:2603.22339)。損失については何も述べない。",
      "論文自身の予測(402B、16.55T トークン)とは、論文が挙げる 3.8e25 ではなくその 6ND である 3.99e25 FLOPs において 1.2% 以内で一致する。",
    ],
  },
};

/** A published law's title in a language of the page. */
export const titleOf = ({ name, title }: Pick<NamedLaw, "name" | "title">, language: Locale): string =>
  (language === "ja" ? JAPANESE_LAWS[name]?.title : undefined) ?? title;

import { texts } from "../../i18n/locale.js";

export const countingTexts = texts(
  {
    parameters: "N counts",
    flops: "C counted as",
    sizes: { total: "all parameters", "non-embedding": "without embeddings", given: "as its source" },
    computes: {
      "6N": "6ND, N all parameters",
      "6N-non-embedding": "6ND, N without embeddings",
      kaplan: "Kaplan, equation 2.2",
      hoffmann: "Hoffmann, appendix F",
      given: "as its source",
    },
    own: (count: string) => `${count} (the runs’ own)`,
    holds: (parameters: string, flops: string) => `N: ${parameters}. C: ${flops}.`,
    meaning: {
      sizes: {
        total: "every parameter, embeddings among them (Hoffmann et al. 2022)",
        "non-embedding": "every parameter but those of embeddings, positions and head (Kaplan et al. 2020)",
        given: "what the source gives, which does not say what it counts",
      },
      computes: {
        "6N": "6ND with N every parameter",
        "6N-non-embedding": "6ND with N without embeddings, which leaves the head’s FLOPs out",
        kaplan: "FLOPs of the blocks and of attention (Kaplan et al. 2020, equation 2.2)",
        hoffmann:
          "FLOPs of every product, embeddings, attention and head among them (Hoffmann et al. 2022, appendix F)",
        given: "FLOPs as the source gives them",
      },
    },
    budgets:
      "Budgets keep the compute that they were spent by, and group the runs; by this count the runs of one budget differ in C, so approach 2’s minima are not those along one C (the fit warns where it matters): approach 3 needs no budgets.",
    published: (laws: string, count: string) =>
      `Of the published laws beside them, these count N otherwise (${count}): ${laws}.`,
    short: (counts: string) => `(${counts})`,
    shortSize: "N without embeddings",
    shortCompute: { kaplan: "C as Kaplan", hoffmann: "C as Hoffmann" },
    oneSize: {
      study: "Every run is known by this count of N alone.",
      imported:
        "Every run is known by this count of N alone: a table needs a column of the other count, or of the embeddings’ own, beside N; an import the shape or both counts of every run (import again what an older version has imported).",
      dropped:
        "There is no other count of N to switch to: a column of the parameters without embeddings, or of the embeddings’ own, beside N gives one.",
    },
    oneCompute: "C has no other count: FLOPs that differ from 6ND, or the models’ shapes, would give one.",
  },
  {
    parameters: "N の数え方",
    flops: "C の数え方",
    sizes: { total: "全パラメータ", "non-embedding": "埋め込みを除く", given: "元データのまま" },
    computes: {
      "6N": "6ND (N は全パラメータ)",
      "6N-non-embedding": "6ND (N は埋め込みを除く)",
      kaplan: "Kaplan 式 2.2",
      hoffmann: "Hoffmann 付録 F",
      given: "元データのまま",
    },
    own: (count) => `${count} (ラン本来)`,
    holds: (parameters, flops) => `N: ${parameters}。C: ${flops}。`,
    meaning: {
      sizes: {
        total: "埋め込みを含む全パラメータ数 (Hoffmann et al. 2022)",
        "non-embedding": "埋め込み・位置・出力層を除くパラメータ数 (Kaplan et al. 2020)",
        given: "元データの値 (何を数えたかは不明)",
      },
      computes: {
        "6N": "全パラメータ数 N による 6ND",
        "6N-non-embedding": "埋め込みを除く N による 6ND (出力層の FLOPs を含まない)",
        kaplan: "ブロックと注意機構の FLOPs (Kaplan et al. 2020、式 2.2)",
        hoffmann: "埋め込み・注意機構・出力層を含むすべての積の FLOPs (Hoffmann et al. 2022、付録 F)",
        given: "元データの FLOPs",
      },
    },
    budgets:
      "計算予算は学習時の数え方の値のままで、ランのグループ分けに使います。この数え方では同じ予算のランでも C が異なるため、アプローチ 2 の極小は C を一定としたときの極小ではありません (影響が大きい場合は警告します)。アプローチ 3 は予算を必要としません。",
    published: (laws, count) => `比較中の既発表の法則のうち、N の数え方が異なるもの (${count}): ${laws}。`,
    short: (counts) => `(${counts})`,
    shortSize: "N は埋め込みを除く",
    shortCompute: { kaplan: "C は Kaplan 式", hoffmann: "C は Hoffmann 式" },
    oneSize: {
      study: "どのランについても、N はこの数え方でしか分かりません。",
      imported:
        "どのランについても、N はこの数え方でしか分かりません。表なら N の列のほかに埋め込みを除くパラメータ数または埋め込みのパラメータ数の列が、取り込みならすべてのランの形状または両方の数が必要です (古い版で取り込んだものは取り込み直してください)。",
      dropped:
        "切り替えられる N の数え方がありません。N の列のほかに、埋め込みを除くパラメータ数または埋め込みのパラメータ数の列があれば切り替えられます。",
    },
    oneCompute: "C の別の数え方は分かりません。6ND と異なる FLOPs、またはモデルの形状があれば切り替えられます。",
  },
);

import type { FigureOptions } from "./frame.js";
import { bilingual, inLanguage } from "./language.js";

/** The field's words that several figures use: axes, marks, lines. */
export const terms = bilingual(
  {
    parametersN: "Parameters N",
    tokensD: "Tokens D",
    trainingTokensD: "Training tokens D",
    optimalN: "Optimal parameters N",
    optimalD: "Optimal tokens D",
    computeBudget: (unit: string) => `Compute budget C (${unit})`,
    trainingCompute: (unit: string) => `Training compute (${unit})`,
    budget: (unit: string) => `Budget (${unit})`,
    parameters: "Parameters",
    loss: (unit: string) => `Loss (${unit})`,
    finalLoss: (unit: string) => `Final loss (${unit})`,
    trainingLoss: (unit: string) => `Training loss (${unit})`,
    powerLaw: "power law",
    extrapolated: "extrapolated",
    band: "95 % band",
    interval: "95 % interval",
    forecast: "forecast",
    measured: "measured",
    predicted: "predicted",
    run: "run",
    heldOutRun: "held-out run",
    leftOut: "left out",
    efficientFrontier: "efficient frontier",
    isoFlopLine: "isoFLOP line",
    /** Under a dot, when the reader hovers over it. */
    size: (n: string, d: string) => `N ${n}, D ${d}`,
    lossOf: (loss: string) => `loss ${loss}`,
  },
  {
    parametersN: "パラメータ数 N",
    tokensD: "トークン数 D",
    trainingTokensD: "学習トークン数 D",
    optimalN: "最適パラメータ数 N",
    optimalD: "最適トークン数 D",
    computeBudget: (unit) => `計算予算 C (${unit})`,
    trainingCompute: (unit) => `学習の計算量 (${unit})`,
    budget: (unit) => `計算予算 (${unit})`,
    parameters: "パラメータ数",
    loss: (unit: string) => `損失 (${unit})`,
    finalLoss: (unit: string) => `最終損失 (${unit})`,
    trainingLoss: (unit: string) => `学習損失 (${unit})`,
    powerLaw: "べき乗則",
    extrapolated: "外挿",
    band: "95% 信頼帯",
    interval: "95% 信頼区間",
    forecast: "予測",
    measured: "実測",
    predicted: "予測",
    run: "ラン",
    heldOutRun: "検証用に除いたラン",
    leftOut: "フィットから除外",
    efficientFrontier: "効率的フロンティア",
    isoFlopLine: "等計算量線",
    size: (n: string, d: string) => `N ${n}、D ${d}`,
    lossOf: (loss: string) => `損失 ${loss}`,
  },
);

/** Where N leaves the embeddings out. */
const withoutEmbeddings = bilingual(
  {
    parametersN: "Parameters N, no embeddings",
    optimalN: "Optimal N, no embeddings",
    parameters: "Parameters, no embeddings",
  },
  {
    parametersN: "パラメータ数 N (埋め込みを除く)",
    optimalN: "最適な N (埋め込みを除く)",
    parameters: "パラメータ数 (埋め込みを除く)",
  },
);

/** The terms, those of N by what it counts. */
export const termsIn = (options: Pick<FigureOptions, "language" | "counting">) => ({
  ...inLanguage(terms, options),
  ...(options.counting?.parameters === undefined ? {} : inLanguage(withoutEmbeddings, options)),
});

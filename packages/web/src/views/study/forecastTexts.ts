import { texts } from "../../i18n/locale.js";

/** Of the forecast, which is stated before it is put to the test. */
export const forecastTexts = texts(
  {
    title: "The forecast",
    waiting: (budgets: string) =>
      `For ${budgets} FLOPs, which are held out: it is stated here when the other runs have ended, before these are trained.`,
    caption: (budget: string, by: string) => `${budget} FLOPs, forecast by ${by} before they were trained:`,
    approach: (name: string) => `Approach ${name}`,
    byOthers: { "": "", "3": "forecast by Approach 3", "2, 3": "forecast by Approaches 2 and 3" },
    ladder: "the ladder along its ray",
    alongTheRay: "further along the ladder",
    ways: {
      "holdout-optimum": "forecast optimum (Chinchilla's way)",
      "holdout-larger": "4x larger, a quarter of the tokens (Gopher's way)",
    },
    columns: {
      model: "Model",
      forecast: "Forecast loss (95 %)",
      measured: "Measured",
      verdict: "Verdict",
    },
    held: "inside the interval: it held",
    failed: "outside the interval: it FAILED",
    noInterval: "forecast without an interval",
    notMade: "not made yet",
    best: (model: string, margin: string) => `Least loss: ${model}, by ${margin} nats per token.`,
  },
  {
    title: "予測",
    waiting: (budgets: string) =>
      `検証用に取り置かれた ${budgets} FLOPs の予測です。ほかのランが終了した時点で、検証用のランを学習する前に、ここに示されます。`,
    caption: (budget: string, by: string) => `${budget} FLOPs(学習前に${by}で予測):`,
    approach: (name: string) => `アプローチ ${name} `,
    byOthers: { "": "", "3": "アプローチ 3 による予測", "2, 3": "アプローチ 2 と 3 による予測" },
    ladder: "ラダーの延長",
    alongTheRay: "ラダーの延長線上",
    ways: {
      "holdout-optimum": "予測された最適点(Chinchilla 流)",
      "holdout-larger": "4 倍のサイズ、1/4 のトークン(Gopher 流)",
    },
    columns: {
      model: "モデル",
      forecast: "予測損失 (95%)",
      measured: "実測",
      verdict: "判定",
    },
    held: "区間内: 予測は的中",
    failed: "区間外: 予測は外れ",
    noInterval: "区間のない予測",
    notMade: "未作成",
    best: (model: string, margin: string) => `損失が最小: ${model}(差 ${margin} nat/トークン)`,
  },
);

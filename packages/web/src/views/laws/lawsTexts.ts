import { texts } from "../../i18n/locale.js";

export const lawsTexts = texts(
  {
    title: "Scaling laws",
    none: "No runs to fit yet: open a study, or drop a table of runs in Data.",
    fitting: "Fitting …",
    fitted: (runs: number, milliseconds: number) => `${runs} runs, fitted in ${milliseconds} ms.`,
    failed: (reason: string) => `The fit failed: ${reason}`,
  },
  {
    title: "スケーリング則",
    none: "当てはめる実験がまだありません。実験を開くか、「データ」に表をドロップしてください。",
    fitting: "当てはめ中…",
    fitted: (runs: number, milliseconds: number) => `${runs} 件の実験を ${milliseconds} ms で当てはめました。`,
    failed: (reason: string) => `当てはめに失敗しました: ${reason}`,
  },
);

import * as Plot from "@observablehq/plot";
import { type Axis, countAxis, evenAxis, lossAxis, type Panel } from "./axes.js";
import { computeIn } from "./compute.js";
import type { ResidualsData } from "./data.js";
import { formatCount, formatLoss } from "./format.js";
import { type FigureOptions, frame } from "./frame.js";
import { bilingual, inLanguage } from "./language.js";
import { sequenceLegend } from "./legend.js";
import { lossUnitText } from "./lossUnit.js";
import { categoryColor, ink, logColorScale } from "./palette.js";
import { leftOutEntry, runDots } from "./runMarks.js";
import { termsIn } from "./terms.js";
import { evenDomain, logDomain } from "./ticks.js";

const texts = bilingual(
  {
    title: "Residuals: what the law misses each run by",
    laws: {
      chinchilla: "Approach 3",
      "kaplan-model-data": "Kaplan's L(N, D)",
      "data-constrained": "the data-constrained law",
    },
    result: (rms: string, worst: string, runs: number) =>
      `Root mean square ${rms} %, largest ${worst} %, over ${runs} runs.`,
    caption: (law: string, result: string) =>
      `Measured against predicted loss, in per cent (log residuals of ${law}). ${result} A slope or a bow in any panel means that the law misses something there.`,
    residual: "Residual (%)",
    predicted: (unit: string) => `Predicted loss (${unit})`,
    losses: (measured: string, predicted: string) => `measured ${measured}, predicted ${predicted}`,
  },
  {
    title: "残差: 法則は各ランをどれだけ外すか",
    laws: {
      chinchilla: "アプローチ 3",
      "kaplan-model-data": "Kaplan の L(N, D)",
      "data-constrained": "データ制約付きの法則",
    },
    result: (rms, worst, runs) => `${runs} 個のランで二乗平均平方根 ${rms}%、最大 ${worst}%。`,
    caption: (law, result) =>
      `実測の損失と予測した損失との差 (%、${law} の対数残差)。${result}どこかのパネルに傾きや湾曲があれば、スケーリング則がそこで何かを捉えられていない。`,
    residual: "残差 (%)",
    predicted: (unit: string) => `予測した損失 (${unit})`,
    losses: (measured, predicted) => `実測 ${measured}、予測 ${predicted}`,
  },
);

/**
 * Residuals of a fit of L(N, D), 100 (ln measured - ln predicted), against N, D and the predicted loss. The log is what
 * Approach 3 minimises (Hoffmann et al. 2022, eq. 3); at this size it reads as per cent of the loss.
 */
export function residuals(data: ResidualsData, options: FigureOptions): HTMLElement {
  const unit = computeIn(options);
  const [text, term] = [inLanguage(texts, options), termsIn(options)];
  const rows = data.runs
    .filter((run) => run.loss > 0 && run.predicted > 0)
    .map((run) => ({ ...run, residual: 100 * Math.log(run.loss / run.predicted) }));
  const budgets = [...new Set(rows.flatMap((row) => (row.budget === undefined ? [] : [row.budget])))];
  const scale = logColorScale(budgets);
  const color = (row: { budget?: number }): string => (row.budget === undefined ? categoryColor(0) : scale(row.budget));
  const rms = Math.sqrt(rows.reduce((sum, row) => sum + row.residual ** 2, 0) / Math.max(1, rows.length));
  const worst = rows.reduce((most, row) => Math.max(most, Math.abs(row.residual)), 0);
  const result = text.result(rms.toFixed(2), worst.toFixed(2), rows.length);

  return frame(options, {
    name: "residuals",
    title: text.title,
    caption: text.caption(text.laws[data.law ?? "chinchilla"], result),
    description: result,
    draw: (room) => {
      const height = room.narrow ? 220 : 260;
      const width = room.narrow ? room.width : room.width / 3;
      const y = evenDomain(
        rows.flatMap((row) => [row.residual, -row.residual]),
        0.08,
      );
      const panel = (x: Axis, value: "parameters" | "tokens" | "predicted"): Panel => ({
        height,
        marginLeft: 42,
        marginRight: 14,
        marginTop: 24,
        marginBottom: 38,
        x,
        y: evenAxis(text.residual, y, height - 62, 36),
        marks: [
          Plot.ruleY([0], { stroke: ink, strokeWidth: 1 }),
          Plot.dot(rows, {
            x: value,
            y: "residual",
            r: 3,
            fill: color,
            title: (row: (typeof rows)[number]) =>
              `${row.name}\n${term.size(formatCount(row.parameters), formatCount(row.tokens))}\n${text.losses(formatLoss(row.loss, 4), formatLoss(row.predicted, 4))}`,
            ...runDots(rows, options),
          }),
        ],
      });
      const domain = (value: "parameters" | "tokens" | "predicted"): [number, number] =>
        logDomain(rows.map((row) => row[value]));
      return {
        legend: [
          sequenceLegend(term.budget(unit.name), budgets, scale, unit.number, "dot", 12),
          { entries: leftOutEntry(options) },
        ],
        columns: room.narrow ? 1 : 3,
        panels: [
          panel(countAxis(term.parametersN, domain("parameters"), width - 56), "parameters"),
          panel(countAxis(term.tokensD, domain("tokens"), width - 56), "tokens"),
          panel(lossAxis(text.predicted(lossUnitText(options)), domain("predicted"), width - 56, 48), "predicted"),
        ],
      };
    },
  });
}

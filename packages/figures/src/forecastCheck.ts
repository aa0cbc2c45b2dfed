import * as Plot from "@observablehq/plot";
import { evenAxis, rowScale } from "./axes.js";
import { computeIn } from "./compute.js";
import type { ForecastCheckData, ForecastRow } from "./data.js";
import { formatCount, formatLoss } from "./format.js";
import { type FigureOptions, frame } from "./frame.js";
import { bilingual, inLanguage } from "./language.js";
import type { LegendEntry } from "./legend.js";
import { lossUnitText } from "./lossUnit.js";
import { background, categoryColor, ink } from "./palette.js";
import { terms } from "./terms.js";
import { evenDomain } from "./ticks.js";

const texts = bilingual(
  {
    title: (flops: string) => `Forecast for ${flops} against measurement`,
    caption: (words: string) => `Predicted before training, from smaller runs only. ${words}`,
    interval: (low: string, high: string) => ` (95 % interval ${low} to ${high})`,
    pending: (label: string, predicted: string) => `${label}: predicted ${predicted}, not measured yet.`,
    checked: (label: string, predicted: string, measured: string, verdict: "" | "inside" | "outside") =>
      `${label}: predicted ${predicted}, measured ${measured}${verdict === "" ? "" : `, ${verdict} the interval`}.`,
    sentences: (all: readonly string[]) => all.join(" "),
  },
  {
    title: (flops) => `${flops} の予測と実測`,
    caption: (words) => `学習の前に、より小さいランだけから予測したもの。${words}`,
    interval: (low, high) => ` (95% 信頼区間 ${low}〜${high})`,
    pending: (label, predicted) => `${label}: 予測 ${predicted}、未実測。`,
    checked: (label, predicted, measured, verdict) =>
      `${label}: 予測 ${predicted}、実測 ${measured}${verdict === "" ? "" : verdict === "inside" ? "、区間内" : "、区間外"}。`,
    sentences: (all) => all.join(""),
  },
);

const predictedColor = categoryColor(0);
const measuredColor = categoryColor(1);

function sentence(row: ForecastRow, options: FigureOptions): string {
  const text = inLanguage(texts, options);
  const interval = row.interval95 ? text.interval(formatLoss(row.interval95[0]), formatLoss(row.interval95[1])) : "";
  const predicted = `${formatLoss(row.predicted)}${interval}`;
  if (row.measured === undefined) return text.pending(row.label, predicted);
  const inside = row.interval95 && row.measured >= row.interval95[0] && row.measured <= row.interval95[1];
  const verdict = row.interval95 ? (inside ? "inside" : "outside") : "";
  return text.checked(row.label, predicted, formatLoss(row.measured), verdict);
}

/** Loss predicted for the held-out runs, with its interval, beside what was measured. */
export function forecastCheck(data: ForecastCheckData, options: FigureOptions): HTMLElement {
  const unit = computeIn(options);
  const [text, term] = [inLanguage(texts, options), inLanguage(terms, options)];
  const rows = data.rows.map((row, index) => ({ ...row, place: data.rows.length - index }));
  const words = text.sentences(rows.map((row) => sentence(row, options)));
  const measured = rows.filter((row) => row.measured !== undefined);
  const intervals = rows.filter((row) => row.interval95);
  const entries: LegendEntry[] = [{ label: term.predicted, mark: "diamond", color: predictedColor }];
  if (intervals.length > 0) entries.push({ label: term.interval, mark: "band", color: predictedColor });
  if (measured.length > 0) entries.push({ label: term.measured, mark: "dot", color: measuredColor });

  return frame(options, {
    name: "forecast-check",
    title: text.title(unit.text(data.budget)),
    caption: text.caption(words),
    description: words,
    draw: ({ width }) => {
      const rowHeight = 66;
      const x = evenDomain(
        rows.flatMap((row) => [
          row.predicted,
          ...(row.interval95 ?? []),
          ...(row.measured === undefined ? [] : [row.measured]),
        ]),
        0.1,
      );
      return {
        legend: [{ entries }],
        panels: [
          {
            height: rowHeight * rows.length + 46,
            marginLeft: 14,
            marginRight: 18,
            marginTop: 8,
            marginBottom: 38,
            x: evenAxis(term.finalLoss(lossUnitText(options)), x, width - 32, 60),
            y: rowScale(rows.length),
            marks: [
              Plot.rect(intervals, {
                x1: (row: ForecastRow) => row.interval95?.[0],
                x2: (row: ForecastRow) => row.interval95?.[1],
                y1: (row: { place: number }) => row.place - 0.3,
                y2: (row: { place: number }) => row.place + 0.06,
                fill: predictedColor,
                fillOpacity: 0.22,
              }),
              Plot.text(rows, {
                frameAnchor: "left",
                y: (row: { place: number }) => row.place + 0.34,
                textAnchor: "start",
                text: (row: ForecastRow) =>
                  `${row.label}: ${term.size(formatCount(row.parameters), formatCount(row.tokens))}`,
                fill: ink,
                stroke: background,
                strokeWidth: 4,
              }),
              Plot.dot(rows, {
                x: "predicted",
                y: (row: { place: number }) => row.place - 0.12,
                r: 7,
                symbol: "diamond",
                fill: predictedColor,
                stroke: background,
              }),
              Plot.dot(measured, {
                x: "measured",
                y: (row: { place: number }) => row.place - 0.12,
                r: 5,
                fill: measuredColor,
                stroke: background,
              }),
            ],
          },
        ],
      };
    },
  });
}

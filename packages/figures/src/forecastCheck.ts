import * as Plot from "@observablehq/plot";
import { evenAxis, rowScale } from "./axes.js";
import type { ForecastCheckData, ForecastRow } from "./data.js";
import { formatCount, formatFlops, formatLoss } from "./format.js";
import { type FigureOptions, frame } from "./frame.js";
import type { LegendEntry } from "./legend.js";
import { background, categoryColor, ink } from "./palette.js";
import { evenDomain } from "./ticks.js";

const predictedColor = categoryColor(0);
const measuredColor = categoryColor(1);

function sentence(row: ForecastRow): string {
  const interval = row.interval95
    ? ` (95 % interval ${formatLoss(row.interval95[0])} to ${formatLoss(row.interval95[1])})`
    : "";
  if (row.measured === undefined)
    return `${row.label}: predicted ${formatLoss(row.predicted)}${interval}, not measured yet.`;
  const inside = row.interval95 && row.measured >= row.interval95[0] && row.measured <= row.interval95[1];
  const verdict = row.interval95 ? (inside ? ", inside the interval" : ", outside the interval") : "";
  return `${row.label}: predicted ${formatLoss(row.predicted)}${interval}, measured ${formatLoss(row.measured)}${verdict}.`;
}

/** Loss predicted for the held-out runs, with its interval, beside what was measured. */
export function forecastCheck(data: ForecastCheckData, options: FigureOptions): HTMLElement {
  const rows = data.rows.map((row, index) => ({ ...row, place: data.rows.length - index }));
  const words = rows.map(sentence).join(" ");
  const measured = rows.filter((row) => row.measured !== undefined);
  const intervals = rows.filter((row) => row.interval95);
  const entries: LegendEntry[] = [{ label: "predicted", mark: "diamond", color: predictedColor }];
  if (intervals.length > 0) entries.push({ label: "95 % interval", mark: "band", color: predictedColor });
  if (measured.length > 0) entries.push({ label: "measured", mark: "dot", color: measuredColor });

  return frame(options, {
    name: "forecast-check",
    title: `Forecast for ${formatFlops(data.budget)} FLOPs against measurement`,
    caption: `Predicted before training, from smaller runs only. ${words}`,
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
            x: evenAxis("Final loss (nats per token)", x, width - 32, 60),
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
                  `${row.label}: N ${formatCount(row.parameters)}, D ${formatCount(row.tokens)}`,
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

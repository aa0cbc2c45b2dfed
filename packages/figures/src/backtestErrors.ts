import * as Plot from "@observablehq/plot";
import { amountAxis, countAxis } from "./axes.js";
import type { BacktestErrorsData, BacktestPoint } from "./data.js";
import { formatFlops } from "./format.js";
import { type FigureOptions, frame } from "./frame.js";
import type { LegendEntry } from "./legend.js";
import { background, categoryColor, faintInk, ink } from "./palette.js";
import { logDomain } from "./ticks.js";

/** Smaller errors than this, in per cent, are drawn at it: no loss is measured so well. */
const LEAST = 0.01;
/** Lines go through the mean of each half decade of reach. */
const classOf = ({ extrapolation }: BacktestPoint): number => Math.floor(2 * Math.log10(extrapolation) + 1e-9);

interface Drawn extends BacktestPoint {
  readonly name: string;
  readonly percent: number;
  readonly x: number;
}

/** Size of every backtest's loss error against how far beyond its data it reached, one colour a procedure. */
export function backtestErrors(data: BacktestErrorsData, options: FigureOptions): HTMLElement {
  const procedures = data.procedures.map(({ name, chosen, points }, index) => {
    // Side by side, so that none hides another: forecasts of one budget all have the same reach.
    const shift = 1.035 ** (index - (data.procedures.length - 1) / 2);
    const drawn = points
      .filter((point) => point.extrapolation > 0 && Number.isFinite(point.logError))
      .map((point): Drawn => {
        const percent = 100 * Math.abs(point.logError);
        return { ...point, name, percent: Math.max(percent, LEAST), x: point.extrapolation * shift };
      });
    return { name, chosen: chosen === true, color: categoryColor(index), drawn, means: meansOf(drawn) };
  });
  const all = procedures.flatMap(({ drawn }) => drawn);
  const words = procedures
    .filter(({ drawn }) => drawn.length > 0)
    .map(({ name, drawn }) => {
      const errors = drawn.map((point) => 100 * Math.abs(point.logError));
      const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
      const count = `${errors.length} ${errors.length === 1 ? "forecast" : "forecasts"}`;
      return `${name}: ${percent(mean)} on average, ${percent(Math.max(...errors))} at most (${count})`;
    })
    .join("; ");
  const result = words === "" ? "Nothing could be backtested." : `${words}.`;
  const what =
    data.against === "runs"
      ? "mean size of the error over the held-out runs"
      : "the error at the least loss of the held-out budget";
  const entries: LegendEntry[] = procedures.map(({ name, chosen, color }) => ({
    label: chosen ? `${name} (taken)` : name,
    mark: "dot",
    color,
  }));
  const reading: LegendEntry[] = [
    { label: "forecast too high", mark: "dot", color: faintInk },
    { label: "too low", mark: "ring", color: faintInk },
    { label: "mean", mark: "line", color: faintInk },
  ];
  if (data.asked !== undefined) reading.push({ label: "reach asked for", mark: "dashes", color: ink });

  return frame(options, {
    name: "backtest-errors",
    title: "How far off forecasts were, by how far they reached",
    caption: `Each procedure saw the compute up to some point and was asked for more: ${what}. ${result}`,
    description: result,
    draw: ({ width, narrow }) => {
      const height = narrow ? 310 : 380;
      const x = logDomain([1, ...all.map((point) => point.x), ...(data.asked === undefined ? [] : [data.asked])], 0.05);
      const y = logDomain(
        all.map((point) => point.percent),
        0.06,
      );
      return {
        legend: [{ entries }, { entries: reading }],
        panels: [
          {
            height,
            marginLeft: 46,
            marginRight: 16,
            marginTop: 24,
            marginBottom: 38,
            x: countAxis("Reach: compute forecast / largest fitted", x, width - 62),
            y: amountAxis("Error of the loss (%)", y, height - 62),
            marks: [
              ...(data.asked === undefined
                ? []
                : [Plot.ruleX([data.asked], { stroke: ink, strokeWidth: 1.25, strokeDasharray: "5 3" })]),
              ...procedures.map(({ means, color, chosen }) =>
                Plot.line(means, { x: "x", y: "percent", stroke: color, strokeWidth: chosen ? 2.5 : 1.5 }),
              ),
              ...procedures.map(({ drawn, color }) =>
                Plot.dot(drawn, {
                  x: "x",
                  y: "percent",
                  r: 3.5,
                  fill: (point: Drawn) => (point.logError > 0 ? color : background),
                  stroke: color,
                  strokeWidth: 1.5,
                  title: (point: Drawn) =>
                    `${point.name}\nfitted to ${formatFlops(point.fittedTo)}, asked for ${formatFlops(point.heldOut)} FLOPs\n${point.logError > 0 ? "+" : "−"}${percent(100 * Math.abs(point.logError))}`,
                }),
              ),
            ],
          },
        ],
      };
    },
  });
}

const percent = (value: number): string =>
  `${Number(value.toPrecision(2))
    .toFixed(6)
    .replace(/\.?0+$/, "")} %`;

/** Geometric mean of the reach and mean error of each class, by reach. */
function meansOf(points: readonly Drawn[]): { x: number; percent: number }[] {
  return [...new Set(points.map(classOf))]
    .sort((a, b) => a - b)
    .map((one) => {
      const members = points.filter((point) => classOf(point) === one);
      const mean = (value: (point: Drawn) => number) =>
        members.reduce((sum, point) => sum + value(point), 0) / members.length;
      return { x: Math.exp(mean((point) => Math.log(point.x))), percent: mean((point) => point.percent) };
    });
}

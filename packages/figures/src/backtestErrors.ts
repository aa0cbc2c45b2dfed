import * as Plot from "@observablehq/plot";
import { amountAxis, countAxis } from "./axes.js";
import { computeIn } from "./compute.js";
import type { BacktestErrorsData, BacktestPoint } from "./data.js";
import { type FigureOptions, frame } from "./frame.js";
import { bilingual, inLanguage } from "./language.js";
import type { LegendEntry } from "./legend.js";
import { background, categoryColor, faintInk, ink } from "./palette.js";
import { logDomain } from "./ticks.js";

const texts = bilingual(
  {
    title: "How far off forecasts were, by how far they reached",
    procedure: (name: string, mean: string, most: string, forecasts: number) =>
      `${name}: ${mean} % on average, ${most} % at most (${forecasts} ${forecasts === 1 ? "forecast" : "forecasts"})`,
    result: (procedures: readonly string[]) =>
      procedures.length === 0 ? "Nothing could be backtested." : `${procedures.join("; ")}.`,
    against: {
      runs: "mean size of the error over the held-out runs",
      minimum: "the error at the least loss of the held-out budget",
    },
    caption: (what: string, result: string) =>
      `Each procedure saw the compute up to some point and was asked for more: ${what}. ${result}`,
    taken: (name: string) => `${name} (taken)`,
    high: "forecast too high",
    low: "too low",
    mean: "mean",
    asked: "reach asked for",
    reach: "Reach: compute forecast / largest fitted",
    error: "Error of the loss (%)",
    reached: (fitted: string, asked: string) => `fitted to ${fitted}, asked for ${asked}`,
    percent: (value: string) => `${value} %`,
  },
  {
    title: "外挿の幅と予測誤差",
    procedure: (name, mean, most, forecasts) => `${name}: 平均 ${mean}%、最大 ${most}% (予測 ${forecasts} 件)`,
    result: (procedures) =>
      procedures.length === 0 ? "バックテストできるものがなかった。" : `${procedures.join("; ")}。`,
    against: {
      runs: "検証用に除いたランでの誤差の大きさの平均",
      minimum: "検証用に除いた計算予算での最小損失の誤差",
    },
    caption: (what, result) => `各手法に、ある計算量までのデータだけを見せ、その先を予測させた: ${what}。${result}`,
    taken: (name) => `${name} (採用)`,
    high: "予測が高すぎる",
    low: "低すぎる",
    mean: "平均",
    asked: "求められた外挿の幅",
    reach: "外挿の幅: 予測した計算量 / フィットの最大",
    error: "損失の誤差 (%)",
    reached: (fitted, asked) => `${fitted} までのフィットで ${asked} を予測`,
    percent: (value) => `${value}%`,
  },
);

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
  const unit = computeIn(options);
  const text = inLanguage(texts, options);
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
      return text.procedure(name, percent(mean), percent(Math.max(...errors)), errors.length);
    });
  const result = text.result(words);
  const entries: LegendEntry[] = procedures.map(({ name, chosen, color }) => ({
    label: chosen ? text.taken(name) : name,
    mark: "dot",
    color,
  }));
  const reading: LegendEntry[] = [
    { label: text.high, mark: "dot", color: faintInk },
    { label: text.low, mark: "ring", color: faintInk },
    { label: text.mean, mark: "line", color: faintInk },
  ];
  if (data.asked !== undefined) reading.push({ label: text.asked, mark: "dashes", color: ink });

  return frame(options, {
    name: "backtest-errors",
    title: text.title,
    caption: text.caption(text.against[data.against], result),
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
            x: countAxis(text.reach, x, width - 62),
            y: amountAxis(text.error, y, height - 62),
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
                    `${point.name}\n${text.reached(unit.number(point.fittedTo), unit.text(point.heldOut))}\n${point.logError > 0 ? "+" : "−"}${text.percent(percent(100 * Math.abs(point.logError)))}`,
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
  Number(value.toPrecision(2))
    .toFixed(6)
    .replace(/\.?0+$/, "");

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

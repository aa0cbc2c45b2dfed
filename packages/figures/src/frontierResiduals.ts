import * as Plot from "@observablehq/plot";
import { type Axis, amountAxis, evenAxis, type Panel } from "./axes.js";
import { computeIn } from "./compute.js";
import type { FrontierResidualsData } from "./data.js";
import { formatAmount, formatCount } from "./format.js";
import { type FigureOptions, frame } from "./frame.js";
import { bilingual, inLanguage } from "./language.js";
import { type LegendEntry, sequenceLegend } from "./legend.js";
import { background, categoryColor, ink, logColorScale } from "./palette.js";
import { leftOutEntry, runDots } from "./runMarks.js";
import { terms } from "./terms.js";
import { evenDomain, logDomain } from "./ticks.js";

const texts = bilingual(
  {
    title: "What the minima and the runs miss their curves by",
    envelope: "What the envelope misses its power laws by",
    minima: (count: number, rms: string, worst: string) =>
      `${count} ${count === 1 ? "minimum lies" : "minima lie"} off the power law of N_opt by ${rms} % (root mean square), ${worst} % at most`,
    points: (count: number, rms: string, worst: string) =>
      `${count} points of the envelope lie off the power law of N_opt by ${rms} % (root mean square), ${worst} % at most`,
    beyond: (count: number, of: number) =>
      `, ${count === 0 ? "none" : `${count} of ${of}`} by more than 1.96 of its standard errors`,
    losses: (rms: string, worst: string) => `; the least losses by ${rms} %, ${worst} % at most`,
    runs: (count: number, rms: string, worst: string) =>
      `. ${count} runs lie off the parabola of their budget by ${rms} % of the loss, ${worst} % at most`,
    stretches: (result: string) =>
      `${result} Where one run wins a stretch of compute, N is that run's and the dots fall in a line: what counts is whether the stretches scatter about zero or bend away from it.`,
    caption: (result: string) =>
      `${result} Dots should scatter about zero: a bow over compute says that no single power law holds over all budgets, a bow over size that the losses of a budget are no parabola.`,
    sizes: "100 ln(N_opt / law)",
    least: "Least loss off its law (%)",
    run: "Loss off the parabola (%)",
    ofMinimum: "N / N_opt of its budget",
    error: "± 1.96 standard errors",
  },
  {
    title: "極小点とランの、曲線からのずれ",
    envelope: "包絡線の、べき乗則からのずれ",
    minima: (count, rms, worst) =>
      `${count} 個の極小点の N_opt のべき乗則からのずれは、二乗平均平方根 ${rms}%、最大 ${worst}%`,
    points: (count, rms, worst) =>
      `包絡線上の ${count} 点の N_opt のべき乗則からのずれは、二乗平均平方根 ${rms}%、最大 ${worst}%`,
    beyond: (count, of) =>
      count === 0 ? " (標準誤差の 1.96 倍を超えるものはない)" : ` (${of} 個中 ${count} 個が標準誤差の 1.96 倍を超える)`,
    losses: (rms, worst) => `。最小損失のずれは ${rms}%、最大 ${worst}%`,
    runs: (count, rms, worst) => `。${count} 個のランの損失は、同じ計算予算の放物線から ${rms}%、最大 ${worst}% ずれる`,
    stretches: (result) =>
      `${result}1 つのランが最良である計算量の範囲では N はそのランのもので、点は右下がりに並ぶ。見るべきは、それらの範囲が 0 の周りにばらつくか、系統的に外れるかである。`,
    caption: (result) =>
      `${result}点は 0 の周りにばらつくはずである。計算量に沿って湾曲していれば全計算予算を 1 つのべき乗則では表せず、サイズに沿って湾曲していればその計算予算の損失は放物線ではない。`,
    sizes: "100 ln(N_opt / べき乗則)",
    least: "最小損失のずれ (%)",
    run: "放物線からの損失のずれ (%)",
    ofMinimum: "N / その計算予算の N_opt",
    error: "± 1.96 標準誤差",
  },
);

/**
 * Residuals of Approach 1 or 2, 100 ln(point / law): optimal sizes about N_opt = kN C^a, least losses about L_opt(C), and
 * of Approach 2 the runs about the parabola of their own budget (Hoffmann et al. 2022, Figures 2 and 3).
 */
export function frontierResiduals(data: FrontierResidualsData, options: FigureOptions): HTMLElement {
  const unit = computeIn(options);
  const [text, term] = [inLanguage(texts, options), inLanguage(terms, options)];
  const { approach, optima, runs = [] } = data;
  const spread = (values: readonly number[]): readonly [rms: string, worst: string] => {
    const rms = Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / Math.max(1, values.length));
    const worst = values.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    // As shares: of sizes, which may be far off, not their logarithms.
    return [percent(Math.expm1(rms)), percent(Math.expm1(worst))];
  };
  const known = optima.filter(({ standardError }) => standardError !== undefined);
  const beyond = known.filter(({ parameters, standardError = 0 }) => Math.abs(parameters) > 1.96 * standardError);
  const sizes = (approach === "1" ? text.points : text.minima)(
    optima.length,
    ...spread(optima.map(({ parameters }) => parameters)),
  );
  const result = `${sizes}${known.length === 0 ? "" : text.beyond(beyond.length, known.length)}${text.losses(...spread(optima.map(({ loss }) => loss)))}${
    runs.length === 0 ? "" : text.runs(runs.length, ...spread(runs.map(({ loss }) => loss)))
  }${options.language === "ja" ? "。" : "."}`;
  const budgets = [...new Set(runs.map(({ budget }) => budget))].sort((a, b) => a - b);
  const scale = logColorScale(budgets);
  const color = (budget: number): string => (budgets.length > 0 ? scale(budget) : categoryColor(0));
  const entries: LegendEntry[] = [
    ...(known.length > 0 ? [{ label: text.error, mark: "line" as const, color: ink }] : []),
    ...leftOutEntry(options),
  ];
  return frame(options, {
    name: "frontier-residuals",
    title: approach === "1" ? text.envelope : text.title,
    caption: (approach === "1" ? text.stretches : text.caption)(result),
    description: result,
    draw: (room) => {
      const columns = room.narrow ? 1 : runs.length > 0 ? 3 : 2;
      const height = room.narrow ? 220 : 260;
      const width = room.width / columns - 56;
      const compute = logDomain(
        optima.map(({ flops }) => flops),
        0.08,
      );
      const panel = (x: Axis, label: string, values: readonly number[], marks: Panel["marks"]): Panel => ({
        height,
        marginLeft: 42,
        marginRight: 14,
        marginTop: 24,
        marginBottom: 38,
        x,
        y: evenAxis(
          label,
          evenDomain(
            values.flatMap((v) => [100 * v, -100 * v]),
            0.08,
          ),
          height - 62,
          36,
        ),
        marks: [Plot.ruleY([0], { stroke: ink, strokeWidth: 1 }), ...marks],
      });
      const optimum = (value: "parameters" | "loss") =>
        Plot.dot(optima, {
          x: "flops",
          y: (point: (typeof optima)[number]) => 100 * point[value],
          r: approach === "1" ? 2.5 : 4.5,
          fill: (point: (typeof optima)[number]) => color(point.flops),
          stroke: background,
          strokeWidth: 0.75,
          title: (point: (typeof optima)[number]) => `${point.name ?? unit.text(point.flops)}\n${signed(point[value])}`,
          ...runDots(optima, options),
        });
      const bars = known.map(({ flops, parameters, standardError = 0 }) => ({
        flops,
        low: 100 * (parameters - 1.96 * standardError),
        high: 100 * (parameters + 1.96 * standardError),
      }));
      const across = unit.axis(term.computeBudget(unit.name), compute, width);
      return {
        legend: [sequenceLegend(term.budget(unit.name), budgets, color, unit.number, "dot", 12), { entries }],
        columns,
        panels: [
          panel(
            across,
            text.sizes,
            [...optima.map(({ parameters }) => parameters), ...bars.flatMap(ends)],
            [
              Plot.ruleX(bars, { x: "flops", y1: "low", y2: "high", stroke: ink, strokeWidth: 1.5 }),
              optimum("parameters"),
            ],
          ),
          panel(
            across,
            text.least,
            optima.map(({ loss }) => loss),
            [optimum("loss")],
          ),
          ...(runs.length === 0
            ? []
            : [
                panel(
                  amountAxis(
                    text.ofMinimum,
                    logDomain(
                      runs.map(({ ofMinimum }) => ofMinimum),
                      0.06,
                    ),
                    width,
                    48,
                  ),
                  text.run,
                  runs.map(({ loss }) => loss),
                  [
                    Plot.dot(runs, {
                      x: "ofMinimum",
                      y: (run: (typeof runs)[number]) => 100 * run.loss,
                      r: 3,
                      fill: (run: (typeof runs)[number]) => color(run.budget),
                      title: (run: (typeof runs)[number]) =>
                        `${run.name}\n${term.size(formatCount(run.parameters), formatCount(run.tokens))}\n${signed(run.loss)}`,
                      ...runDots(runs, options),
                    }),
                  ],
                ),
              ]),
        ],
      };
    },
  });
}

const ends = ({ low, high }: { readonly low: number; readonly high: number }): number[] => [low / 100, high / 100];

/** Two significant digits: 0.034, 1.2, 14. */
const percent = (value: number): string => formatAmount(Number((100 * value).toPrecision(2)));
const signed = (value: number): string => `${value < 0 ? "−" : "+"}${percent(Math.abs(value))} %`;

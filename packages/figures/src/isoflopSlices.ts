import * as Plot from "@observablehq/plot";
import { countAxis, lossAxis } from "./axes.js";
import { clipLine } from "./clip.js";
import { computeIn } from "./compute.js";
import { flopsPerTokenOf, modelLoss } from "./contours.js";
import type { LossContoursData, RunPoint } from "./data.js";
import { formatCount, formatLoss } from "./format.js";
import { type FigureOptions, frame } from "./frame.js";
import { bilingual, inLanguage } from "./language.js";
import { sequenceLegend } from "./legend.js";
import { lossUnitText } from "./lossUnit.js";
import { background, categoryColor, faintInk, logColorScale } from "./palette.js";
import { leftOutEntry, runDots } from "./runMarks.js";
import { termsIn } from "./terms.js";
import { logDomain, logSpace } from "./ticks.js";

const texts = bilingual(
  {
    title: "IsoFLOP slices of the fitted loss",
    minimum: (flops: string, parameters: string, loss: string) =>
      `${flops}: least at ${parameters} parameters, loss ${loss}`,
    caption: (largest: string) =>
      `What L(N, D) of Approach 3 gives along each budget, and the runs that were trained at it: the law is one for all budgets, no curve is fitted to its own. ${largest}`,
    sentence: (minima: readonly string[]) => (minima.length === 0 ? "No budgets were given." : `${minima.join("; ")}.`),
    slice: "fitted loss at the budget",
  },
  {
    title: "フィットした損失の IsoFLOP 断面",
    minimum: (flops, parameters, loss) => `${flops}: 最小はパラメータ数 ${parameters} で損失 ${loss}`,
    caption: (largest) =>
      `各計算予算に沿ってアプローチ 3 の L(N, D) が与える損失と、その予算で学習したラン。すべての予算に 1 つのスケーリング則をフィットしており、曲線ごとのフィットではない。${largest}`,
    sentence: (minima) => (minima.length === 0 ? "計算予算は与えられていない。" : `${minima.join("; ")}。`),
    slice: "その予算でのフィットした損失",
  },
);

/** The fitted loss against N at each budget: Hoffmann et al. 2022, Figure 4 right; the contours beside it have the same data. */
export function isoflopSlices(data: LossContoursData, options: FigureOptions): HTMLElement {
  const unit = computeIn(options);
  const [text, term] = [inLanguage(texts, options), termsIn(options)];
  const { law, heldOut = [], frontier } = data;
  const flopsPerToken = flopsPerTokenOf(data.flopsPerToken);
  const budgets = [...new Set(data.budgets)].sort((a, b) => a - b);
  const color = logColorScale(budgets);
  const lossAt = (budget: number, parameters: number): number =>
    modelLoss(law, parameters, budget / flopsPerToken(parameters));
  const ofBudgets = (runs: readonly RunPoint[]) =>
    runs.flatMap((run) =>
      run.budget !== undefined && budgets.includes(run.budget) ? [{ ...run, budget: run.budget }] : [],
    );
  const runs = ofBudgets(data.runs);
  const held = ofBudgets(heldOut);
  const x = logDomain(
    [...runs, ...held, ...frontier].map((run) => run.parameters),
    0.05,
  );
  const fine = logSpace(x[0], x[1], 240);
  const step = (x[1] / x[0]) ** (1 / (fine.length - 1));
  const minima = budgets.map((budget) => {
    const least = (sizes: readonly number[]): number =>
      sizes.reduce((best, n) => (lossAt(budget, n) < lossAt(budget, best) ? n : best), sizes[0] ?? 1);
    const coarse = least(fine);
    const parameters = least(logSpace(coarse / step, coarse * step, 240));
    return { budget, parameters, loss: lossAt(budget, parameters) };
  });
  const words = minima.map(({ budget, parameters, loss }) =>
    text.minimum(unit.text(budget), formatCount(parameters), formatLoss(loss)),
  );

  return frame(options, {
    name: "isoflop-slices",
    title: text.title,
    caption: text.caption(text.sentence(words.slice(-1))),
    description: text.sentence(words),
    draw: ({ width, narrow }) => {
      const height = narrow ? 330 : 430;
      // What the runs and the minima span: where a slice climbs out of it, it tells no more.
      const y = logDomain(
        [...runs, ...held, ...minima].map(({ loss }) => loss),
        0.08,
      );
      const dot = {
        x: "parameters",
        y: "loss",
        title: (run: RunPoint) =>
          `${run.name}\n${term.size(formatCount(run.parameters), formatCount(run.tokens))}\n${term.lossOf(formatLoss(run.loss, 4))}`,
      } as const;
      return {
        legend: [
          sequenceLegend(term.budget(unit.name), budgets, color, unit.number, "line", 12),
          {
            entries: [
              { label: text.slice, mark: "line", color: faintInk },
              { label: term.run, mark: "dot", color: faintInk },
              ...(held.length > 0 ? [{ label: term.heldOutRun, mark: "ring" as const, color: faintInk }] : []),
              ...(frontier.length > 0
                ? [{ label: term.efficientFrontier, mark: "thick-line" as const, color: categoryColor(0) }]
                : []),
              ...leftOutEntry(options),
            ],
          },
        ],
        panels: [
          {
            height,
            marginLeft: 42,
            marginRight: 16,
            marginTop: 24,
            marginBottom: 38,
            x: countAxis(term.parametersN, x, width - 58),
            y: lossAxis(term.finalLoss(lossUnitText(options)), y, height - 62),
            marks: [
              ...budgets.map((budget) =>
                Plot.line(sliceLine(budget), { x: "x", y: "y", stroke: color(budget), strokeWidth: 1.5 }),
              ),
              Plot.line(frontierLine(), { x: "x", y: "y", stroke: background, strokeWidth: 5 }),
              Plot.line(frontierLine(), { x: "x", y: "y", stroke: categoryColor(0), strokeWidth: 2.5 }),
              Plot.dot(runs, {
                ...dot,
                r: 3.25,
                fill: (run: { budget: number }) => color(run.budget),
                ...runDots(runs, options),
              }),
              Plot.dot(held, {
                ...dot,
                r: 4.5,
                stroke: (run: { budget: number }) => color(run.budget),
                strokeWidth: 1.75,
                fill: background,
                ...runDots(held, options),
              }),
            ],
          },
        ],
      };

      /** A slice is a valley: each side of its floor leaves the frame once. */
      function sliceLine(budget: number): { x: number; y: number }[] {
        const points = fine.map((n) => ({ x: n, y: lossAt(budget, n) }));
        return clipLine(points, { x: [x[0] * (1 - 1e-9), x[1] * (1 + 1e-9)], y });
      }

      function frontierLine(): { x: number; y: number }[] {
        const points = frontier.map(({ parameters, tokens }) => ({
          x: parameters,
          y: modelLoss(law, parameters, tokens),
        }));
        return clipLine(points, { x, y });
      }
    },
  });
}

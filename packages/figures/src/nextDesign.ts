import * as Plot from "@observablehq/plot";
import { amountAxis, countAxis, type Panel } from "./axes.js";
import { computeIn } from "./compute.js";
import type { NextDesignData } from "./data.js";
import { formatCount } from "./format.js";
import { type FigureOptions, frame, type Room } from "./frame.js";
import { bilingual, inLanguage } from "./language.js";
import type { LegendEntry } from "./legend.js";
import { background, categoryColor, faintInk, ink } from "./palette.js";
import { terms } from "./terms.js";
import { logDomain } from "./ticks.js";

const texts = bilingual(
  {
    title: "Which runs to add",
    caption: (result: string) =>
      `Runs that tell most about the optimum at the target compute, and what is to be expected of them by what is spent. ${result}`,
    nothing: "Nothing is proposed.",
    percent: (value: number) => `${value} %`,
    spent: (runs: number, spent: string, target: string) =>
      `${runs} ${runs === 1 ? "run" : "runs"} more for ${spent} bring the standard error of the loss at ${target}`,
    falls: (spent: string, loss: readonly string[], parameters: readonly string[], grid: readonly string[]) =>
      `${spent} from ${loss.join(" to ")}, and that of N_opt from ${parameters.join(" to ")}; a regular isoFLOP grid of the same cost to ${grid.join(" and ")}.`,
    soFar: "run so far",
    possible: "could be added",
    toAdd: "to add",
    grid: "regular grid",
    target: "optimum at the target",
    these: "these runs",
    now: "now",
    spentAxis: (unit: string) => `${unit} spent`,
    lossError: "Error of the loss (%)",
    parametersError: "Error of N_opt (%)",
  },
  {
    title: "追加すべきラン",
    caption: (result) =>
      `目標の計算量での最適点について最も多くを教えるランと、費やす計算量に応じて見込まれる誤差。${result}`,
    nothing: "提案はない。",
    percent: (value) => `${value}%`,
    spent: (runs, spent, target) => `${spent} で ${runs} 個のランを追加すると、${target} での標準誤差は、損失が`,
    falls: (spent, loss, parameters, grid) =>
      `${spent} ${loss.join(" から ")} に、N_opt が ${parameters.join(" から ")} になる。同じ費用の規則的な IsoFLOP グリッドではそれぞれ ${grid.join(" と ")}。`,
    soFar: "これまでのラン",
    possible: "追加の候補",
    toAdd: "追加すべきラン",
    grid: "規則的なグリッド",
    target: "目標での最適点",
    these: "提案のラン",
    now: "現在",
    spentAxis: (unit) => `費やす ${unit}`,
    lossError: "損失の誤差 (%)",
    parametersError: "N_opt の誤差 (%)",
  },
);

const design = categoryColor(0);
const regular = categoryColor(1);
const margins = { marginLeft: 50, marginRight: 14, marginTop: 24, marginBottom: 38 } as const;

/** Runs to add: where they lie among those there are, and how the errors at the target fall with what is spent. */
export function nextDesign(data: NextDesignData, options: FigureOptions): HTMLElement {
  const unit = computeIn(options);
  const [text, term] = [inLanguage(texts, options), inLanguage(terms, options)];
  const { target, runs, candidates, proposed, grid, before, curve } = data;
  const last = curve.at(-1);
  const share = (error: number): string => text.percent(Number((100 * error).toPrecision(2)));
  const count = proposed.reduce((sum, run) => sum + run.seeds, 0);
  const result =
    last === undefined
      ? text.nothing
      : text.falls(
          text.spent(count, unit.text(last.flops), unit.text(target.flops)),
          [before.loss, last.design.loss].map(share),
          [before.parameters, last.design.parameters].map(share),
          [last.grid.loss, last.grid.parameters].map(share),
        );
  const entries: LegendEntry[] = [
    { label: text.soFar, mark: "dot", color: ink },
    { label: text.possible, mark: "dot", color: faintInk },
    { label: text.toAdd, mark: "diamond", color: design },
    { label: text.grid, mark: "ring", color: regular },
    { label: text.target, mark: "square", color: ink },
  ];
  return frame(options, {
    name: "next-design",
    title: text.title,
    caption: text.caption(result),
    description: result,
    draw: (room) => ({
      legend: [
        { entries },
        {
          entries: [
            { label: text.these, mark: "line", color: design },
            { label: text.grid, mark: "line", color: regular },
            { label: text.now, mark: "dashes", color: ink },
          ],
        },
      ],
      columns: room.narrow ? 1 : 3,
      panels: [plane(room), errors("loss", text.lossError, room), errors("parameters", text.parametersError, room)],
    }),
  });

  function plane(room: Room): Panel {
    const points = [...runs, ...candidates, ...proposed, ...grid, target];
    const x = logDomain(
      points.map((point) => point.tokens),
      0.05,
    );
    const y = logDomain(
      points.map((point) => point.parameters),
      0.05,
    );
    const height = room.narrow ? 320 : 300;
    const at = { x: "tokens", y: "parameters" } as const;
    const title = (run: { name: string; parameters: number; tokens: number }) =>
      `${run.name}\n${term.size(formatCount(run.parameters), formatCount(run.tokens))}`;
    return {
      ...margins,
      height,
      x: countAxis(term.trainingTokensD, x, lengthOf(room)),
      y: countAxis(term.parametersN, y, height - 62, 36),
      marks: [
        Plot.dot(candidates, { ...at, r: 1.25, fill: faintInk, fillOpacity: 0.55 }),
        Plot.dot(runs, { ...at, r: 2.5, fill: ink, title }),
        Plot.dot(grid, { ...at, r: 4, stroke: regular, strokeWidth: 1.5, title }),
        Plot.dot(proposed, {
          ...at,
          r: (run: { seeds: number }) => 5 + Math.min(run.seeds, 4),
          symbol: "diamond",
          fill: design,
          stroke: background,
          title,
        }),
        Plot.dot([target], { ...at, r: 7, symbol: "square", stroke: ink, strokeWidth: 1.75 }),
      ],
    };
  }

  function errors(answer: "loss" | "parameters", label: string, room: Room): Panel {
    const lines = (["design", "grid"] as const).map((way) =>
      curve.map((point) => ({ flops: point.flops, error: 100 * point[way][answer] })),
    );
    const height = room.narrow ? 240 : 300;
    const flops = curve.map((point) => point.flops);
    const now = 100 * before[answer];
    return {
      ...margins,
      height,
      x: unit.axis(text.spentAxis(unit.name), logDomain(flops, 0.05), lengthOf(room)),
      y: amountAxis(label, logDomain([now, ...lines.flat().map((point) => point.error)], 0.08), height - 62, 36),
      marks: [
        Plot.ruleY([now], { stroke: ink, strokeWidth: 1.25, strokeDasharray: "5 3" }),
        ...lines.flatMap((line, i) => {
          const color = i === 0 ? design : regular;
          return [
            Plot.line(line, { x: "flops", y: "error", stroke: color, strokeWidth: 2 }),
            Plot.dot(line, { x: "flops", y: "error", r: 3, fill: color }),
          ];
        }),
      ],
    };
  }

  function lengthOf(room: Room): number {
    return room.width / (room.narrow ? 1 : 3) - margins.marginLeft - margins.marginRight;
  }
}

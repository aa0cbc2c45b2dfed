import * as Plot from "@observablehq/plot";
import { amountAxis, countAxis, flopsAxis, type Panel } from "./axes.js";
import type { NextDesignData } from "./data.js";
import { formatCount, formatFlops } from "./format.js";
import { type FigureOptions, frame, type Room } from "./frame.js";
import type { LegendEntry } from "./legend.js";
import { background, categoryColor, faintInk, ink } from "./palette.js";
import { logDomain } from "./ticks.js";

const design = categoryColor(0);
const regular = categoryColor(1);
const margins = { marginLeft: 50, marginRight: 14, marginTop: 24, marginBottom: 38 } as const;

/** Runs to add: where they lie among those there are, and how the errors at the target fall with what is spent. */
export function nextDesign(data: NextDesignData, options: FigureOptions): HTMLElement {
  const { target, runs, candidates, proposed, grid, before, curve } = data;
  const last = curve.at(-1);
  const share = (error: number): string => `${Number((100 * error).toPrecision(2))} %`;
  const count = proposed.reduce((sum, run) => sum + run.seeds, 0);
  const result =
    last === undefined
      ? "Nothing is proposed."
      : `${count} ${count === 1 ? "run" : "runs"} more for ${formatFlops(last.flops)} FLOPs bring the standard error of the loss at ${formatFlops(target.flops)} FLOPs from ${share(before.loss)} to ${share(last.design.loss)}, and that of N_opt from ${share(before.parameters)} to ${share(last.design.parameters)}; a regular isoFLOP grid of the same cost to ${share(last.grid.loss)} and ${share(last.grid.parameters)}.`;
  const entries: LegendEntry[] = [
    { label: "run so far", mark: "dot", color: ink },
    { label: "could be added", mark: "dot", color: faintInk },
    { label: "to add", mark: "diamond", color: design },
    { label: "regular grid", mark: "ring", color: regular },
    { label: "optimum at the target", mark: "square", color: ink },
  ];
  return frame(options, {
    name: "next-design",
    title: "Which runs to add",
    caption: `Runs that tell most about the optimum at the target compute, and what is to be expected of them by what is spent. ${result}`,
    description: result,
    draw: (room) => ({
      legend: [
        { entries },
        {
          entries: [
            { label: "these runs", mark: "line", color: design },
            { label: "regular grid", mark: "line", color: regular },
            { label: "now", mark: "dashes", color: ink },
          ],
        },
      ],
      columns: room.narrow ? 1 : 3,
      panels: [
        plane(room),
        errors("loss", "Error of the loss (%)", room),
        errors("parameters", "Error of N_opt (%)", room),
      ],
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
      `${run.name}\nN ${formatCount(run.parameters)}, D ${formatCount(run.tokens)}`;
    return {
      ...margins,
      height,
      x: countAxis("Training tokens D", x, lengthOf(room)),
      y: countAxis("Parameters N", y, height - 62, 36),
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
      x: flopsAxis("FLOPs spent", logDomain(flops, 0.05), lengthOf(room)),
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

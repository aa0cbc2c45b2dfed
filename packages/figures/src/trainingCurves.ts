import * as Plot from "@observablehq/plot";
import { flopsAxis, lossAxis } from "./axes.js";
import { smoothedCurve, thin } from "./curve.js";
import type { TrainingCurvesData } from "./data.js";
import { formatCount, formatFlops, formatLoss } from "./format.js";
import { type FigureOptions, frame } from "./frame.js";
import { sequenceLegend } from "./legend.js";
import { background, ink, logColorScale } from "./palette.js";
import { leftOutEntry, runLine } from "./runMarks.js";
import { logDomain } from "./ticks.js";

/** Loss against training FLOPs, one curve a run, with the envelope: Hoffmann et al. 2022, Figure 2 left. */
export function trainingCurves(data: TrainingCurvesData, options: FigureOptions): HTMLElement {
  const runs = data.runs
    .filter((run) => run.curve.length > 0)
    .map((run) => ({ ...run, line: smoothedCurve(run), raw: thin(run.curve, 160) }));
  const sizes = runs.map((run) => run.parameters);
  const color = logColorScale(sizes);
  const first = data.frontier[0];
  const last = data.frontier.at(-1);
  const envelope =
    first && last
      ? `The efficient frontier falls from ${formatLoss(first.loss)} nats per token at ${formatFlops(first.flops)} FLOPs to ${formatLoss(last.loss)} at ${formatFlops(last.flops)} FLOPs.`
      : "No efficient frontier could be drawn through these curves.";

  const models =
    sizes.length > 0
      ? `${runs.length} training curves of models from ${formatCount(Math.min(...sizes))} to ${formatCount(Math.max(...sizes))} parameters.`
      : "No training curves.";

  return frame(options, {
    name: "training-curves",
    title: "Training curves and the efficient frontier",
    caption: `Training loss of each run against the FLOPs spent so far; faint lines are the raw losses, full ones are smoothed. ${envelope}`,
    description: `${models} ${envelope}`,
    draw: ({ width, narrow }) => {
      const height = narrow ? 330 : 430;
      const x = logDomain(
        runs.flatMap((run) => run.raw.map((point) => point.flops)),
        0.02,
      );
      const y = logDomain(
        runs.flatMap((run) => run.raw.map((point) => point.loss)),
        0.03,
      );
      return {
        legend: [
          sequenceLegend("Parameters", sizes, color, formatCount, "line"),
          {
            entries: [
              ...(first ? [{ label: "efficient frontier", mark: "thick-line" as const, color: ink }] : []),
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
            x: flopsAxis("Training compute (FLOPs)", x, width - 58),
            y: lossAxis("Training loss (nats per token)", y, height - 62),
            marks: [
              ...runs.map((run) =>
                Plot.line(run.raw, {
                  x: "flops",
                  y: "loss",
                  stroke: color(run.parameters),
                  strokeWidth: 0.7,
                  strokeOpacity: 0.3,
                }),
              ),
              ...runs.map((run) =>
                Plot.line(run.line, {
                  x: "flops",
                  y: "loss",
                  stroke: color(run.parameters),
                  strokeWidth: 1.3,
                  ...runLine(run, options),
                }),
              ),
              // A halo keeps the frontier apart from the curves that it touches.
              Plot.line(data.frontier, { x: "flops", y: "loss", stroke: background, strokeWidth: 5 }),
              Plot.line(data.frontier, { x: "flops", y: "loss", stroke: ink, strokeWidth: 2.5 }),
            ],
          },
        ],
      };
    },
  });
}

import * as Plot from "@observablehq/plot";
import { lossAxis } from "./axes.js";
import { computeIn } from "./compute.js";
import { smoothedCurve, thin } from "./curve.js";
import type { TrainingCurvesData } from "./data.js";
import { formatCount, formatLoss } from "./format.js";
import { formerEntry, formerLine } from "./former.js";
import { type FigureOptions, frame } from "./frame.js";
import { bilingual, inLanguage } from "./language.js";
import { sequenceLegend } from "./legend.js";
import { lossUnitText } from "./lossUnit.js";
import { background, ink, logColorScale } from "./palette.js";
import { leftOutEntry, runLine } from "./runMarks.js";
import { termsIn } from "./terms.js";
import { logDomain } from "./ticks.js";

const texts = bilingual(
  {
    title: "Training curves and the efficient frontier",
    envelope: (loss: string, unit: string, flops: string, lastLoss: string, lastFlops: string) =>
      `The efficient frontier falls from ${loss} ${unit} at ${flops} to ${lastLoss} at ${lastFlops}.`,
    noEnvelope: "No efficient frontier could be drawn through these curves.",
    models: (count: number, least: string, most: string) =>
      `${count} training curves of models from ${least} to ${most} parameters.`,
    noModels: "No training curves.",
    caption: (envelope: string) =>
      `Training loss of each run against the FLOPs spent so far; faint lines are the raw losses, full ones are smoothed. ${envelope}`,
    description: (models: string, envelope: string) => `${models} ${envelope}`,
  },
  {
    title: "学習曲線と効率的フロンティア",
    envelope: (loss, unit, flops, lastLoss, lastFlops) =>
      `効率的フロンティアは ${flops} での ${loss} ${unit}から ${lastFlops} での ${lastLoss} まで下がる。`,
    noEnvelope: "これらの曲線からは効率的フロンティアを引けなかった。",
    models: (count, least, most) => `パラメータ数 ${least}〜${most} のモデルの学習曲線 ${count} 本。`,
    noModels: "学習曲線がない。",
    caption: (envelope) =>
      `各ランの学習損失を、それまでに使った FLOPs に対して示す。薄い線は生の損失、濃い線は平滑化したもの。${envelope}`,
    description: (models, envelope) => `${models}${envelope}`,
  },
);

/** Loss against training FLOPs, one curve a run, with the envelope: Hoffmann et al. 2022, Figure 2 left. */
export function trainingCurves(data: TrainingCurvesData, options: FigureOptions): HTMLElement {
  const unit = computeIn(options);
  const [text, term] = [inLanguage(texts, options), termsIn(options)];
  const runs = data.runs
    .filter((run) => run.curve.length > 0)
    .map((run) => ({ ...run, line: smoothedCurve(run), raw: thin(run.curve, 160) }));
  const sizes = runs.map((run) => run.parameters);
  const color = logColorScale(sizes);
  const first = data.frontier[0];
  const last = data.frontier.at(-1);
  // The envelope has a point for each of 1,500 values of compute, which no screen tells apart.
  const frontier = thin(data.frontier, 300);
  const envelope =
    first && last
      ? text.envelope(
          formatLoss(first.loss),
          lossUnitText(options),
          unit.text(first.flops),
          formatLoss(last.loss),
          unit.text(last.flops),
        )
      : text.noEnvelope;

  const models =
    sizes.length > 0
      ? text.models(runs.length, formatCount(Math.min(...sizes)), formatCount(Math.max(...sizes)))
      : text.noModels;

  return frame(options, {
    name: "training-curves",
    title: text.title,
    caption: text.caption(envelope),
    description: text.description(models, envelope),
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
          sequenceLegend(term.parameters, sizes, color, formatCount, "line"),
          {
            entries: [
              ...(first ? [{ label: term.efficientFrontier, mark: "thick-line" as const, color: ink }] : []),
              ...leftOutEntry(options),
              ...formerEntry(options),
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
            x: unit.axis(term.trainingCompute(unit.counted), x, width - 58),
            y: lossAxis(term.trainingLoss(lossUnitText(options)), y, height - 62),
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
              formerLine(
                (data.former?.frontier ?? []).map(({ flops, loss }) => ({ x: flops, y: loss })),
                { x, y },
              ),
              // A halo keeps the frontier apart from the curves that it touches.
              Plot.line(frontier, { x: "flops", y: "loss", stroke: background, strokeWidth: 5 }),
              Plot.line(frontier, { x: "flops", y: "loss", stroke: ink, strokeWidth: 2.5 }),
            ],
          },
        ],
      };
    },
  });
}

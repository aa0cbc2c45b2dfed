import * as Plot from "@observablehq/plot";
import { countAxis } from "./axes.js";
import { clipLine } from "./clip.js";
import { computeIn } from "./compute.js";
import { contour, contourLevels, flopsPerTokenOf, modelLoss } from "./contours.js";
import type { LossContoursData, RunPoint } from "./data.js";
import { formatCount, formatLoss } from "./format.js";
import { formerEntry, formerLine } from "./former.js";
import { type FigureOptions, frame } from "./frame.js";
import { bilingual, inLanguage } from "./language.js";
import { lossUnitText } from "./lossUnit.js";
import { background, categoryColor, faintInk, ink, rampColor } from "./palette.js";
import { leftOutEntry, runDots } from "./runMarks.js";
import { termsIn } from "./terms.js";
import { logDomain, logSpace } from "./ticks.js";

/** "tokens": N against D, free of any FLOP convention. "compute": N against C, as Hoffmann et al. 2022, Figure 4 left. */
export type ContourAxes = "tokens" | "compute";

const texts = bilingual(
  {
    title: "Fitted loss over parameters and tokens",
    result: (parameters: string, tokens: string, flops: string, loss: string, unit: string) =>
      `The efficient frontier reaches ${parameters} parameters on ${tokens} tokens at ${flops}, where the law gives ${loss} ${unit}.`,
    noFrontier: "No efficient frontier was given.",
    caption: (form: string, unit: string, result: string) =>
      `Contours of ${form} (Approach 3), labelled in ${unit}. ${result}`,
    description: (form: string, runs: number, result: string) => `${form}, fitted to ${runs} runs. ${result}`,
    contour: "loss contour",
  },
  {
    title: "パラメータ数とトークン数に対する損失のフィット",
    result: (parameters, tokens, flops, loss, unit) =>
      `効率的フロンティアは ${flops} でパラメータ数 ${parameters}、トークン数 ${tokens} に達し、損失は ${loss} ${unit}となる。`,
    noFrontier: "効率的フロンティアは与えられていない。",
    caption: (form, unit, result) => `${form} (アプローチ 3) の等高線。数値の単位は ${unit}。${result}`,
    description: (form, runs, result) => `${form}、${runs} 個のランへのフィット。${result}`,
    contour: "損失の等高線",
  },
);

const frontierColor = categoryColor(0);

interface ContourLine {
  readonly level: number;
  readonly color: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

interface ContourEnd {
  readonly x: number;
  readonly y: number;
  readonly side: "right" | "top";
  readonly level: number;
  readonly color: string;
}

/** Where a contour leaves the frame, for its label: outside the frame, where nothing else is drawn. */
function contourEnd(
  line: ContourLine,
  x: readonly [number, number],
  y: readonly [number, number],
): readonly ContourEnd[] {
  const { level, color } = line;
  const near = (value: number, [low, high]: readonly [number, number]): boolean => value > high * (low / high) ** 1e-6;
  const farthest = line.points.reduce((best, point) => (point.x > best.x ? point : best), { x: 0, y: 0 });
  if (near(farthest.x, x)) return [{ x: x[1], y: farthest.y, side: "right", level, color }];
  const highest = line.points.reduce((best, point) => (point.y > best.y ? point : best), { x: 0, y: 0 });
  return near(highest.y, y) ? [{ x: highest.x, y: y[1], side: "top", level, color }] : [];
}

/** The labels that have `room` px to themselves, the lowest losses first: they are what the reader looks for. */
function spaced(ends: readonly ContourEnd[], place: (end: ContourEnd) => number, room: number): ContourEnd[] {
  const kept: ContourEnd[] = [];
  for (const end of ends) {
    if (kept.every((other) => Math.abs(place(end) - place(other)) >= room)) kept.push(end);
  }
  return kept;
}

function labels(ends: readonly ContourEnd[], options: Plot.TextOptions): Plot.Markish {
  return Plot.text(ends, {
    x: "x",
    y: "y",
    text: (end: ContourEnd) => formatLoss(end.level, 2),
    fill: (end: ContourEnd) => end.color,
    ...options,
  });
}

/** Contours of the fitted L(N,D), the runs it was fitted to, the efficient frontier and the isoFLOP lines. */
export function lossContours(
  data: LossContoursData,
  options: FigureOptions & { readonly axes?: ContourAxes },
): HTMLElement {
  const unit = computeIn(options);
  const [text, term] = [inLanguage(texts, options), termsIn(options)];
  const { law, runs, heldOut = [], frontier } = data;
  const axes = options.axes ?? "tokens";
  const flopsPerToken = flopsPerTokenOf(data.flopsPerToken);
  const across = (point: { parameters: number; tokens: number; flops?: number }): number =>
    axes === "tokens" ? point.tokens : (point.flops ?? flopsPerToken(point.parameters) * point.tokens);
  const all = [...runs, ...heldOut];
  const xDomain = logDomain([...all, ...frontier].map(across), 0.05);
  const yDomain = logDomain(
    [...all, ...frontier].map((point) => point.parameters),
    0.05,
  );
  const domains = { x: xDomain, y: yDomain };
  const losses = all.map((run) => modelLoss(law, run.parameters, run.tokens));
  const levels = contourLevels(law, losses, 10);
  const lines = levels.map((level, index) => ({
    level,
    color: rampColor(1 - index / Math.max(1, levels.length - 1)),
    points: clipLine(
      contour(law, level).map((point) => ({ x: across(point), y: point.parameters })),
      domains,
    ),
  }));
  const isoFlops = data.budgets.map((budget) => ({
    budget,
    points: clipLine(
      logSpace(yDomain[0], yDomain[1], 64).map((parameters) => ({
        x: axes === "tokens" ? budget / flopsPerToken(parameters) : budget,
        y: parameters,
      })),
      domains,
    ),
  }));
  const last = frontier.at(-1);
  const result = last
    ? text.result(
        formatCount(last.parameters),
        formatCount(last.tokens),
        unit.text(last.flops),
        formatLoss(modelLoss(law, last.parameters, last.tokens)),
        lossUnitText(options),
      )
    : text.noFrontier;
  const form = `L = ${law.E.toFixed(3)} + ${law.A.toPrecision(3)}/N^${law.alpha.toFixed(3)} + ${law.B.toPrecision(3)}/D^${law.beta.toFixed(3)}`;

  return frame(options, {
    name: "loss-contours",
    title: text.title,
    caption: text.caption(form, lossUnitText(options), result),
    description: text.description(form, runs.length, result),
    draw: ({ width, narrow }) => {
      const height = narrow ? 350 : 470;
      const dot = {
        x: across,
        y: "parameters",
        title: (run: RunPoint) =>
          `${run.name}\n${term.size(formatCount(run.parameters), formatCount(run.tokens))}\n${term.lossOf(formatLoss(run.loss, 4))}`,
      } as const;
      const ends = lines.flatMap((line) => contourEnd(line, xDomain, yDomain));
      const along = (domain: readonly [number, number], length: number, value: number): number =>
        (length * Math.log(value / domain[0])) / Math.log(domain[1] / domain[0]);
      const right = spaced(
        ends.filter((end) => end.side === "right"),
        (end) => along(yDomain, height - 80, end.y),
        14,
      );
      const topEnds = ends.filter((end) => end.side === "top");
      const top = spaced(topEnds, (end) => along(xDomain, width - 86, end.x), 34);
      return {
        legend: [
          {
            entries: [
              { label: text.contour, mark: "line", color: rampColor(0.5) },
              { label: term.isoFlopLine, mark: "dots", color: faintInk },
              ...(last ? [{ label: term.efficientFrontier, mark: "thick-line" as const, color: frontierColor }] : []),
              { label: term.run, mark: "dot", color: ink },
              ...(heldOut.length > 0 ? [{ label: term.heldOutRun, mark: "ring" as const, color: ink }] : []),
              ...leftOutEntry(options),
              ...formerEntry(options),
            ],
          },
        ],
        panels: [
          {
            height,
            marginLeft: 46,
            marginRight: 40,
            marginTop: 42,
            marginBottom: 38,
            x:
              axes === "tokens"
                ? countAxis(term.trainingTokensD, xDomain, width - 86)
                : unit.axis(term.trainingCompute(unit.counted), xDomain, width - 86),
            y: countAxis(term.parametersN, yDomain, height - 80, 44),
            marks: [
              ...isoFlops.map((line) =>
                Plot.line(line.points, { x: "x", y: "y", stroke: faintInk, strokeWidth: 1, strokeDasharray: "1.5 3" }),
              ),
              ...lines.map((line) => Plot.line(line.points, { x: "x", y: "y", stroke: line.color, strokeWidth: 1.5 })),
              Plot.dot(runs, { ...dot, r: 2.75, fill: ink, fillOpacity: 0.85, ...runDots(runs, options) }),
              ...(data.former
                ? levels.map((level, index) =>
                    formerLine(
                      contour(data.former!.law, level).map((point) => ({ x: across(point), y: point.parameters })),
                      domains,
                      lines[index]?.color,
                    ),
                  )
                : []),
              formerLine(
                (data.former?.frontier ?? []).map((point) => ({ x: across(point), y: point.parameters })),
                domains,
              ),
              Plot.line(frontier, { x: across, y: "parameters", stroke: background, strokeWidth: 5.5 }),
              Plot.line(frontier, { x: across, y: "parameters", stroke: frontierColor, strokeWidth: 3 }),
              Plot.dot(heldOut, {
                ...dot,
                r: 4.5,
                stroke: ink,
                strokeWidth: 1.75,
                fill: background,
                ...runDots(heldOut, options),
              }),
              labels(right, { textAnchor: "start", dx: 5 }),
              labels(top, { textAnchor: "middle", dy: -8 }),
            ],
          },
        ],
      };
    },
  });
}

import * as Plot from "@observablehq/plot";
import { countAxis, flopsAxis } from "./axes.js";
import type { PublishedModelsData } from "./data.js";
import { formatCount, formatFlops } from "./format.js";
import { type FigureOptions, frame } from "./frame.js";
import { background, categoryColor, faintInk, ink } from "./palette.js";
import { placeLabels } from "./placeLabels.js";
import { logDomain, logSpace } from "./ticks.js";

/** N at log-log interpolation of a law's optima; undefined outside them. */
function optimalParameters(optima: PublishedModelsData["laws"][number]["optima"], flops: number): number | undefined {
  const right = optima.findIndex((point) => point.flops >= flops);
  const above = optima[right];
  const below = optima[right - 1];
  if (!above) return undefined;
  if (!below) return above.flops === flops ? above.parameters : undefined;
  const share = Math.log(flops / below.flops) / Math.log(above.flops / below.flops);
  return below.parameters * (above.parameters / below.parameters) ** share;
}

/** Large models against the published allocation laws, C = 6ND: Hoffmann et al. 2022, Figure 1. */
export function publishedModels(data: PublishedModelsData, options: FigureOptions): HTMLElement {
  const models = data.models.map((model) => ({ ...model, flops: 6 * model.parameters * model.tokens }));
  const tokens = formatCount(data.fixedTokens);
  const color = (index: number): string => categoryColor(index);
  const judged = data.laws[0];
  const against = judged
    ? models.flatMap((model) => {
        const best = optimalParameters(judged.optima, model.flops);
        return best === undefined ? [] : [`${model.name} ${(model.parameters / best).toPrecision(2)}`];
      })
    : [];
  const result =
    judged && against.length > 0 ? ` Size relative to the optimum of ${judged.name}: ${against.join(", ")}.` : "";

  return frame(options, {
    name: "published-models",
    title: "Published models against published laws",
    caption: `Compute-optimal model size by each published law (lines), models as they were trained (points, C = 6ND), and the line of ${tokens} tokens whatever the size.${result}`,
    description: `${models.map((model) => `${model.name}: ${formatCount(model.parameters)} parameters, ${formatCount(model.tokens)} tokens`).join("; ")}.${result}`,
    draw: ({ width, narrow, fontSize }) => {
      const height = narrow ? 360 : 470;
      const margin = { left: 46, right: 16, top: 24, bottom: 38 };
      const [lowFlops, highFlops] = logDomain(
        models.map((model) => model.flops),
        0,
      );
      const [lowSize, highSize] = logDomain(
        models.map((model) => model.parameters),
        0,
      );
      const x: [number, number] = [lowFlops / 60, highFlops * 20];
      const y: [number, number] = [lowSize / 25, highSize * 12];
      const inside = (point: { flops: number; parameters: number }): boolean =>
        point.parameters >= y[0] && point.parameters <= y[1];
      const px = (flops: number): number =>
        margin.left + ((width - margin.left - margin.right) * Math.log(flops / x[0])) / Math.log(x[1] / x[0]);
      const py = (parameters: number): number =>
        height -
        margin.bottom -
        ((height - margin.top - margin.bottom) * Math.log(parameters / y[0])) / Math.log(y[1] / y[0]);
      const places = placeLabels(
        models.map((model) => ({ text: model.name, x: px(model.flops), y: py(model.parameters) })),
        { left: margin.left, right: width - margin.right, top: margin.top, bottom: height - margin.bottom },
        fontSize,
      );
      const compute = logSpace(x[0], x[1], 96);
      const fixed = compute.map((flops) => ({ flops, parameters: flops / (6 * data.fixedTokens) })).filter(inside);
      const lines = data.laws.map((law) =>
        compute.flatMap((flops) => {
          const parameters = optimalParameters(law.optima, flops);
          return parameters === undefined ? [] : [{ flops, parameters }];
        }),
      );
      return {
        legend: [
          {
            entries: data.laws.map((law, index) => ({ label: law.name, mark: "line" as const, color: color(index) })),
          },
          {
            entries: [
              { label: "trained model", mark: "dot", color: ink },
              { label: `${tokens} tokens whatever the size`, mark: "dashes", color: faintInk },
            ],
          },
        ],
        panels: [
          {
            height,
            marginLeft: margin.left,
            marginRight: margin.right,
            marginTop: margin.top,
            marginBottom: margin.bottom,
            x: flopsAxis("Training compute (FLOPs)", x, width - 62),
            y: countAxis("Parameters N", y, height - 62, 44),
            marks: [
              Plot.line(fixed, {
                x: "flops",
                y: "parameters",
                stroke: faintInk,
                strokeWidth: 1.5,
                strokeDasharray: "5 3",
              }),
              ...lines.map((line, index) =>
                Plot.line(line.filter(inside), {
                  x: "flops",
                  y: "parameters",
                  stroke: color(index),
                  strokeWidth: 1.75,
                }),
              ),
              Plot.dot(models, {
                x: "flops",
                y: "parameters",
                r: 4.5,
                fill: ink,
                stroke: background,
                title: (model: (typeof models)[number]) =>
                  `${model.name}\n${formatCount(model.parameters)} parameters on ${formatCount(model.tokens)} tokens\n${formatFlops(model.flops)} FLOPs`,
              }),
              ...models.map((model, index) =>
                Plot.text([model], {
                  x: "flops",
                  y: "parameters",
                  text: "name",
                  dx: places[index]?.dx ?? 9,
                  dy: places[index]?.dy ?? 0,
                  textAnchor: places[index]?.anchor ?? "start",
                  fill: ink,
                  fontWeight: 600,
                  stroke: background,
                  strokeWidth: 4,
                }),
              ),
            ],
          },
        ],
      };
    },
  });
}

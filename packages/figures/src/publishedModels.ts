import * as Plot from "@observablehq/plot";
import { countAxis } from "./axes.js";
import { computeIn } from "./compute.js";
import type { PublishedModelsData } from "./data.js";
import { formatCount } from "./format.js";
import { type FigureOptions, frame } from "./frame.js";
import { atCompute } from "./interpolate.js";
import { bilingual, inLanguage } from "./language.js";
import { background, categoryColor, faintInk, ink } from "./palette.js";
import { placeLabels } from "./placeLabels.js";
import { terms } from "./terms.js";
import { logDomain, logSpace } from "./ticks.js";

const texts = bilingual(
  {
    title: "Published models against published laws",
    relative: (law: string, models: readonly string[]) =>
      ` Size relative to the optimum of ${law}: ${models.join(", ")}.`,
    caption: (tokens: string, relative: string) =>
      `Compute-optimal model size by each published law (lines), models as they were trained (points, C = 6ND), and the line of ${tokens} tokens whatever the size.${relative}`,
    model: (name: string, parameters: string, tokens: string) => `${name}: ${parameters} parameters, ${tokens} tokens`,
    description: (models: readonly string[], relative: string) => `${models.join("; ")}.${relative}`,
    trained: "trained model",
    fixed: (tokens: string) => `${tokens} tokens whatever the size`,
    point: (parameters: string, tokens: string, flops: string) =>
      `${parameters} parameters on ${tokens} tokens\n${flops}`,
  },
  {
    title: "公表されたモデルとスケーリング則",
    relative: (law, models) => `${law} の最適サイズに対する比: ${models.join("、")}。`,
    caption: (tokens, relative) =>
      `公表された各スケーリング則による計算最適なモデルサイズ (線)、実際に学習されたモデル (点、C = 6ND)、サイズによらず ${tokens} トークンとした線。${relative}`,
    model: (name, parameters, tokens) => `${name}: パラメータ数 ${parameters}、トークン数 ${tokens}`,
    description: (models, relative) => `${models.join("; ")}。${relative}`,
    trained: "学習済みモデル",
    fixed: (tokens) => `サイズによらず ${tokens} トークン`,
    point: (parameters, tokens, flops) => `パラメータ数 ${parameters}、トークン数 ${tokens}\n${flops}`,
  },
);

/** Large models against the published allocation laws, C = 6ND: Hoffmann et al. 2022, Figure 1. */
export function publishedModels(data: PublishedModelsData, options: FigureOptions): HTMLElement {
  const unit = computeIn(options);
  const [text, term] = [inLanguage(texts, options), inLanguage(terms, options)];
  const models = data.models.map((model) => ({ ...model, flops: 6 * model.parameters * model.tokens }));
  const tokens = formatCount(data.fixedTokens);
  const color = (index: number): string => categoryColor(index);
  const judged = data.laws[0];
  const against = judged
    ? models.flatMap((model) => {
        const best = atCompute(judged.optima, model.flops, (optimum) => optimum.parameters);
        return best === undefined ? [] : [`${model.name} ${(model.parameters / best).toPrecision(2)}`];
      })
    : [];
  const result = judged && against.length > 0 ? text.relative(judged.name, against) : "";

  return frame(options, {
    name: "published-models",
    title: text.title,
    caption: text.caption(tokens, result),
    description: text.description(
      models.map((model) => text.model(model.name, formatCount(model.parameters), formatCount(model.tokens))),
      result,
    ),
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
          const parameters = atCompute(law.optima, flops, (optimum) => optimum.parameters);
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
              { label: text.trained, mark: "dot", color: ink },
              { label: text.fixed(tokens), mark: "dashes", color: faintInk },
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
            x: unit.axis(term.trainingCompute(unit.name), x, width - 62),
            y: countAxis(term.parametersN, y, height - 62, 44),
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
                  `${model.name}\n${text.point(formatCount(model.parameters), formatCount(model.tokens), unit.text(model.flops))}`,
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

import * as Plot from "@observablehq/plot";
import { countAxis } from "./axes.js";
import { clipLine } from "./clip.js";
import { computeIn } from "./compute.js";
import type { MappedModel, ModelMapData } from "./data.js";
import { formatCount } from "./format.js";
import { type FigureOptions, frame } from "./frame.js";
import { bilingual, inLanguage } from "./language.js";
import type { LegendEntry } from "./legend.js";
import type { ContourAxes } from "./lossContours.js";
import { background, categoryColor, faintInk, ink } from "./palette.js";
import { placeLabels } from "./placeLabels.js";
import { terms } from "./terms.js";
import { logDomain, logSpace } from "./ticks.js";

const texts = bilingual(
  {
    title: "The plan among known models",
    model: "trained model",
    optimum: "optimum for the budget",
    served: "with serving counted",
    limited: "with few unique tokens",
    isoflop: "isoFLOP line, C = 6ND",
    budget: "the budget",
    about: (models: number) =>
      `${models} known models as they were trained (points, C = 6ND) and the compute-optimal models by each law (lines).`,
    result: (law: string, n: string, d: string) => `${law} asks for ${n} parameters on ${d} tokens`,
    results: (compute: string, each: string) => `For ${compute} ${each}.`,
    hover: (name: string, n: string, d: string, compute: string) =>
      `${name}\n${n} parameters on ${d} tokens\n${compute}`,
  },
  {
    title: "既知のモデルと計画",
    model: "学習済みモデル",
    optimum: "この計算予算での最適点",
    served: "推論コスト込み",
    limited: "固有トークンが限られる場合",
    isoflop: "等計算量線 C = 6ND",
    budget: "この計算予算",
    about: (models) =>
      `既知の ${models} モデルの実際の学習条件(点、C = 6ND)と、各スケーリング則による計算最適なモデル(線)。`,
    result: (law, n, d) => `${law} ではパラメータ数 ${n}、学習トークン数 ${d}`,
    results: (compute, each) => `計算量 ${compute} での最適点: ${each}。`,
    hover: (name, n, d, compute) => `${name}\nパラメータ数 ${n}、トークン数 ${d}\n${compute}`,
  },
);

const MOST_ISOFLOPS = 7;

/** Round budgets of the map's isoFLOP lines: every decade, or every so many where there are many. */
function isoFlopLevels([low, high]: readonly [number, number]): number[] {
  const first = Math.ceil(Math.log10(low));
  const decades = Math.max(0, Math.floor(Math.log10(high)) - first + 1);
  const step = Math.max(1, Math.ceil(decades / MOST_ISOFLOPS));
  return Array.from({ length: Math.ceil(decades / step) }, (_, index) => 10 ** (first + index * step));
}

/** A plan's optimum by each law, N against D or C, among the models of Hoffmann et al. 2022, Figure 1. */
export function modelMap(data: ModelMapData, options: FigureOptions & { readonly axes?: ContourAxes }): HTMLElement {
  const t = inLanguage(texts, options);
  const words = inLanguage(terms, options);
  const compute = computeIn(options);
  const axes = options.axes ?? "tokens";
  const models = data.models.map((model) => ({ ...model, flops: 6 * model.parameters * model.tokens }));
  const planned = data.laws.flatMap(({ optimum, served, limited }) =>
    [optimum, served, limited].filter((one): one is MappedModel => one !== undefined),
  );
  const across = (point: MappedModel): number => (axes === "tokens" ? point.tokens : point.flops);
  const x = logDomain([...models, ...planned].map(across), 0.12);
  const y = logDomain(
    [...models, ...planned].map((point) => point.parameters),
    0.12,
  );
  const domains = { x, y };
  const line = (flops: number) =>
    clipLine(
      logSpace(y[0], y[1], 64).map((parameters) => ({
        x: axes === "tokens" ? flops / (6 * parameters) : flops,
        y: parameters,
      })),
      domains,
    );
  const range: [number, number] = axes === "compute" ? x : [6 * x[0] * y[0], 6 * x[1] * y[1]];
  const frontiers = data.laws.map((law) =>
    clipLine(
      law.optima.map((point) => ({ x: across(point), y: point.parameters })),
      domains,
    ),
  );
  const each = data.laws.map((law) =>
    t.result(law.name, formatCount(law.optimum.parameters), formatCount(law.optimum.tokens)),
  );
  const result = each.length > 0 ? t.results(compute.text(data.flops), each.join("; ")) : "";
  const color = (index: number): string => categoryColor(index);
  // Several laws are numbered, so that no colour is needed to tell them apart.
  const numeral = (index: number): string => (data.laws.length > 1 ? String(index + 1) : "");
  const has = (kind: "served" | "limited"): boolean => data.laws.some((law) => law[kind] !== undefined);
  const hover = (name: string, point: MappedModel): string =>
    t.hover(name, formatCount(point.parameters), formatCount(point.tokens), compute.text(point.flops));

  return frame(options, {
    name: "model-map",
    title: t.title,
    caption: `${t.about(models.length)} ${result}`,
    description: `${result} ${models.map((model) => hover(model.name, model).replaceAll("\n", ", ")).join("; ")}.`,
    draw: ({ width, narrow, fontSize }) => {
      const height = narrow ? 360 : 460;
      const margin = { left: 46, right: 16, top: 24, bottom: 38 };
      const share = (value: number, [low, high]: readonly [number, number]) =>
        Math.log(value / low) / Math.log(high / low);
      const px = (point: MappedModel) => margin.left + (width - margin.left - margin.right) * share(across(point), x);
      const py = (n: number) => height - margin.bottom - (height - margin.top - margin.bottom) * share(n, y);
      // The optima have no labels of their own, but their places are to be kept free.
      const places = placeLabels(
        [
          ...planned.map((point) => ({ text: "", x: px(point), y: py(point.parameters) })),
          ...models.map((model) => ({ text: model.name, x: px(model), y: py(model.parameters) })),
        ],
        { left: margin.left, right: width - margin.right, top: margin.top, bottom: height - margin.bottom },
        fontSize,
      ).slice(planned.length);
      const bar = { stroke: ink, strokeWidth: 1.75 } as const;
      const number = (point: MappedModel, index: number): Plot.Markish =>
        Plot.text([point], {
          ...{ x: across, y: "parameters", text: [numeral(index)], dx: 9, dy: -11, fill: ink, fontWeight: 600 },
          ...{ stroke: background, strokeWidth: 4 },
        });
      const mark = (kind: "served" | "limited", symbol: "square" | "circle"): Plot.Markish[] =>
        data.laws.flatMap((law, index) => {
          const point = law[kind];
          if (point === undefined) return [];
          const title = () => hover(`${law.name}: ${t[kind]}`, point);
          const look = { r: 6, symbol, stroke: color(index), strokeWidth: 2, fill: background, title };
          return [Plot.dot([point], { x: across, y: "parameters", ...look }), number(point, index)];
        });
      const entries: LegendEntry[] = [
        { label: t.model, mark: "dot", color: ink },
        { label: t.optimum, mark: "diamond", color: ink },
        { label: t.isoflop, mark: "dots", color: faintInk },
        { label: t.budget, mark: "dashes", color: ink },
      ];
      if (has("served")) entries.push({ label: t.served, mark: "square", color: ink });
      if (has("limited")) entries.push({ label: t.limited, mark: "ring", color: ink });
      return {
        legend: [
          {
            entries: data.laws.map((law, index) => ({
              label: `${numeral(index)} ${law.name}`.trim(),
              mark: "line" as const,
              color: color(index),
            })),
          },
          { entries },
        ],
        panels: [
          {
            height,
            marginLeft: margin.left,
            marginRight: margin.right,
            marginTop: margin.top,
            marginBottom: margin.bottom,
            x:
              axes === "tokens"
                ? countAxis(words.trainingTokensD, x, width - 62, 80)
                : compute.axis(words.trainingCompute(compute.name), x, width - 62),
            y: countAxis(words.parametersN, y, height - 62, 44),
            marks: [
              ...isoFlopLevels(range).map((flops) =>
                Plot.line(line(flops), { x: "x", y: "y", stroke: faintInk, strokeDasharray: "1.5 3" }),
              ),
              Plot.line(line(data.flops), { x: "x", y: "y", stroke: ink, strokeWidth: 1.5, strokeDasharray: "5 3" }),
              ...frontiers.map((points, index) =>
                Plot.line(points, { x: "x", y: "y", stroke: color(index), strokeWidth: 1.75 }),
              ),
              Plot.dot(models, {
                ...{ x: across, y: "parameters", r: 4.5, fill: ink, stroke: background },
                title: (model: (typeof models)[number]) => hover(model.name, model),
              }),
              ...models.map((model, index) =>
                Plot.text([model], {
                  ...{ x: across, y: "parameters", text: "name", fill: ink, fontWeight: 600 },
                  ...{ stroke: background, strokeWidth: 4 },
                  dx: places[index]?.dx ?? 9,
                  dy: places[index]?.dy ?? 0,
                  textAnchor: places[index]?.anchor ?? "start",
                }),
              ),
              ...data.laws.flatMap(({ name, optimum }, index) => {
                const n = optimum.parametersInterval;
                const d = axes === "tokens" ? optimum.tokensInterval : undefined;
                return [
                  Plot.ruleX(n ? [optimum] : [], { x: across, y1: () => n?.[0], y2: () => n?.[1], ...bar }),
                  Plot.ruleY(d ? [optimum] : [], { y: "parameters", x1: () => d?.[0], x2: () => d?.[1], ...bar }),
                  Plot.dot([optimum], {
                    ...{ x: across, y: "parameters", r: 8, symbol: "diamond", fill: color(index), stroke: background },
                    title: () => hover(`${name}: ${t.optimum}`, optimum),
                  }),
                  number(optimum, index),
                ];
              }),
              ...mark("served", "square"),
              ...mark("limited", "circle"),
            ],
          },
        ],
      };
    },
  });
}

import * as Plot from "@observablehq/plot";
import { countAxis, evenAxis, type Panel, rowScale } from "./axes.js";
import { computeIn } from "./compute.js";
import type { LossValleyData, ValleyLaw } from "./data.js";
import { formatCount, formatLoss } from "./format.js";
import { type FigureOptions, frame } from "./frame.js";
import { bilingual, inLanguage } from "./language.js";
import type { LegendEntry } from "./legend.js";
import { lossUnitText } from "./lossUnit.js";
import { background, categoryColor, ink } from "./palette.js";
import { terms } from "./terms.js";
import { evenDomain, logDomain } from "./ticks.js";

/** What is drawn against N: the loss, or the extra compute in per cent. */
export type ValleyMeasure = "loss" | "compute";

const percent = (share: number): string => String(Number((100 * share).toPrecision(3)));

const texts = bilingual(
  {
    title: "The cost of being off the optimum",
    compute: "Extra compute (%)",
    optimum: "optimum",
    extra: (share: string) => `${share} % more compute`,
    withinCompute: (share: number) => `within ${percent(share)} % of compute`,
    withinLoss: (share: number) => `within ${percent(share)} % of loss`,
    about: (compute: string, measure: ValleyMeasure) =>
      measure === "loss"
        ? `Loss of models of every size trained with ${compute}.`
        : `Compute beyond ${compute} that a model of each size needs to reach the optimum's loss.`,
    result: (law: string, optimum: string, share: string, low: string, high: string) =>
      `${law}: optimum ${optimum} parameters; from ${low} to ${high} cost at most ${share} % more compute.`,
    wide: (law: string, optimum: string) => `${law}: optimum ${optimum} parameters.`,
  },
  {
    title: "最適点から外れたときの代償",
    compute: "追加の計算量 (%)",
    optimum: "最適点",
    extra: (share) => `計算量 +${share}%`,
    withinCompute: (share) => `計算量の増加が ${percent(share)}% 以内`,
    withinLoss: (share) => `損失の増加が ${percent(share)}% 以内`,
    about: (compute, measure) =>
      measure === "loss"
        ? `計算量 ${compute} で学習した各サイズのモデルの損失。`
        : `各サイズのモデルが最適点の損失に達するために、${compute} を超えて必要となる計算量。`,
    result: (law, optimum, share, low, high) =>
      `${law}: 最適なパラメータ数は ${optimum}。${low} から ${high} までなら追加の計算量は ${share}% 以内。`,
    wide: (law, optimum) => `${law}: 最適なパラメータ数は ${optimum}。`,
  },
);

/** Twice the compute is the most that is drawn. */
const MOST_EXTRA = 100;

interface Place {
  readonly parameters: number;
  readonly value: number;
  readonly title: string;
}

/** What is told of a model when the reader points at it. */
interface Hover {
  readonly size: (n: string, d: string) => string;
  readonly lossOf: (loss: string) => string;
  readonly extra: (percent: string) => string;
}

/** A law's line, ended where it leaves the frame. */
function lineOf(law: ValleyLaw, measure: ValleyMeasure, told: Hover): Place[] {
  const places = law.sizes.map(({ parameters, tokens, loss, extraCompute }): Place => {
    const value =
      measure === "loss" ? loss : extraCompute === undefined ? Number.POSITIVE_INFINITY : 100 * extraCompute;
    const title = [law.name, told.size(formatCount(parameters), formatCount(tokens)), told.lossOf(formatLoss(loss, 4))];
    if (extraCompute !== undefined) title.push(told.extra(percent(extraCompute)));
    return { parameters, value, title: title.join("\n") };
  });
  if (measure === "loss") return places;
  return places.flatMap((place, index): Place[] => {
    if (place.value <= MOST_EXTRA) return [place];
    const inner = [places[index - 1], places[index + 1]].find(
      (other) => other !== undefined && other.value <= MOST_EXTRA,
    );
    if (inner === undefined || !Number.isFinite(place.value)) return [];
    const share = (MOST_EXTRA - inner.value) / (place.value - inner.value);
    const parameters = inner.parameters * (place.parameters / inner.parameters) ** share;
    return [{ parameters, value: MOST_EXTRA, title: `${law.name}\n${told.extra(String(MOST_EXTRA))}` }];
  });
}

/** Loss or extra compute against N at a fixed budget, with the sizes that are good enough: the iso-loss valley. */
export function lossValley(
  data: LossValleyData,
  options: FigureOptions & { readonly measure?: ValleyMeasure },
): HTMLElement {
  const t = inLanguage(texts, options);
  const words = inLanguage(terms, options);
  const measure = options.measure ?? "loss";
  const { laws, tolerated } = data;
  const lines = laws.map((law) => lineOf(law, measure, { ...words, extra: t.extra }));
  const compute = computeIn(options).text(data.flops);
  const result = laws
    .map(({ name, optimum, withinCompute }) => {
      const best = formatCount(optimum.parameters);
      if (withinCompute === undefined) return t.wide(name, best);
      const [low, high] = withinCompute;
      return t.result(name, best, percent(tolerated.extraCompute), formatCount(low), formatCount(high));
    })
    .join(" ");
  const color = (index: number): string => categoryColor(laws[index]?.category ?? index);
  // Several laws are numbered, so that no colour is needed to tell them apart.
  const numbered = laws.length > 1 || (laws[0]?.category ?? 0) > 0;
  const numeral = (index: number): string => (numbered ? String((laws[index]?.category ?? index) + 1) : "");
  const at = (law: ValleyLaw): number => (measure === "loss" ? law.optimum.loss : 0);
  const x = logDomain(
    lines.flatMap((line) => line.map((place) => place.parameters)),
    0.01,
  );
  const y =
    measure === "loss"
      ? evenDomain(lines.flatMap((line) => line.map((place) => place.value)))
      : ([-3, MOST_EXTRA] as const);
  const bounded = ([low, high]: readonly [number, number]) => ({ x1: Math.max(low, x[0]), x2: Math.min(high, x[1]) });
  const intervals = laws.some((law) => law.optimum.parametersInterval !== undefined);

  return frame(options, {
    name: "loss-valley",
    title: t.title,
    caption: `${t.about(compute, measure)} ${result}`,
    description: `${t.about(compute, measure)} ${result}`,
    draw: ({ width, narrow }) => {
      const height = narrow ? 300 : 360;
      const margin = { marginLeft: 50, marginRight: 14 };
      const rows = laws.map((law, index) => ({
        ...{ law, y: laws.length - index, color: color(index), number: numeral(index) },
        start: Math.min(
          law.optimum.parameters,
          ...[law.withinLoss, law.withinCompute, law.optimum.parametersInterval].flatMap((range) => range?.[0] ?? []),
        ),
      }));
      const valley: Panel = {
        ...margin,
        height,
        marginTop: 24,
        marginBottom: 24,
        x: { ...countAxis(words.parametersN, x, width - 64), label: null },
        y: evenAxis(measure === "loss" ? words.loss(lossUnitText(options)) : t.compute, y, height - 48, 40),
        marks: [
          ...lines.map((line, index) =>
            Plot.line(line, { x: "parameters", y: "value", stroke: color(index), strokeWidth: 2 }),
          ),
          ...lines.map((line, index) =>
            Plot.dot(line, { x: "parameters", y: "value", r: 5, fill: color(index), fillOpacity: 0, title: "title" }),
          ),
          Plot.dot(laws, {
            x: (law: ValleyLaw) => law.optimum.parameters,
            y: at,
            r: 7,
            symbol: "diamond",
            fill: (_: ValleyLaw, index: number) => color(index),
            stroke: background,
            title: ({ name, optimum }: ValleyLaw) =>
              `${name}\n${t.optimum}\n${words.size(formatCount(optimum.parameters), formatCount(optimum.tokens))}`,
          }),
          Plot.text(laws, {
            ...{ x: (law: ValleyLaw) => law.optimum.parameters, y: at, dy: -15, fill: ink, fontWeight: 600 },
            ...{ text: (_: ValleyLaw, index: number) => numeral(index), stroke: background, strokeWidth: 4 },
          }),
        ],
      };
      const enough: Panel = {
        ...margin,
        height: 46 + 22 * laws.length,
        marginTop: 4,
        marginBottom: 38,
        x: countAxis(words.parametersN, x, width - 64),
        y: rowScale(laws.length),
        marks: rows.flatMap(({ law, y: row, color: stroke, number, start }) => {
          const bar = (interval: readonly [number, number] | undefined, strokeWidth: number, strokeOpacity: number) =>
            Plot.ruleY(interval === undefined ? [] : [bounded(interval)], {
              ...{ x1: "x1", x2: "x2", y: () => row, stroke, strokeWidth, strokeOpacity },
            });
          return [
            bar(law.withinLoss, 13, 0.22),
            bar(law.withinCompute, 6, 0.6),
            bar(law.optimum.parametersInterval, 1.75, 1),
            Plot.text([number], {
              ...{ x: () => Math.max(start, x[0]), y: () => row, dx: -6, text: [number], textAnchor: "end", fill: ink },
            }),
            Plot.dot([law.optimum], {
              ...{ x: "parameters", y: () => row, r: 5, symbol: "diamond", fill: stroke, stroke: background },
            }),
          ];
        }),
      };
      const entries: LegendEntry[] = [
        { label: t.optimum, mark: "diamond", color: ink },
        { label: t.withinCompute(tolerated.extraCompute), mark: "thick-line", color: ink },
        { label: t.withinLoss(tolerated.lossShare), mark: "band", color: ink },
      ];
      if (intervals) entries.push({ label: words.interval, mark: "line", color: ink });
      return {
        legend: [
          {
            entries: laws.map((law, index) => ({
              label: `${numeral(index)} ${law.name}`.trim(),
              mark: "line" as const,
              color: color(index),
            })),
          },
          { entries },
        ],
        panels: [valley, enough],
      };
    },
  });
}

import * as Plot from "@observablehq/plot";
import { countAxis } from "./axes.js";
import { clipLine } from "./clip.js";
import { computeIn } from "./compute.js";
import type { LawComparisonData } from "./data.js";
import { formatCount } from "./format.js";
import { formerEntry, formerLine } from "./former.js";
import { type FigureOptions, frame } from "./frame.js";
import { atCompute } from "./interpolate.js";
import { bilingual, inLanguage } from "./language.js";
import type { LegendEntry } from "./legend.js";
import { background, categoryColor, ink } from "./palette.js";
import { termsIn } from "./terms.js";
import { logDomain } from "./ticks.js";

const texts = bilingual(
  {
    title: "Optimal size by law",
    value: (law: string, parameters: string, interval: string) => `${law} ${parameters}${interval}`,
    interval: (low: string, high: string) => ` (${low}–${high})`,
    noInterval: " (no interval)",
    result: (flops: string, all: readonly string[], factor: string | undefined) =>
      `At ${flops} N_opt is, with 95 % intervals: ${all.join("; ")}.${factor === undefined ? "" : ` The largest is ${factor} times the smallest.`}`,
    nothing: (laws: number) => (laws === 0 ? "No laws were given." : "No law reaches the compute that was asked for."),
    plain: (laws: readonly string[]) => `N_opt against compute by ${laws.join(", ")}.`,
    caption: (result: string) =>
      `Compute-optimal model size by laws fitted here (full lines) and published ones (broken lines). ${result}`,
    trained: "compute trained at",
    asked: "compute in question",
  },
  {
    title: "スケーリング則ごとの最適サイズ",
    value: (law, parameters, interval) => `${law} ${parameters}${interval}`,
    interval: (low, high) => ` (${low}–${high})`,
    noInterval: " (区間なし)",
    result: (flops, all, factor) =>
      `${flops} での N_opt と 95% 信頼区間: ${all.join("; ")}。${factor === undefined ? "" : `最大は最小の ${factor} 倍。`}`,
    nothing: (laws) =>
      laws === 0 ? "スケーリング則は与えられていない。" : "指定の計算量に達するスケーリング則はない。",
    plain: (laws) => `計算量に対する N_opt: ${laws.join("、")}。`,
    caption: (result) =>
      `ここでフィットしたスケーリング則 (実線) と公表されたもの (破線) による計算最適なモデルサイズ。${result}`,
    trained: "学習した計算量の範囲",
    asked: "対象の計算量",
  },
);

/** Published laws are told apart by dashes, too, as the legend can show them. */
const styles = [
  { mark: "dashes", dashes: "5 3" },
  { mark: "dots", dashes: "1.5 3" },
] as const;

/** N_opt against compute by several laws, with their bands: fits of the runs at hand and published ones in one panel. */
export function lawComparison(data: LawComparisonData, options: FigureOptions): HTMLElement {
  const unit = computeIn(options);
  const [text, term] = [inLanguage(texts, options), termsIn(options)];
  const { at, trained } = data;
  const given = data.laws.filter(({ optima }) => optima.length > 0);
  const published = given.filter((law) => law.published === true);
  const laws = given.map((law, index) => ({
    ...law,
    color: categoryColor(index),
    style: law.published === true ? styles[published.indexOf(law) % styles.length] : undefined,
  }));
  const answers = laws.flatMap((law) => {
    const value = at === undefined ? undefined : atCompute(law.optima, at, ({ parameters }) => parameters);
    if (at === undefined || value === undefined) return [];
    const low = atCompute(law.band ?? [], at, (point) => point.low);
    const high = atCompute(law.band ?? [], at, (point) => point.high);
    const interval =
      low === undefined || high === undefined ? text.noInterval : text.interval(formatCount(low), formatCount(high));
    return [{ value, words: text.value(law.name, formatCount(value), interval) }];
  });
  const values = answers.map(({ value }) => value);
  const factor = values.length > 1 ? (Math.max(...values) / Math.min(...values)).toPrecision(2) : undefined;
  const result =
    at !== undefined && answers.length > 0
      ? text.result(
          unit.text(at),
          answers.map(({ words }) => words),
          factor,
        )
      : at === undefined && laws.length > 0
        ? text.plain(laws.map(({ name }) => name))
        : text.nothing(laws.length);
  const entries = (of: typeof laws): LegendEntry[] =>
    of.map(({ name, color, style }) => ({ label: name, mark: style?.mark ?? "thick-line", color }));

  return frame(options, {
    name: "law-comparison",
    title: text.title,
    caption: text.caption(result),
    description: result,
    draw: ({ width, narrow }) => {
      const height = narrow ? 360 : 440;
      const compute = [...laws.flatMap(({ optima }) => optima.map(({ flops }) => flops)), ...(at ? [at] : [])];
      const x = logDomain([...compute, ...(trained ?? [])], 0.01);
      const y = logDomain(
        laws.flatMap(({ optima }) => optima.map(({ parameters }) => parameters)),
        0.05,
      );
      const lines = laws.map(({ optima }) =>
        clipLine(
          optima.map(({ flops, parameters }) => ({ x: flops, y: parameters })),
          { x, y },
        ),
      );
      return {
        legend: [
          { entries: entries(laws.filter(({ style }) => style === undefined)) },
          { entries: entries(laws.filter(({ style }) => style !== undefined)) },
          {
            entries: [
              ...laws
                .filter(({ band }) => band)
                .slice(0, 1)
                .map(({ color }) => ({ label: term.band, mark: "band" as const, color })),
              ...(trained ? [{ label: text.trained, mark: "band" as const, color: ink }] : []),
              ...(at === undefined ? [] : [{ label: text.asked, mark: "line" as const, color: ink }]),
              ...formerEntry(options),
            ],
          },
        ],
        panels: [
          {
            height,
            marginLeft: 46,
            marginRight: 16,
            marginTop: 24,
            marginBottom: 38,
            x: unit.axis(term.computeBudget(unit.counted), x, width - 62),
            y: countAxis(term.optimalN, y, height - 62, 44),
            marks: [
              Plot.rect(trained ? [trained] : [], {
                x1: (ends: readonly [number, number]) => ends[0],
                x2: (ends: readonly [number, number]) => ends[1],
                y1: y[0],
                y2: y[1],
                fill: ink,
                fillOpacity: 0.07,
              }),
              ...(at === undefined ? [] : [Plot.ruleX([at], { stroke: ink, strokeWidth: 1 })]),
              ...laws.map(({ band = [], color }) =>
                Plot.areaY(
                  band
                    .filter(({ flops, low, high }) => flops >= x[0] && flops <= x[1] && high > y[0] && low < y[1])
                    .map(({ flops, low, high }) => ({ flops, low: Math.max(low, y[0]), high: Math.min(high, y[1]) })),
                  { x: "flops", y1: "low", y2: "high", fill: color, fillOpacity: 0.16 },
                ),
              ),
              ...laws.map(({ name, color, style }, index) =>
                Plot.line(lines[index] ?? [], {
                  x: "x",
                  y: "y",
                  stroke: color,
                  strokeWidth: style === undefined ? 2.5 : 1.75,
                  title: () => name,
                  ...(style === undefined ? {} : { strokeDasharray: style.dashes }),
                }),
              ),
              ...laws.map(({ former = [], color }) =>
                formerLine(
                  former.map(({ flops, parameters }) => ({ x: flops, y: parameters })),
                  { x, y },
                  color,
                ),
              ),
              Plot.dot(
                laws.flatMap((law) => {
                  const value = at === undefined ? undefined : atCompute(law.optima, at, (point) => point.parameters);
                  return at === undefined || value === undefined ? [] : [{ flops: at, value, color: law.color }];
                }),
                {
                  x: "flops",
                  y: "value",
                  r: 4,
                  fill: (point: { color: string }) => point.color,
                  stroke: background,
                  strokeWidth: 1,
                },
              ),
            ],
          },
        ],
      };
    },
  });
}

import * as Plot from "@observablehq/plot";
import { countAxis, evenAxis, rowScale } from "./axes.js";
import { computeIn } from "./compute.js";
import type { InfluenceData } from "./data.js";
import { formatCount } from "./format.js";
import { formerEntry, formerRule } from "./former.js";
import { type FigureOptions, frame } from "./frame.js";
import { bilingual, inLanguage } from "./language.js";
import { type LegendEntry, textWidth } from "./legend.js";
import { lossUnitText } from "./lossUnit.js";
import { background, categoryColor, faintInk, ink } from "./palette.js";
import { leftOutEntry, runDots } from "./runMarks.js";
import { terms } from "./terms.js";
import { evenDomain, logDomain } from "./ticks.js";

const texts = bilingual(
  {
    title: "What the fit owes to single runs",
    what: {
      a: () => "the exponent a",
      N_opt: (flops: string) => `N_opt at ${flops}`,
      L_opt: (flops: string) => `the least loss at ${flops}`,
      E: () => "the irreducible loss E",
    },
    none: "No run was left out.",
    estimate: (what: string, value: string, interval: string, some: boolean) =>
      `With ${some ? "the runs that are left in" : "all runs"} ${what} is ${value}${interval}.`,
    interval: (low: string, high: string) => ` (95 % interval ${low} to ${high})`,
    most: (name: string, value: string, shift: string) =>
      ` Without ${name} it is ${value} (${shift}), the largest change.`,
    outside: (count: number) =>
      count === 0 ? "" : ` ${count} ${count === 1 ? "run moves" : "runs move"} it out of its interval.`,
    caption: (result: string, shown: number, all: number, approximate: boolean) =>
      `${approximate ? "What each run is worth to first order, without fitting anew" : "The fit made anew without each run"}; the ${shown} of ${all} runs that matter most. ${result}`,
    axis: {
      a: () => "Exponent a without the run",
      N_opt: (flops: string) => `N_opt at ${flops} without the run`,
      L_opt: (flops: string, loss: string) => `Least loss at ${flops} without the run (${loss})`,
      E: (_: string, loss: string) => `E without the run (${loss})`,
    },
    without: "without the run",
    all: "estimate",
    percent: (value: number) => `${value} %`,
    rest: (count: number) => `${count} others`,
  },
  {
    title: "個々のランがフィットに与える影響",
    what: {
      a: () => "指数 a",
      N_opt: (flops) => `${flops} での N_opt`,
      L_opt: (flops) => `${flops} での最小損失`,
      E: () => "既約損失 E",
    },
    none: "除いたランはない。",
    estimate: (what, value, interval, some) =>
      `${some ? "除外していないランでは" : "全ランでは"}、${what} は ${value}${interval}。`,
    interval: (low, high) => ` (95% 信頼区間 ${low}〜${high})`,
    most: (name, value, shift) => `変化が最大なのは ${name} を除いたときで ${value} (${shift})。`,
    outside: (count) => (count === 0 ? "" : `${count} 個のランは、除くと値が区間の外に出る。`),
    caption: (result, shown, all, approximate) =>
      `${approximate ? "各ランの影響の 1 次近似 (再フィットなし)" : "ランを 1 つずつ除いて再フィットした結果"}。${all} 個のうち影響の大きい ${shown} 個を示す。${result}`,
    axis: {
      a: () => "そのランを除いた指数 a",
      N_opt: (flops) => `そのランを除いた ${flops} での N_opt`,
      L_opt: (flops, loss) => `そのランを除いた ${flops} での最小損失 (${loss})`,
      E: (_, loss) => `そのランを除いた E (${loss})`,
    },
    without: "そのランなし",
    all: "推定値",
    percent: (value) => `${value}%`,
    rest: (count) => `ほか ${count} 個`,
  },
);

const MOST_ROWS = 12;
const runColor = categoryColor(0);

/** How the exponent a, N_opt or the loss at a compute, or E moves as each run is left out, the largest changes first. */
export function influence(data: InfluenceData, options: FigureOptions): HTMLElement {
  const unit = computeIn(options);
  const [text, term] = [inLanguage(texts, options), inLanguage(terms, options)];
  const { quantity, estimate, interval95, former } = data;
  const counted = quantity === "N_opt";
  const decimals = quantity === "a" ? 3 : 4;
  const flops = unit.text(data.flops ?? 0);
  const shiftOf = (value: number): number => (counted ? Math.log(value / estimate) : value - estimate);
  const format = (value: number): string => (counted ? formatCount(value) : value.toFixed(decimals)).replace("-", "−");
  const shift = (value: number): string => {
    const by = counted ? 100 * (value / estimate - 1) : value - estimate;
    const size = counted ? text.percent(Number(Math.abs(by).toPrecision(2))) : Math.abs(by).toFixed(decimals);
    return `${by < 0 ? "−" : "+"}${size}`;
  };
  const sorted = data.runs
    .filter(({ without }) => Number.isFinite(without) && (!counted || without > 0))
    .sort((a, b) => Math.abs(shiftOf(b.without)) - Math.abs(shiftOf(a.without)));
  const shown = sorted.slice(0, MOST_ROWS);
  const rest = sorted.slice(MOST_ROWS);
  const rows = shown.length + (rest.length > 0 ? 1 : 0);
  const placed = shown.map((run, index) => ({ ...run, place: rows - index }));
  const outside = interval95
    ? sorted.filter(({ without }) => without < interval95[0] || without > interval95[1]).length
    : 0;
  const [first] = sorted;
  const what = text.what[quantity](flops);
  const interval = interval95 ? text.interval(format(interval95[0]), format(interval95[1])) : "";
  const result = `${text.estimate(what, format(estimate), interval, (options.leftOut?.size ?? 0) > 0)}${first ? text.most(first.name, format(first.without), shift(first.without)) : ` ${text.none}`}${text.outside(outside)}`;
  const entries: LegendEntry[] = [
    { label: text.without, mark: "dot", color: runColor },
    { label: text.all, mark: "line", color: ink },
    ...(interval95 ? [{ label: term.interval, mark: "band" as const, color: ink }] : []),
    ...leftOutEntry(options),
    ...formerEntry(options),
  ];

  return frame(options, {
    name: "influence",
    title: text.title,
    caption: text.caption(result, shown.length, sorted.length, data.approximate === true),
    description: result,
    draw: ({ width, narrow, fontSize }) => {
      const room = Math.round(width * (narrow ? 0.34 : 0.28));
      const labels = [
        ...placed.map(({ name, place }) => ({ place, label: shortened(name, room - 8, fontSize) })),
        ...(rest.length > 0 ? [{ place: 1, label: text.rest(rest.length) }] : []),
      ];
      // Widths are estimates, and some systems' fonts are wider: nothing is cut off at the left.
      const left = 10 + Math.ceil(1.12 * Math.max(30, ...labels.map(({ label }) => textWidth(label, fontSize))));
      const values = [
        estimate,
        ...(former === undefined ? [] : [former]),
        ...(interval95 ?? []),
        ...sorted.map(({ without }) => without),
      ];
      const x = counted ? logDomain(values, 0.06) : evenDomain(values, 0.06);
      const name = text.axis[quantity](flops, lossUnitText(options));
      const length = width - left - 16;
      const restValues = rest.map(({ without }) => without);
      return {
        legend: [{ entries }],
        panels: [
          {
            height: 22 * Math.max(1, rows) + 48,
            marginLeft: left,
            marginRight: 16,
            marginTop: 8,
            marginBottom: 40,
            x: counted ? countAxis(name, x, length) : evenAxis(name, x, length, 56),
            y: rowScale(Math.max(1, rows)),
            marks: [
              Plot.rect(interval95 ? [interval95] : [], {
                x1: (ends: readonly [number, number]) => ends[0],
                x2: (ends: readonly [number, number]) => ends[1],
                y1: 0.35,
                y2: rows + 0.65,
                fill: ink,
                fillOpacity: 0.1,
              }),
              formerRule([former]),
              Plot.ruleX([estimate], { stroke: ink, strokeWidth: 1.25 }),
              Plot.ruleY(placed, {
                y: "place",
                x1: () => estimate,
                x2: "without",
                stroke: runColor,
                strokeWidth: 1.5,
              }),
              Plot.ruleY(rest.length > 0 ? [1] : [], {
                y: 1,
                x1: () => Math.min(...restValues),
                x2: () => Math.max(...restValues),
                stroke: faintInk,
                strokeWidth: 5,
                strokeOpacity: 0.6,
              }),
              Plot.dot(placed, {
                x: "without",
                y: "place",
                r: 4.5,
                fill: runColor,
                stroke: background,
                strokeWidth: 0.75,
                title: (run: (typeof placed)[number]) =>
                  `${run.name}\n${term.size(formatCount(run.parameters), formatCount(run.tokens))}\n${format(run.without)} (${shift(run.without)})`,
                ...runDots(placed, options),
              }),
              Plot.text(labels, {
                frameAnchor: "left",
                y: "place",
                text: "label",
                dx: -8,
                textAnchor: "end",
                fill: ink,
              }),
            ],
          },
        ],
      };
    },
  });
}

/** A name cut to a width, px, in its middle: names of runs differ at their ends as often as at their beginnings. */
function shortened(name: string, width: number, fontSize: number): string {
  const characters = [...name];
  // More would not fit if all were as narrow as "i": a name of a file may be as long as it likes.
  const most = Math.min(characters.length, Math.ceil(width / textWidth("i", fontSize)));
  for (let kept = most; kept > 2; kept -= 1) {
    const head = Math.ceil(kept / 2);
    const text =
      kept === characters.length
        ? name
        : `${characters.slice(0, head).join("")}…${characters.slice(head - kept).join("")}`;
    if (textWidth(text, fontSize) <= width) return text;
  }
  return "…";
}

import * as Plot from "@observablehq/plot";
import { amountAxis, evenAxis, type Panel } from "./axes.js";
import type { LikelihoodProfile, ProfileLikelihoodData } from "./data.js";
import { formatAmount } from "./format.js";
import { type FigureOptions, frame, type Room } from "./frame.js";
import { bilingual, inLanguage } from "./language.js";
import { categoryColor, ink } from "./palette.js";
import { terms } from "./terms.js";
import { evenDomain, logDomain } from "./ticks.js";

const texts = bilingual(
  {
    title: "Profile likelihoods",
    closed: (name: string, estimate: string, low: string, high: string) => `${name} ${estimate} (${low}–${high})`,
    open: (name: string, estimate: string, low: string | undefined, high: string | undefined) =>
      low === undefined && high === undefined
        ? `${name} ${estimate}, unbounded on both sides`
        : low === undefined
          ? `${name} ${estimate}, at most ${high}, unbounded below`
          : `${name} ${estimate}, at least ${low}, unbounded above`,
    unknown: (name: string, estimate: string) => `${name} ${estimate}, interval unknown`,
    result: (all: readonly string[]) =>
      all.length === 0 ? "No profile was computed." : `Estimates with 95 % intervals: ${all.join("; ")}.`,
    caption: (result: string) =>
      `How much worse the best fit becomes with one quantity held at a value and all others free, as a share of the rise that ends the 95 % interval. A lopsided or flat valley is one that a standard error does not describe. ${result}`,
    rise: "Rise (95 % level = 1)",
    level: "95 % level",
    estimate: "estimate",
    profile: "profile",
  },
  {
    title: "プロファイル尤度",
    closed: (name, estimate, low, high) => `${name} ${estimate} (${low}–${high})`,
    open: (name, estimate, low, high) =>
      low === undefined && high === undefined
        ? `${name} ${estimate} (上下とも有界でない)`
        : low === undefined
          ? `${name} ${estimate} (${high} 以下、下側は有界でない)`
          : `${name} ${estimate} (${low} 以上、上側は有界でない)`,
    unknown: (name, estimate) => `${name} ${estimate} (区間は不明)`,
    result: (all) =>
      all.length === 0 ? "プロファイルは計算されていない。" : `推定値と 95% 信頼区間: ${all.join("; ")}。`,
    caption: (result) =>
      `1 つの量をある値に固定し、ほかを自由にしたときに最良のフィットがどれだけ悪くなるかを、95% 信頼区間の端での上昇に対する比で示す。谷が非対称または平坦なら、標準誤差では表せない。${result}`,
    rise: "上昇 (95% 水準 = 1)",
    level: "95% 水準",
    estimate: "推定値",
    profile: "プロファイル",
  },
);

/** Rises beyond this, in units of the level, are cut off: they tell no more. */
const TOP = 2.2;
const curveColor = categoryColor(0);

/** The profile of each quantity's likelihood, with its estimate and 95 % interval. */
export function profileLikelihood(data: ProfileLikelihoodData, options: FigureOptions): HTMLElement {
  const [text, term] = [inLanguage(texts, options), inLanguage(terms, options)];
  const words = data.parameters.map(({ name, estimate, interval95, open = [] }) => {
    const value = formatAmount(estimate);
    if (interval95 === undefined) return text.unknown(name, value);
    const [low, high] = interval95.map(formatAmount) as [string, string];
    if (open.length === 0) return text.closed(name, value, low, high);
    return text.open(name, value, open.includes("low") ? undefined : low, open.includes("high") ? undefined : high);
  });
  const result = text.result(words);
  return frame(options, {
    name: "profile-likelihood",
    title: text.title,
    caption: text.caption(result),
    description: result,
    draw: (room) => {
      const columns = room.narrow ? 2 : 3;
      return {
        legend: [
          {
            entries: [
              { label: text.profile, mark: "line", color: curveColor },
              { label: text.level, mark: "dashes", color: ink },
              { label: text.estimate, mark: "dot", color: ink },
              { label: term.interval, mark: "band", color: curveColor },
            ],
          },
        ],
        columns,
        panels: data.parameters.map((curve) => profilePanel(curve, columns, room, text.rise)),
      };
    },
  });
}

function profilePanel(curve: LikelihoodProfile, columns: number, room: Room, rise: string): Panel {
  const { name, estimate, interval95, open = [], logarithmic } = curve;
  const line = cut(curve.points.map(({ value, rise }) => ({ value, share: rise / curve.level })));
  const values = [estimate, ...(interval95 ?? []), ...line.map(({ value }) => value)];
  const domain = logarithmic ? logDomain(values, 0.04) : evenDomain(values, 0.04);
  const axis = logarithmic ? amountAxis : evenAxis;
  const height = room.narrow ? 180 : 200;
  // An open end goes on to the border of what is drawn.
  const interval =
    interval95 === undefined
      ? []
      : [
          {
            low: open.includes("low") ? domain[0] : interval95[0],
            high: open.includes("high") ? domain[1] : interval95[1],
          },
        ];
  return {
    height,
    marginLeft: 34,
    marginRight: 12,
    marginTop: 24,
    marginBottom: 38,
    x: {
      ...axis(name, domain, room.width / columns - 46, logarithmic ? 64 : 42),
      ...(logarithmic ? { format: formatAmount } : {}),
    },
    y: evenAxis(rise, [0, TOP], height - 62, 30),
    marks: [
      Plot.rect(interval, { x1: "low", x2: "high", y1: 0, y2: 1, fill: curveColor, fillOpacity: 0.16 }),
      Plot.ruleY([1], { stroke: ink, strokeWidth: 1.25, strokeDasharray: "5 3" }),
      Plot.line(line, { x: "value", y: "share", stroke: curveColor, strokeWidth: 2 }),
      Plot.dot([{ estimate }], { x: "estimate", y: 0, r: 4, fill: ink }),
    ],
  };
}

/** The part of a curve below the top, ended on it. */
function cut(points: readonly { readonly value: number; readonly share: number }[]) {
  const kept: { value: number; share: number }[] = [];
  points.forEach((point, index) => {
    const before = points[index - 1];
    if (before && before.share > TOP !== point.share > TOP) {
      const t = (TOP - before.share) / (point.share - before.share);
      kept.push({ value: before.value + t * (point.value - before.value), share: TOP });
    }
    if (point.share <= TOP) kept.push(point);
  });
  return kept;
}

import * as Plot from "@observablehq/plot";
import { type Axis, amountAxis, evenAxis, type Panel } from "./axes.js";
import { type ComputeFormat, computeIn } from "./compute.js";
import type { LikelihoodProfile, ProfileLikelihoodData } from "./data.js";
import { formatAmount } from "./format.js";
import { formerEntry, formerRule } from "./former.js";
import { type FigureOptions, frame, type Room } from "./frame.js";
import { bilingual, inLanguage } from "./language.js";
import { textWidth } from "./legend.js";
import { categoryColor, ink } from "./palette.js";
import { evenDomain, logDomain } from "./ticks.js";

const texts = bilingual(
  {
    title: "How firmly the runs hold each quantity: profile likelihoods",
    estimated: (name: string, estimate: string) => `${name} ${estimate}`,
    infinite: "infinite",
    closed: (name: string, low: string, high: string) => `${name} (${low}–${high})`,
    open: (name: string, low: string | undefined, high: string | undefined) =>
      low === undefined && high === undefined
        ? `${name} (no end on either side)`
        : low === undefined
          ? `${name} (at most ${high}, no lower end)`
          : `${name} (at least ${low}, no upper end)`,
    unknown: (name: string) => `${name}, interval unknown`,
    bootstrapped: (words: string, low: string, high: string) => `${words}, bootstrap ${low}–${high}`,
    result: (all: readonly string[]) =>
      all.length === 0 ? "No profile was computed." : `Estimates with 95 % intervals: ${all.join("; ")}.`,
    at: (flops: string) => ` N_opt and L_opt are for ${flops}.`,
    onlyN: (flops: string) => ` N_opt is for ${flops}.`,
    held: (names: string) => ` ${names} were held: their uncertainty is in the bootstrap alone.`,
    caption: (notes: string) =>
      `Each curve: how much worse the best fit becomes when one quantity is held at a value and all others are free. Values whose curve is below the dashed line are those that the runs allow (95 %). A quantity in a narrow valley is well known; in a lopsided or flat one it is less certain than a standard error says.${notes}`,
    rise: "Rise (95 % level = 1)",
    level: "95 % level",
    estimate: "estimate",
    profile: "profile",
    interval: "95 % interval by the profile",
    bootstrap: "95 % interval by the bootstrap",
  },
  {
    title: "各量はどれだけ確かか: プロファイル尤度",
    estimated: (name, estimate) => `${name} ${estimate}`,
    infinite: "無限大",
    closed: (name, low, high) => `${name} (${low}–${high})`,
    open: (name, low, high) =>
      low === undefined && high === undefined
        ? `${name} (上端も下端もない)`
        : low === undefined
          ? `${name} (${high} 以下、下端はない)`
          : `${name} (${low} 以上、上端はない)`,
    unknown: (name) => `${name} (区間は不明)`,
    bootstrapped: (words, low, high) => `${words}、ブートストラップ ${low}–${high}`,
    result: (all) =>
      all.length === 0 ? "プロファイルは計算されていない。" : `推定値と 95% 信頼区間: ${all.join("; ")}。`,
    at: (flops) => `N_opt と L_opt は ${flops} でのもの。`,
    onlyN: (flops) => `N_opt は ${flops} でのもの。`,
    held: (names) => `${names} は固定しており、その不確かさはブートストラップにのみ含まれる。`,
    caption: (notes) =>
      `各曲線は、1 つの量をある値に固定し、ほかを自由にしたときに最良のフィットがどれだけ悪くなるかを示す。曲線が破線より下にある値が、ランから許される値 (95%) である。谷が狭ければよく決まっており、非対称または平坦なら標準誤差が示すより不確かである。${notes}`,
    rise: "上昇 (95% 水準 = 1)",
    level: "95% 水準",
    estimate: "推定値",
    profile: "プロファイル",
    interval: "プロファイルによる 95% 信頼区間",
    bootstrap: "ブートストラップによる 95% 信頼区間",
  },
);

/** Rises beyond this, in units of the level, are cut off: they tell no more. */
const TOP = 2.2;
/** Where the bootstrap's interval is drawn, below the foot of the curves. */
const BOOTSTRAP_AT = -0.2;
const FOOT = -0.4;
const curveColor = categoryColor(0);
const bootstrapColor = categoryColor(1);

/** The profile of each quantity's likelihood, with its estimate, its 95 % interval and the bootstrap's. */
export function profileLikelihood(data: ProfileLikelihoodData, options: FigureOptions): HTMLElement {
  const text = inLanguage(texts, options);
  const unit = computeIn(options);
  const { parameters, flops, held = [] } = data;
  const told = parameters.map((curve) => {
    const { name, estimate, interval95, bootstrap95, open = [] } = curve;
    const format = (value: number): string =>
      isInfinite(curve, value) ? text.infinite : curve.compute ? unit.number(value) : formatAmount(value);
    const named = curve.compute ? `${name} (${unit.name})` : name;
    const short = text.estimated(named, format(estimate));
    const [low, high] = (interval95 ?? []).map(format);
    const ends = [open.includes("low") ? undefined : low, open.includes("high") ? undefined : high] as const;
    const long =
      interval95 === undefined
        ? text.unknown(short)
        : open.length === 0
          ? text.closed(short, low ?? "", high ?? "")
          : text.open(short, ...ends);
    const whole =
      bootstrap95 === undefined ? long : text.bootstrapped(long, format(bootstrap95[0]), format(bootstrap95[1]));
    return { curve, labels: [long, short, named], whole };
  });
  const words = told.map(({ whole }) => whole);
  const has = (name: string): boolean => parameters.some((curve) => curve.name === name);
  const at = flops === undefined || !has("N_opt") ? "" : (has("L_opt") ? text.at : text.onlyN)(unit.text(flops));
  const notes = `${at}${held.length > 0 ? text.held(held.join(", ")) : ""}`;
  const result = `${text.result(words)}${notes}`;
  const bootstrapped = parameters.some(({ bootstrap95 }) => bootstrap95 !== undefined);
  return frame(options, {
    name: "profile-likelihood",
    title: text.title,
    caption: text.caption(parameters.length === 0 ? ` ${result}` : notes),
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
              { label: text.interval, mark: "band", color: curveColor },
              ...(bootstrapped ? [{ label: text.bootstrap, mark: "thick-line" as const, color: bootstrapColor }] : []),
              ...formerEntry(options),
            ],
          },
        ],
        columns,
        panels: told.map(({ curve, labels }) => {
          const width = room.width / columns;
          const label = labels.find((one) => textWidth(one, room.fontSize) < width - 8) ?? curve.name;
          return profilePanel(curve, { ...room, width }, { label, rise: text.rise, bootstrapped, unit });
        }),
      };
    },
  });
}

const isInfinite = ({ infiniteFrom = Number.POSITIVE_INFINITY }: LikelihoodProfile, value: number): boolean =>
  value >= infiniteFrom;

interface PanelTexts {
  /** Below the panel: the quantity, with as much of its estimate and interval as there is room for. */
  readonly label: string;
  readonly rise: string;
  readonly bootstrapped: boolean;
  readonly unit: ComputeFormat;
}

/** @param room as wide as the panel */
function profilePanel(curve: LikelihoodProfile, room: Room, texts: PanelTexts): Panel {
  const { label, rise, bootstrapped, unit } = texts;
  const { estimate, interval95, bootstrap95, open = [], logarithmic, compute } = curve;
  const infinite = isInfinite(curve, estimate);
  const finite = curve.points.filter(({ value }) => !isInfinite(curve, value));
  const line = cut(finite.map(({ value, rise }) => ({ value, share: rise / curve.level })));
  const closed = (interval95 ?? []).filter((_, side) => !open.includes(side === 0 ? "low" : "high"));
  const values = [...(infinite ? [] : [estimate]), ...closed, ...line.map(({ value }) => value)];
  const own = logarithmic ? logDomain(values, 0.04) : evenDomain(values, 0.04);
  // The bootstrap's may be far wider, and the estimate with all runs far away: they widen the axis by half at most, and run out of it.
  const { former = estimate } = curve;
  const wished = [...(bootstrap95 ?? own), ...(isInfinite(curve, former) ? [] : [former])];
  const domain = widened(own, [Math.min(...wished), Math.max(...wished)], logarithmic === true);
  const length = room.width - 46;
  const across = logarithmic
    ? { ...amountAxis(label, domain, length, 64), format: formatAmount }
    : spacedAxis(label, domain, length, room.fontSize);
  const height = room.narrow ? 180 : 200;
  // An open end goes on to the border of what is drawn.
  const interval =
    interval95 === undefined
      ? []
      : [
          {
            // Below 0 there is nothing that a loss could be.
            low: open.includes("low") && interval95[0] !== 0 ? domain[0] : interval95[0],
            high: open.includes("high") ? domain[1] : interval95[1],
          },
        ];
  const inside = (value: number): boolean => value >= domain[0] && value <= domain[1];
  const bar =
    bootstrap95 === undefined
      ? []
      : [{ low: Math.max(domain[0], bootstrap95[0]), high: Math.min(domain[1], bootstrap95[1]) }];
  return {
    height,
    marginLeft: 34,
    marginRight: 12,
    marginTop: 24,
    marginBottom: 40,
    x: compute ? unit.axis(label, domain, length) : across,
    y: shareAxis(rise, bootstrapped ? FOOT : 0),
    marks: [
      Plot.rect(interval, { x1: "low", x2: "high", y1: 0, y2: 1, fill: curveColor, fillOpacity: 0.16 }),
      Plot.ruleY([1], { stroke: ink, strokeWidth: 1.25, strokeDasharray: "5 3" }),
      Plot.line(line, { x: "value", y: "share", stroke: curveColor, strokeWidth: 2 }),
      Plot.ruleY(bar, { y: BOOTSTRAP_AT, x1: "low", x2: "high", stroke: bootstrapColor, strokeWidth: 3 }),
      // An end that lies within the axis has a stop.
      Plot.ruleX((bootstrap95 ?? []).filter(inside), {
        x: (end: number) => end,
        y1: BOOTSTRAP_AT - 0.1,
        y2: BOOTSTRAP_AT + 0.1,
        stroke: bootstrapColor,
        strokeWidth: 2,
      }),
      formerRule([curve.former].filter((value) => value !== undefined && inside(value))),
      Plot.dot(infinite ? [] : [{ estimate }], { x: "estimate", y: 0, r: 4, fill: ink }),
    ],
  };

  function shareAxis(label: string, foot: number): Axis {
    const share = evenAxis(label, [foot, TOP], height - 64, 30);
    return { ...share, ticks: share.ticks.filter((tick) => tick >= 0) };
  }
}

/** An even axis whose labels do not touch, however many decimals they need: every other tick is left out where they would. */
function spacedAxis(label: string, domain: readonly [number, number], length: number, fontSize: number): Axis {
  const close = evenAxis(label, domain, length, 42);
  const widest = Math.max(...close.ticks.map((tick) => textWidth(close.format(tick), fontSize)));
  const [first = 0, second = 0] = close.ticks;
  const apart = ((second - first) / (domain[1] - domain[0])) * length;
  return apart >= widest + 6 ? close : { ...close, ticks: close.ticks.filter((_, i) => i % 2 === 0) };
}

/** A domain with as much of an interval as half of its own length at each side holds. */
function widened(
  [low, high]: readonly [number, number],
  [from, to]: readonly [number, number],
  logarithmic: boolean,
): [number, number] {
  if (logarithmic) {
    const half = Math.sqrt(high / low);
    return [Math.min(low, Math.max(from, low / half)), Math.max(high, Math.min(to, high * half))];
  }
  const half = (high - low) / 2;
  return [Math.min(low, Math.max(from, low - half)), Math.max(high, Math.min(to, high + half))];
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

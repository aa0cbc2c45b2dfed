import * as Plot from "@observablehq/plot";
import { type Axis, amountAxis, evenAxis, type Panel } from "./axes.js";
import type { ComputeFormat } from "./compute.js";
import type { LikelihoodProfile } from "./data.js";
import { formatAmount } from "./format.js";
import { formerRule } from "./former.js";
import type { Room } from "./frame.js";
import { textWidth } from "./legend.js";
import { categoryColor, ink } from "./palette.js";
import { evenDomain, logDomain } from "./ticks.js";

/** Rises beyond this, in units of the level, are cut off: they tell no more. */
const TOP = 2.2;
/** Where the bootstrap's interval is drawn, below the foot of the curves. */
const BOOTSTRAP_AT = -0.2;
const FOOT = -0.4;
export const curveColor = categoryColor(0);
export const bootstrapColor = categoryColor(1);

/** Whether a value stands for infinity. */
export const isInfinite = ({ infiniteFrom = Number.POSITIVE_INFINITY }: LikelihoodProfile, value: number): boolean =>
  value >= infiniteFrom;

/** What a panel says besides its data. */
export interface PanelTexts {
  /** Below the panel: the quantity, with as much of its estimate and interval as there is room for. */
  readonly label: string;
  readonly rise: string;
  readonly bootstrapped: boolean;
  readonly unit: ComputeFormat;
}

/**
 * One quantity's profile, in units of the level at which its interval ends.
 * @param room as wide as the panel
 */
export function profilePanel(curve: LikelihoodProfile, room: Room, texts: PanelTexts): Panel {
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

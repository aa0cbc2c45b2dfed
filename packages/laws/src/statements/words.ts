import { NO_DECAY } from "../laws/forms/repetition.js";

/** What a fit was made again without, to see whether it holds. */
export type LeftOut = {
  readonly what: "smallest-budget" | "smallest-budgets" | "lowest-quarter" | "smallest-rows";
  /** Up to this C, or this value of `scale`. */
  readonly upTo: number;
  /** Of rows of any law: what they were ordered by, "C = 6ND". */
  readonly scale?: string;
};

/** Why a profile of a budget has no minimum to fit. */
export const PROFILE_REASONS = {
  "too-few": "fewer than three sizes",
  "non-convex": "the parabola does not open upwards: no minimum",
  "below-sizes": "the minimum lies at or below the smallest size",
  "above-sizes": "the minimum lies at or above the largest size",
  "no-loss": "the parabola's minimum is not a positive loss",
  "smallest-best": "the smallest size has the least loss: no run below the minimum shows the rise",
  "largest-best": "the largest size has the least loss: no run above the minimum shows the rise",
  "lost-to-noise": "under seed noise more than half of its minima lie on the smallest or largest size",
} as const;

export type ProfileReason = keyof typeof PROFILE_REASONS;

export function leftOutText({ what, upTo, scale }: LeftOut): string {
  if (what === "smallest-rows") return `the rows of smallest ${scale} (up to ${upTo.toPrecision(3)})`;
  const flops = `${upTo.toExponential(2)} FLOPs`;
  if (what === "lowest-quarter") return `the lowest quarter of the envelope (up to ${flops})`;
  return what === "smallest-budgets" ? `the smallest budgets (up to ${flops})` : `the smallest budget (${flops})`;
}

/** A fitted value in a sentence: "the exponent a", "alphaC", "the decay 1/(1 + RD)". */
export const fittedValue = (symbol: string): string =>
  symbol === "a" ? "the exponent a" : symbol.startsWith("1/") ? `the decay ${symbol}` : symbol;

/** A fitted value as sentences have it: three decimals, or four figures. */
export const shown = (value: number): string =>
  Math.abs(value) < 10 && Math.abs(value) >= 1e-3 ? value.toFixed(3) : Number(value.toPrecision(4)).toString();

/** "E 1.69, alpha 0.34". */
export const constants = (values: Readonly<Record<string, number>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${value.toPrecision(4)}`)
    .join(", ");

/** R_D* or R_N*: large ones mean that nothing decays. */
export const decayScale = (value: number, infinite: string): string =>
  value >= NO_DECAY ? infinite : value.toPrecision(4);

/** Another minimum, or the lowest of several. */
export const another = (rivals: number): string =>
  rivals === 1 ? "Another minimum is" : `There are ${rivals} more minima, the lowest`;

/** A share in per cent, two figures. */
export const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`;

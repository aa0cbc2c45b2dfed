import type { ProfileInterval } from "../uncertainty/profileLikelihood.js";

/** A profile as a curve, with the interval that it gives. */
export interface LikelihoodCurve extends ProfileInterval {
  readonly estimate: number;
  /** The least objective with the quantity at `value`, less the least of all; values ascending, the estimate among them. */
  readonly points: readonly { readonly value: number; readonly rise: number }[];
  /** The rise at which the interval ends, in the same unit. */
  readonly level: number;
}

/** What is profiled, and how finely. */
export interface LikelihoodCurveOptions {
  /** Points on each side of the estimate, the last beyond the interval; default 8. */
  readonly steps?: number;
  /** A budget, FLOPs, for which N_opt is profiled as well. */
  readonly flops?: number;
}

export const DEFAULT_STEPS = 8;

/** How far beyond its interval a curve is followed, in widths of that side. */
export const BEYOND = 1.4;

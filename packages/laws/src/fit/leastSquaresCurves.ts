import { leastSquares } from "../numerics/leastSquares.js";
import { studentT975 } from "../numerics/studentT.js";
import { BEYOND, DEFAULT_STEPS, type LikelihoodCurve } from "./likelihoodCurve.js";

/** A straight line by least squares, of which quantities are profiled. */
export interface LineToProfile {
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** Inverse variances up to a factor; all alike when absent. */
  readonly weights?: ArrayLike<number>;
}

/** Profiles of what follows from a line. */
export interface LineProfiles {
  /** Of dy/dx. */
  slope(steps?: number): LikelihoodCurve;
  /** Of y at some x, which is the line's constant at x = 0; `value` turns y into what is reported, ascending. */
  height(x: number, value?: (y: number) => number, steps?: number): LikelihoodCurve;
  /** Of the x where y is 0: undefined where the line has no slope. */
  zero(value?: (x: number) => number, steps?: number): LikelihoodCurve | undefined;
}

const asIs = (value: number): number => value;

/**
 * Profiles of a line by weighted least squares with normal errors, whose variance is known up to the factor that the
 * residuals tell. The interval ends where the sum of squares has risen by s^2 t^2, the F interval of one quantity (Bates
 * & Watts 1988, Nonlinear Regression Analysis and Its Applications, chapter 6). Of the slope and of a height, which are
 * linear in the coefficients, the profile is a parabola and its interval Student's; of the zero it is Fieller's (1954).
 * Undefined with fewer than two distinct x, or with no more points than coefficients.
 */
export function lineProfiles({ x, y, weights }: LineToProfile): LineProfiles | undefined {
  const n = y.length;
  const total = Array.from({ length: n }, (_, i) => weights?.[i] ?? 1).reduce((sum, w) => sum + w, 0);
  // Of mean 1, so that the rise has the unit of y squared.
  const weight = Float64Array.from({ length: n }, (_, i) => ((weights?.[i] ?? 1) * n) / total);
  let centre = 0;
  for (let i = 0; i < n; i++) centre += (weight[i]! * x[i]!) / n;
  const line = leastSquares(
    [new Float64Array(n).fill(1), Float64Array.from({ length: n }, (_, i) => x[i]! - centre)],
    y,
    weight,
  );
  if (!line || line.degreesOfFreedom < 1) return undefined;
  const [level, slope] = line.coefficients as [number, number];
  const [[v0], [, v1]] = line.unscaledCovariance as [[number, number], [number, number]];
  const rise95 = (studentT975(line.degreesOfFreedom) ** 2 * line.residualSum) / line.degreesOfFreedom;
  const parabola = (estimate: number, variance: number, value: (q: number) => number, steps: number) => {
    const half = Math.sqrt(rise95 * variance);
    const points = Array.from({ length: 2 * steps + 1 }, (_, i) => (BEYOND * half * (i - steps)) / steps);
    return {
      estimate: value(estimate),
      interval: [value(estimate - half), value(estimate + half)],
      open: [],
      points: half === 0 ? [{ value: value(estimate), rise: 0 }] : points.map((by) => at(estimate + by)),
      level: rise95,
    } as const;

    function at(q: number) {
      return { value: value(q), rise: (q - estimate) ** 2 / variance };
    }
  };
  return {
    slope: (steps = DEFAULT_STEPS) => parabola(slope, v1, asIs, steps),
    height: (at, value = asIs, steps = DEFAULT_STEPS) =>
      parabola(level + slope * (at - centre), v0 + (at - centre) ** 2 * v1, value, steps),
    zero: (value = asIs, steps = DEFAULT_STEPS) =>
      slope === 0 ? undefined : zeroProfile(centre - level / slope, value, steps),
  };

  /**
   * A line through (z, 0) rises by h^2 / (v0 + v1 (z - c)^2), h the best line's height at z; far from the centre c that
   * tends to slope^2 / v1. Where the interval of the slope holds 0, the zero's goes on without end, away from the points.
   */
  function zeroProfile(zero: number, value: (z: number) => number, steps: number): LikelihoodCurve {
    // (level + slope u)^2 = rise95 (v0 + v1 u^2) in u = z - c.
    const [p, q] = [slope ** 2 - rise95 * v1, level * slope];
    // q^2 - p (level^2 - rise95 v0), without what cancels: exact data leave no more of it than rounding.
    const root = Math.sqrt(rise95 * (v0 * slope ** 2 + v1 * level ** 2 - rise95 * v0 * v1));
    const ends = [centre + (-q - root) / p, centre + (-q + root) / p] as const;
    const ended =
      p > 0
        ? [Math.min(ends[0], zero), Math.max(ends[1], zero)]
        : [Math.max(...ends.filter((end) => end <= zero)), Math.min(...ends.filter((end) => end >= zero))];
    const sides = ended.map((end, side) => {
      const closed = Number.isFinite(end);
      const far = zero + (side === 0 ? -1 : 1) * Math.abs(zero - centre);
      // An end of an endless interval lies between the zero and the points, beyond which the rise falls again.
      const to = !closed ? far : p > 0 ? zero + BEYOND * (end - zero) : centre;
      const points = Array.from({ length: to === zero ? 0 : steps }, (_, i) => zero + ((to - zero) * (i + 1)) / steps);
      return { end: closed ? end : far, closed, points };
    }) as [low: Side, high: Side];
    const rise = (z: number) => (level + slope * (z - centre)) ** 2 / (v0 + v1 * (z - centre) ** 2);
    const around = (z: number) => ({ value: value(z), rise: rise(z) });
    const [low, high] = sides;
    return {
      estimate: value(zero),
      interval: [value(low.end), value(high.end)],
      open: [...(low.closed ? [] : (["low"] as const)), ...(high.closed ? [] : (["high"] as const))],
      points: [...low.points.reverse().map(around), { value: value(zero), rise: 0 }, ...high.points.map(around)],
      level: rise95,
    };
  }
}

interface Side {
  readonly end: number;
  readonly closed: boolean;
  readonly points: number[];
}

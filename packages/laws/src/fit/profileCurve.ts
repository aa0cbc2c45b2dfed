import { akimaMinimum, akimaSlope, akimaSpline } from "../numerics/akima.js";
import type { ProfileDesign } from "./profileDesign.js";

/**
 * The curve through the losses of one budget. "parabola": loss = c0 + c1 ln N + c2 (ln N)^2 by least squares (Hoffmann
 * et al. 2022, section 3.2). "akima": a spline of ln loss against ln N that passes through every size (Porian et al.
 * 2024); several runs of one size enter by their mean ln loss.
 */
export type ProfileCurve = "parabola" | "akima";

/** The minimum of a profile's curve, wherever it lies. */
export interface CurveMinimum {
  readonly logN: number;
  readonly loss: number;
  /** Standard error of logN for a loss noise of one nat in every run: multiply by the noise. */
  perNoise(): number;
  /** Of the spline: the minimum is its first or last knot. */
  readonly edge: boolean;
}

/** Minimum of the parabola; undefined where it does not open upwards. */
export function parabolaMinimum(design: ProfileDesign, coefficients: readonly number[]): CurveMinimum | undefined {
  const [t0, t1, t2] = coefficients as [number, number, number];
  // Curvature that is rounding error beside the losses themselves is no curvature.
  if (!(t2 > 1e-12 * Math.abs(t0))) return undefined;
  const t = -t1 / (2 * t2);
  const { covariance, centre, scale } = design;
  return {
    logN: centre + t * scale,
    loss: t0 + t * (t1 + t * t2),
    edge: false,
    perNoise: () => {
      // Delta method: d t / d(t1) = -1/(2 t2), d t / d(t2) = t1/(2 t2^2).
      const by1 = -1 / (2 * t2);
      const by2 = t1 / (2 * t2 ** 2);
      const [, [, v11, v12], [, , v22]] = covariance as number[][] as [number[], number[], number[]];
      return scale * Math.sqrt(by1 ** 2 * v11! + 2 * by1 * by2 * v12! + by2 ** 2 * v22!);
    },
  };
}

/** How to find the minimum of the Akima spline through losses at these sizes; undefined with fewer than three sizes. */
export function akimaMinima(
  logN: Float64Array,
): (losses: ArrayLike<number>, weights?: ArrayLike<number>) => CurveMinimum | undefined {
  const distinct = [...new Set(logN)].sort((x, y) => x - y);
  const sizeOf = Array.from(logN, (value) => distinct.indexOf(value));
  const all = new Float64Array(distinct.length);
  for (const size of sizeOf) all[size]! += 1;
  return (losses, weights) => {
    const sums = new Float64Array(distinct.length);
    const counts = weights ? new Float64Array(distinct.length) : all;
    for (let i = 0; i < sizeOf.length; i++) {
      const size = sizeOf[i]!;
      const weight = weights?.[i] ?? 1;
      if (weight > 0) sums[size]! += weight * Math.log(losses[i]!);
      if (weights) counts[size]! += weight;
    }
    const drawn = (_: number, i: number) => counts[i]! > 0;
    const x = weights ? distinct.filter(drawn) : distinct;
    if (x.length < 3) return undefined;
    const runs = weights ? counts.filter(drawn) : counts;
    const y = (weights ? sums.filter(drawn) : sums).map((sum, i) => sum / runs[i]!);
    const { x: at, y: logLoss, curvature, edge } = akimaMinimum(akimaSpline(x, y));
    return {
      logN: at,
      loss: Math.exp(logLoss),
      edge,
      perNoise: () =>
        splineNoise(
          x,
          y,
          y.map((value, i) => Math.exp(value) * Math.sqrt(runs[i]!)),
          at,
          curvature,
        ),
    };
  };
}

/**
 * The minimum moves by -(change of the slope there) / curvature; each size's ln loss changes the slope by so much, and
 * by the noise over the loss and the root of its runs.
 */
function splineNoise(
  x: readonly number[],
  y: Float64Array,
  precision: Float64Array,
  at: number,
  curvature: number,
): number {
  const step = 1e-6;
  let variance = 0;
  for (let i = 0; i < y.length; i++) {
    const slopeWith = (change: number) => {
      const changed = y.slice();
      changed[i]! += change;
      return akimaSlope(akimaSpline(x, changed), at);
    };
    variance += ((slopeWith(step) - slopeWith(-step)) / (2 * step * curvature * precision[i]!)) ** 2;
  }
  return Math.sqrt(variance);
}

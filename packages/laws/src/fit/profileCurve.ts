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
  return (losses, weights) => {
    const sums = new Float64Array(distinct.length);
    const counts = new Float64Array(distinct.length);
    sizeOf.forEach((size, i) => {
      const weight = weights?.[i] ?? 1;
      if (weight === 0) return;
      sums[size]! += weight * Math.log(losses[i]!);
      counts[size]! += weight;
    });
    const kept = distinct.map((_, i) => i).filter((i) => counts[i]! > 0);
    if (kept.length < 3) return undefined;
    const x = kept.map((i) => distinct[i]!);
    const y = kept.map((i) => sums[i]! / counts[i]!);
    const { x: at, y: logLoss, curvature, edge } = akimaMinimum(akimaSpline(x, y));
    const loss = Math.exp(logLoss);
    return {
      logN: at,
      loss,
      edge,
      perNoise: () =>
        splineNoise(
          x,
          y,
          y.map((v, i) => Math.exp(v) * Math.sqrt(counts[kept[i]!]!)),
          at,
          curvature,
        ),
    };
  };
}

/** The minimum moves by -(change of the slope there) / curvature; each size's loss changes the slope by so much. */
function splineNoise(x: number[], y: number[], precision: number[], at: number, curvature: number): number {
  const step = 1e-6;
  const moves = y.map((_, i) => {
    const slopeWith = (change: number) =>
      akimaSlope(
        akimaSpline(
          x,
          y.map((value, j) => (j === i ? value + change : value)),
        ),
        at,
      );
    return (slopeWith(step) - slopeWith(-step)) / (2 * step * curvature * precision[i]!);
  });
  return Math.sqrt(moves.reduce((sum, move) => sum + move ** 2, 0));
}

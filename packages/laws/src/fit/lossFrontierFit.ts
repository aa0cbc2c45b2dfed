import type { LossFrontierParameters } from "../laws/lossFrontier.js";
import { gridThenGolden } from "../numerics/minimiseScalar.js";
import { fitPowerLaw } from "./powerLawFit.js";

/** Range searched for the exponent of compute; every published value lies between 0.04 and 0.2. */
export const GAMMA_BOUNDS = [0.005, 1.5] as const;

/**
 * Points needed to tell an irreducible loss from the power law above it. Three determine E, k and gamma exactly, and
 * leave nothing to check them by; yet a pure power law through three lies so far below the truth beyond them that no
 * interval mends it (coverage 0 to 1 % in simulated studies, against 93 to 95 % with E).
 */
export const FEWEST_FOR_IRREDUCIBLE = 3;

/** A fit of L_opt(C) = E + k C^-gamma. */
export interface LossFrontierFit {
  readonly parameters: LossFrontierParameters;
  /** "power-law": too few points for E, which is then 0. */
  readonly form: "irreducible" | "power-law";
  readonly atBound: boolean;
  /** ln L - ln(fit). */
  readonly residuals: readonly number[];
}

/**
 * L_opt(C) = E + k C^-gamma with E, k >= 0: for each gamma the two amplitudes by non-negative least squares on relative
 * errors, gamma by a grid and golden section. With two points, E = 0. Undefined with fewer than two distinct C.
 */
export function fitLossFrontier(flops: ArrayLike<number>, loss: ArrayLike<number>): LossFrontierFit | undefined {
  const count = flops.length;
  const logC = Float64Array.from(flops, Math.log);
  const logLoss = Float64Array.from(loss, Math.log);
  if (new Set(logC).size < FEWEST_FOR_IRREDUCIBLE) {
    const line = fitPowerLaw(logC, logLoss);
    if (!line || new Set(logC).size < 2) return undefined;
    const parameters = { E: 0, k: line.k, gamma: -line.exponent };
    return { parameters, form: "power-law", atBound: false, residuals: line.residuals };
  }
  const centre = logC.reduce((sum, v) => sum + v, 0) / count;
  const project = frontierProjection(
    logC.map((v) => v - centre),
    Float64Array.from(loss, (v) => 1 / v),
  );
  const error = (logGamma: number): number => project(Math.exp(logGamma)).residual;
  const gamma = Math.exp(gridThenGolden(error, Math.log(GAMMA_BOUNDS[0]), Math.log(GAMMA_BOUNDS[1]), 40, 1e-9));
  const { E, k } = project(gamma);
  const residuals = Array.from(logLoss, (v, i) => v - Math.log(E + k * Math.exp(-gamma * (logC[i]! - centre))));
  const atBound = E === 0 || k === 0 || gamma < GAMMA_BOUNDS[0] * 1.001 || gamma > GAMMA_BOUNDS[1] * 0.999;
  return { parameters: { E, k: k * Math.exp(gamma * centre), gamma }, form: "irreducible", atBound, residuals };
}

interface Amplitudes {
  readonly E: number;
  readonly k: number;
  /** Sum of squared relative errors. */
  readonly residual: number;
}

/**
 * Non-negative least squares for E and k at a given gamma, on relative errors: two columns w = 1/L and w x^-gamma, so
 * that the four sets of positive amplitudes are tried by hand (this is the inner loop of Approach 2's bootstrap).
 */
export function frontierProjection(logC: Float64Array, inverse: Float64Array): (gamma: number) => Amplitudes {
  const count = logC.length;
  return (gamma) => {
    let [ww, wd, dd, w1, d1] = [0, 0, 0, 0, 0];
    for (let i = 0; i < count; i++) {
      const w = inverse[i]!;
      const d = w * Math.exp(-gamma * logC[i]!);
      ww += w * w;
      wd += w * d;
      dd += d * d;
      w1 += w;
      d1 += d;
    }
    const determinant = ww * dd - wd * wd;
    let E = (w1 * dd - d1 * wd) / determinant;
    let k = (d1 * ww - w1 * wd) / determinant;
    if (!(E >= 0 && k >= 0 && determinant > 1e-14 * ww * dd)) {
      // On the boundary the better of the two amplitudes alone: its gain over nothing is (column . 1)^2 / |column|^2.
      const floorAlone = (w1 * w1) / ww > (d1 * d1) / dd;
      E = floorAlone ? w1 / ww : 0;
      k = floorAlone ? 0 : d1 / dd;
    }
    // Summed rather than expanded: near the optimum the expansion cancels to rounding error.
    let residual = 0;
    for (let i = 0; i < count; i++) {
      const w = inverse[i]!;
      residual += (w * (E + k * Math.exp(-gamma * logC[i]!)) - 1) ** 2;
    }
    return { E, k, residual };
  };
}

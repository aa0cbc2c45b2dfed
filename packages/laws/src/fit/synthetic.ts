import { type ChinchillaParameters, chinchilla } from "../laws/chinchilla.js";
import type { Random } from "../numerics/random.js";
import type { CurvePoint, RunRecord } from "../record.js";

/** An isoFLOP study of a planted law: what a fit ought to find again. */
export interface SyntheticStudy {
  /** The truth. */
  readonly truth: ChinchillaParameters;
  /** Budgets, FLOPs. */
  readonly budgets: readonly number[];
  /** Sizes at each budget, log-spaced around the true optimum. */
  readonly sizes: number;
  /** Factor from the smallest to the largest size at one budget. */
  readonly width: number;
  /** Standard deviation of ln loss from run to run; 0 for none. */
  readonly noise?: number;
  readonly random?: Random;
  /** Points of each training curve; no curves when absent. */
  readonly curvePoints?: number;
}

/**
 * Records of a study whose runs obey L(N, D) exactly, up to log-normal noise. Curves are L(N, D) along the way, as of a
 * schedule that needs no decay. Used to test fits, to measure coverage, and to design studies.
 */
export function syntheticStudy(study: SyntheticStudy): RunRecord[] {
  const { truth, budgets, sizes, width, noise = 0, random, curvePoints = 0 } = study;
  return budgets.flatMap((budget) => {
    const centre = chinchilla.optimum(truth, budget).parameters;
    return Array.from({ length: sizes }, (_, i): RunRecord => {
      const n = centre * width ** (sizes === 1 ? 0 : i / (sizes - 1) - 0.5);
      const tokens = budget / (6 * n);
      const factor = noise > 0 && random ? Math.exp(noise * random.normal()) : 1;
      const curve = Array.from({ length: curvePoints }, (_, k): CurvePoint => {
        const seen = (tokens * (k + 1)) / curvePoints;
        return { tokens: seen, flops: 6 * n * seen, loss: chinchilla.loss(truth, n, seen) * factor };
      });
      return {
        id: `${budget.toExponential(2)}-${i}`,
        parameters: n,
        tokens,
        flops: budget,
        loss: chinchilla.loss(truth, n, tokens) * factor,
        budget,
        ...(curvePoints > 0 && { curve }),
      };
    });
  });
}

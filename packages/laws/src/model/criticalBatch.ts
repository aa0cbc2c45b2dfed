import { IsoflopError } from "../error.js";

/**
 * Steps that a run of S steps at batch B would have taken at a batch far above the critical one: Kaplan et al. 2020
 * (arXiv:2001.08361), equation 5.4. Batches in tokens; B_crit at the loss that the run reached (laws/criticalBatch.ts).
 */
export function minimumSteps(steps: number, batch: number, criticalBatch: number): number {
  return steps / (1 + criticalBatch / batch);
}

/** The steps at batch B that S_min stands for: the inverse of equation 5.4. */
export function stepsAtBatch(leastSteps: number, batch: number, criticalBatch: number): number {
  return leastSteps * (1 + criticalBatch / batch);
}

/** Compute, FLOPs, that C at batch B would have taken far below the critical batch: Kaplan et al. 2020, equation 5.5. */
export function minimumCompute(flops: number, batch: number, criticalBatch: number): number {
  return flops / (1 + batch / criticalBatch);
}

/** The compute at batch B that C_min stands for: the inverse of equation 5.5. */
export function computeAtBatch(leastFlops: number, batch: number, criticalBatch: number): number {
  return leastFlops * (1 + batch / criticalBatch);
}

/** The squared norm of a gradient averaged over a batch. */
export interface GradientNorm {
  /** In any unit, tokens or examples; the noise scale then is in it. */
  readonly batch: number;
  /** Mean of |G_est|^2 over several such batches: one alone is too noisy. */
  readonly squaredNorm: number;
}

/** What two gradients say of their noise. */
export interface NoiseScale {
  /** |G|^2 of the true gradient, unbiased. */
  readonly squaredGradient: number;
  /** Trace of the covariance of the gradient of one unit of batch, unbiased. */
  readonly trace: number;
  /** B_simple = trace / |G|^2, which predicts the critical batch. */
  readonly noiseScale: number;
}

/**
 * The gradient noise scale from gradients at two batch sizes: McCandlish et al. 2018 (arXiv:1812.06162), appendix A.1,
 * equation A.2.
 * @throws IsoflopError "bad-batches" (equal or not positive), "no-signal" (an estimate of |G|^2 that is not positive)
 */
export function gradientNoiseScale(one: GradientNorm, other: GradientNorm): NoiseScale {
  const [small, big] = one.batch <= other.batch ? [one, other] : [other, one];
  if (!(small.batch > 0 && big.batch > small.batch && Number.isFinite(big.batch))) {
    throw new IsoflopError({
      code: "bad-batches",
      message: `The noise scale needs two different positive batch sizes, not ${one.batch} and ${other.batch}.`,
      hint: "Take the gradient of one device and of all of them together.",
    });
  }
  const squaredGradient = (big.batch * big.squaredNorm - small.batch * small.squaredNorm) / (big.batch - small.batch);
  const trace = (small.squaredNorm - big.squaredNorm) / (1 / small.batch - 1 / big.batch);
  if (!(squaredGradient > 0)) {
    throw new IsoflopError({
      code: "no-signal",
      message: `The estimate of |G|^2 is ${squaredGradient}: noise drowns the gradient at these batches.`,
      hint: "Average the squared norms over more batches, or take larger ones.",
    });
  }
  return { squaredGradient, trace, noiseScale: trace / squaredGradient };
}

import type { RunSpec } from "../contract/runSpec.js";
import { squaredNorm, type TrainingState } from "../training/state.js";

export type AdamWOptions = Pick<
  RunSpec["optimizer"],
  "beta1" | "beta2" | "epsilon" | "weightDecay" | "independentWeightDecay" | "clip"
>;

/**
 * Clipping and one AdamW update in place at step t = 1, 2, … (Loshchilov & Hutter 2019, Algorithm 2, decay multiplied by
 * the learning rate), from the first set of gradients, which is the sum of those of `parts` equal parts of the batch.
 * Returns the norm of their mean before clipping. Both bias corrections are folded into step size and epsilon (Kingma & Ba
 * 2015, end of section 2).
 */
export function adamwStep(
  state: TrainingState,
  t: number,
  learningRate: number,
  { beta1, beta2, epsilon, weightDecay, independentWeightDecay = false, clip }: AdamWOptions,
  parts = 1,
): number {
  const norm = Math.sqrt(squaredNorm(state, 0)) / parts;
  const gradientFactor = Math.min(1, clip / (norm + 1e-12)) / parts;
  const deviationCorrection = Math.sqrt(1 - beta2 ** t);
  for (const { group, kernels, parameters, first, second, gradients, bytes } of state.groups) {
    const rate = learningRate * group.learningRateFactor;
    kernels.adamw(
      parameters.address,
      first.address,
      second.address,
      gradients[0]!.address,
      bytes,
      gradientFactor,
      1 - beta1,
      1 - beta2,
      (rate * deviationCorrection) / (1 - beta1 ** t),
      epsilon * deviationCorrection,
      group.decays ? 1 - (independentWeightDecay ? learningRate : rate) * weightDecay : 1,
    );
  }
  return norm;
}

import type { TransformerShape } from "@isoflop/laws";
import type { RunSpec } from "@isoflop/trainer";
import type { Study } from "./schema.js";

/*
 * What `auto` means, as pure functions of the model and the length of its run. One rule for all sizes of a ladder:
 * a rule that favours one size moves the minima of the profiles, and with them the exponents (Porian et al. 2024).
 */

/**
 * Tokens in a batch: 256 (D / 10⁶)^0.4, in whole sequences. The exponent is that of the optimal batch in Bergsma et al.
 * 2025 (Power Lines, B_opt ∝ D^0.383) to one figure, whatever N; the constant is from the sweeps in dev/LOG.md.
 */
export function autoBatchTokens(tokens: number): number {
  return 256 * (tokens / 1e6) ** 0.4;
}

/**
 * Peak learning rate at the base width. Maximal-update parametrisation carries it to every width: the sweeps in
 * dev/LOG.md find the same best value at the smallest and at the largest size of the quickstart's ladder.
 */
export const AUTO_LEARNING_RATE = 0.0056;

/** Steps of linear warm-up: a part of the run, not a fixed number, which would cripple the small runs (Porian 2024). */
export function autoWarmupSteps(steps: number): number {
  return Math.max(1, Math.round(0.05 * steps));
}

export const AUTO_BETAS: readonly [number, number] = [0.9, 0.95];
export const AUTO_WEIGHT_DECAY = 0.1;
export const AUTO_PARAMETRISATION: RunSpec["parametrisation"] = { kind: "mup", baseWidth: 32 };

export type Training = Pick<RunSpec, "steps" | "batch" | "tokens" | "schedule" | "optimizer" | "parametrisation">;

/** Every hyperparameter of a run of about `tokens` tokens; the true number is the nearest whole number of batches. */
export function resolveTraining(shape: TransformerShape, tokens: number, choices: Study["hyperparameters"]): Training {
  const wantedBatch = choices.batch === "auto" ? autoBatchTokens(tokens) : choices.batch;
  const sequences = Math.max(1, Math.round(wantedBatch / shape.context));
  const batch = { sequences, tokens: sequences * shape.context, microSequences: sequences };
  const steps = Math.max(1, Math.round(tokens / batch.tokens));
  const warmupSteps = choices.warmup === "auto" ? autoWarmupSteps(steps) : Math.round(choices.warmup * steps);
  const [beta1, beta2] = choices.betas === "auto" ? AUTO_BETAS : choices.betas;
  return {
    steps,
    batch,
    tokens: steps * batch.tokens,
    schedule:
      choices.schedule === "constant"
        ? { kind: "constant", warmupSteps }
        : { kind: "cosine", warmupSteps, lengthSteps: steps, floor: choices.floor },
    optimizer: {
      kind: "adamw",
      learningRate: choices.lr === "auto" ? AUTO_LEARNING_RATE : choices.lr,
      beta1,
      beta2,
      epsilon: choices.epsilon,
      weightDecay: choices.weightDecay === "auto" ? AUTO_WEIGHT_DECAY : choices.weightDecay,
      clip: choices.clip,
    },
    parametrisation:
      choices.parametrisation === "auto"
        ? AUTO_PARAMETRISATION
        : { kind: choices.parametrisation, baseWidth: AUTO_PARAMETRISATION.baseWidth },
  };
}

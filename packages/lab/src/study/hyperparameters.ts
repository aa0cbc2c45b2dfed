import type { RunSpec } from "@isoflop/trainer";
import type { Settled } from "./choices.js";
import type { Hyperparameters } from "./hyperparametersSchema.js";
import { resolveSchedule } from "./schedule.js";

/*
 * The rules, as pure functions of the model and the length of its run. One rule for all sizes of a ladder:
 * a rule that favours one size moves the minima of the profiles, and with them the exponents (Porian et al. 2024).
 */

/** Tokens in a batch at a run of 10⁶ tokens; from the sweeps in dev/LOG.md. */
export const RULE_BATCH_TOKENS = 256;

/**
 * Tokens in a batch, in whole sequences: proportional to D^0.4 whatever N. The exponent is that of the optimal batch in
 * Bergsma et al. 2025 (Power Lines, B_opt ∝ D^0.383) to one figure.
 * @param atMillion tokens in the batch of a run of 10⁶ tokens
 */
export function ruleBatchTokens(tokens: number, atMillion: number = RULE_BATCH_TOKENS): number {
  return atMillion * (tokens / 1e6) ** 0.4;
}

/**
 * Peak learning rate at the base width. Maximal-update parametrisation carries it to every width: the sweeps in
 * dev/LOG.md find the same best value at the smallest and at the largest size of the quickstart's ladder.
 */
export const RULE_LEARNING_RATE = 0.0056;

const AUTO_BETAS: readonly [number, number] = [0.9, 0.95];
const AUTO_WEIGHT_DECAY = 0.1;
const BASE_WIDTH = 32;

/** The parametrisation of every run of a study. */
export function resolveParametrisation({ parametrisation }: Hyperparameters): RunSpec["parametrisation"] {
  return { kind: parametrisation === "auto" ? "mup" : parametrisation, baseWidth: BASE_WIDTH };
}

export type Training = Pick<
  RunSpec,
  "steps" | "batch" | "tokens" | "schedule" | "optimizer" | "parametrisation" | "choices"
>;

/** What the hyperparameters of a run depend on besides the study's choices. */
export interface TrainingRequest {
  readonly context: number;
  /** About so many; the true number is the nearest whole number of batches. */
  readonly tokens: number;
  /** Training tokens of the study's longest run. */
  readonly longestTokens: number;
  /** Whether the memory suffices for a batch that is computed in such parts. */
  readonly fits: (batch: RunSpec["batch"]) => boolean;
  /** The batch that the design asks for, in tokens, instead of the study's. */
  readonly batchTokens?: number;
  /** The learning rate that the design asks for, instead of the study's. */
  readonly learningRate?: number;
  /**
   * The learning rate goes from the study's at the study's batch as the square root of the batch: Adam's best one does while
   * the batch is below the critical one (Malladi et al. 2022).
   */
  readonly rateBySquareRoot?: true;
}

/** Every hyperparameter of a run. */
export function resolveTraining(request: TrainingRequest, choices: Hyperparameters, settled: Settled): Training {
  const { context } = request;
  const studyBatch =
    settled.batch.by === "user" ? settled.batch.value : ruleBatchTokens(request.tokens, settled.batch.value);
  const wantedBatch = request.batchTokens ?? studyBatch;
  const sequences = Math.max(1, Math.round(wantedBatch / context));
  const scale = request.rateBySquareRoot ? Math.sqrt((sequences * context) / studyBatch) : 1;
  const learningRate = request.learningRate ?? scale * settled.learningRate.value;
  const inParts = (microSequences: number) => ({ sequences, tokens: sequences * context, microSequences });
  const batch =
    choices.microBatch === "auto"
      ? wholeOrLargestPart(inParts, sequences, request.fits)
      : inParts(largestDivisor(sequences, choices.microBatch / context));
  const steps = Math.max(1, Math.round(request.tokens / batch.tokens));
  const [beta1, beta2] = choices.betas === "auto" ? AUTO_BETAS : choices.betas;
  return {
    steps,
    batch,
    tokens: steps * batch.tokens,
    schedule: resolveSchedule({ steps, batchTokens: batch.tokens, longestTokens: request.longestTokens }, choices),
    optimizer: {
      kind: "adamw",
      learningRate,
      beta1,
      beta2,
      epsilon: choices.epsilon,
      weightDecay: choices.weightDecay === "auto" ? AUTO_WEIGHT_DECAY : choices.weightDecay,
      ...(choices.independentWeightDecay ? { independentWeightDecay: true } : {}),
      clip: choices.clip,
    },
    parametrisation: resolveParametrisation(choices),
    choices: {
      learningRate: request.learningRate === undefined ? settled.learningRate : { by: "user", value: learningRate },
      batch: request.batchTokens === undefined ? settled.batch : { by: "user", value: request.batchTokens },
    },
  };
}

/** The whole batch where it fits, else the largest part that does and divides it; a single sequence where none does. */
function wholeOrLargestPart(
  inParts: (microSequences: number) => RunSpec["batch"],
  sequences: number,
  fits: TrainingRequest["fits"],
): RunSpec["batch"] {
  let part = sequences;
  while (part > 1 && !fits(inParts(part))) part = largestDivisor(sequences, part - 1);
  return inParts(part);
}

/** The largest divisor of a count that is at most `limit`; 1 where the limit is less. */
export function largestDivisor(count: number, limit: number): number {
  for (let divisor = Math.min(count, Math.floor(limit)); divisor > 1; divisor--) {
    if (count % divisor === 0) return divisor;
  }
  return 1;
}

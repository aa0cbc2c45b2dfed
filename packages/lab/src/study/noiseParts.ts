import { IsoflopError } from "@isoflop/laws";
import type { RunSpec } from "@isoflop/trainer";
import { largestDivisor } from "./hyperparameters.js";
import type { Study } from "./schema.js";

/** Parts of a batch under `sequences: auto`: enough for a mean of their norms, few enough to be worth a call each. */
const PARTS = 8;

/**
 * Into which parts the batch of a run is cut to measure its gradient noise: whole sequences that divide it. A batch of one
 * sequence has none, and its noise is not measured. Errors: noise-parts.
 */
export function noiseParts(
  wanted: Study["evaluation"]["gradientNoise"],
  batchSequences: number,
  name: string,
): RunSpec["gradientNoise"] {
  if (wanted === undefined || batchSequences === 1) return undefined;
  const { everySteps, sequences } = wanted;
  if (sequences === "auto") return { everySteps, sequences: largestDivisor(batchSequences, batchSequences / PARTS) };
  if (batchSequences % sequences === 0 && sequences < batchSequences) return { everySteps, sequences };
  throw new IsoflopError({
    code: "noise-parts",
    message: `Run ${name} has batches of ${batchSequences} sequences; evaluation.gradientNoise.sequences: ${sequences} does not cut them into equal parts.`,
    hint: "Take sequences: auto, or a divisor of hyperparameters.batch over design.shapes.context.",
  });
}

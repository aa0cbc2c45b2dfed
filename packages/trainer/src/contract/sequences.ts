import type { RunSpec } from "./runSpec.js";

/** Number of training sequences in a corpus: windows of context + 1 tokens that overlap by the one predicted token. */
export const sequenceCount = (tokens: number, context: number): number =>
  Math.max(0, Math.floor((tokens - 1) / context));

/** Training sequences that a run may see. */
export function availableSequences({ data, shape }: Pick<RunSpec, "data" | "shape">): number {
  return data.uniqueSequences ?? sequenceCount(data.trainTokens, shape.context);
}

/** Passes over the training sequences that a run may see, after so many steps. */
export function epochsAfter(steps: number, spec: RunSpec): number {
  return (steps * spec.batch.sequences) / availableSequences(spec);
}

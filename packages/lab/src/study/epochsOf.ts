import type { RunSpec } from "@isoflop/trainer";

/** Training tokens that a run may see, in whole sequences. */
export function availableTokens({ data, shape: { context } }: RunSpec): number {
  return (data.uniqueSequences ?? Math.floor((data.trainTokens - 1) / context)) * context;
}

/** Passes of a run over the text that it may see. */
export function epochsOf(run: RunSpec): number {
  return run.tokens / availableTokens(run);
}

import { availableSequences, epochsAfter, type RunSpec } from "@isoflop/trainer/contract";

/** Training tokens that a run may see, in whole sequences. */
export function availableTokens(run: RunSpec): number {
  return availableSequences(run) * run.shape.context;
}

/** Passes of a run over the text that it may see. */
export function epochsOf(run: RunSpec): number {
  return epochsAfter(run.steps, run);
}

/** Training FLOPs of a run by the study's count. */
export function flopsOf(run: RunSpec): number {
  return run.tokens * run.flopsPerToken[run.convention];
}

import type { RunResult, RunSpec } from "@isoflop/trainer/contract";

/** The validation loss that a run counts with, and the training tokens after which it had it. */
export interface CountedLoss {
  /** Nats per token. */
  readonly loss: number;
  readonly tokens: number;
}

/**
 * The last loss; of a run that may stop early its least one (L(D) of Kaplan et al. 2020, section 4), which it had before its
 * patience began: what was trained after that bought nothing.
 */
export function countedLoss(
  { evaluation, batch }: Pick<RunSpec, "evaluation" | "batch">,
  result: RunResult | undefined,
): CountedLoss | undefined {
  if (result === undefined) return undefined;
  const { best, tokens } = result;
  if (evaluation.earlyStopping) return best && { loss: best["val/loss"], tokens: best.step * batch.tokens };
  const loss = result["val/loss"];
  return loss === undefined ? undefined : { loss, tokens };
}

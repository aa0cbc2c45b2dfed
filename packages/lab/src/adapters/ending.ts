import { IsoflopError } from "@isoflop/laws";
import { epochsAfter, type MetricsLine, type RunResult, type RunSpec, resultOf } from "@isoflop/trainer";
import { isAccepted } from "./coverage.js";
import type { TrainerEnd } from "./process.js";

/** What a run came to, and by whom. */
export interface Outcome {
  readonly status: "done" | "diverged";
  readonly steps: number;
  readonly reason?: string;
  readonly lines: readonly MetricsLine[];
  readonly wallSeconds: number;
  readonly trainer: string;
  readonly accepted: readonly string[];
}

/** result.json. How often the data were gone through is known only of the study's own. */
export async function resultOfOutcome(
  spec: RunSpec,
  { lines, accepted, steps, ...outcome }: Outcome,
): Promise<RunResult> {
  const tokens = steps * spec.batch.tokens;
  return {
    ...(outcome.status === "done" ? await losses(spec, lines) : {}),
    ...outcome,
    steps,
    tokens,
    flops: tokens * spec.flopsPerToken[spec.convention],
    ...(isAccepted("data.folder", accepted) ? {} : { epochs: epochsAfter(steps, spec) }),
    accepted: [...accepted],
  };
}

/** A run without a validation loss of its last step is done, but no fit can take it: it says why. */
async function losses(spec: RunSpec, lines: readonly MetricsLine[]): Promise<Partial<RunResult>> {
  const result = await resultOf(spec, lines);
  if (result["val/loss"] !== undefined) return result;
  return {
    ...result,
    reason: `the trainer's log has no validation loss of step ${spec.steps}, the last: have it evaluate every {evaluateEvery} steps`,
  };
}

/** The trainer ended before its run did. @param said its last lines */
export function failureOf(end: TrainerEnd, step: number, spec: RunSpec, said: readonly string[]): IsoflopError {
  const lastWords = said.length === 0 ? "" : `\n${said.join("\n")}`;
  if (end.code === 0) {
    return new IsoflopError({
      code: "trainer-short",
      message: `the trainer ended well, but its log reaches only step ${step} of ${spec.steps}${lastWords}`,
      hint: "Its data may have run out, or it logs and evaluates at steps that leave out the last: see trainer.log in the run's folder.",
      exitCode: 1,
    });
  }
  const how = end.signal === null ? `exit code ${end.code}` : `killed by ${end.signal}`;
  return new IsoflopError({
    code: "trainer-failed",
    message: `the trainer ended at step ${step} of ${spec.steps} with ${how}${lastWords}`,
    hint: "Its whole output is in trainer.log in the run's folder.",
    exitCode: 1,
  });
}

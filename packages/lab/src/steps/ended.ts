import { join } from "node:path";
import { IsoflopError } from "@isoflop/laws";
import type { ExecutionOutcome } from "../executors/execution.js";
import { readResult } from "../runs/status.js";
import type { StudyFolder } from "../study/folder.js";

/** What to say of runs whose loss left the numbers: runs-diverged, or undefined where there is none. */
export async function divergence(study: StudyFolder, outcome: ExecutionOutcome): Promise<IsoflopError | undefined> {
  const { diverged, done } = outcome;
  const [first] = diverged;
  if (first === undefined) return undefined;
  const result = await readResult(join(study.runs, first.id));
  return new IsoflopError({
    code: "runs-diverged",
    message: `${diverged.length} of ${diverged.length + done.length + outcome.failed.length} runs diverged; the first, ${first.name}: ${result?.reason ?? "no reason given"}`,
    hint: "Lower hyperparameters.lr or hyperparameters.clip, or lengthen hyperparameters.warmup. The other runs are kept, and fits go on without the diverged ones.",
    exitCode: 1,
  });
}

/** Failed runs are an error, after everything else has been trained and told. Errors: runs-failed. */
export function requireRuns(outcome: ExecutionOutcome): void {
  const [first] = outcome.failed;
  if (first === undefined) return;
  throw new IsoflopError({
    code: "runs-failed",
    message: `${outcome.failed.length} ${outcome.failed.length === 1 ? "run" : "runs"} failed and ${outcome.failed.length === 1 ? "was" : "were"} set aside; the first, ${first.spec.name}: ${first.reason}`,
    hint: "The other runs are kept. Mend the cause and start the same command again: it tries only these.",
    exitCode: 1,
  });
}

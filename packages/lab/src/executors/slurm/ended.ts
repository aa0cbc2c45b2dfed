import { join } from "node:path";
import { IsoflopError, isIsoflopError } from "@isoflop/laws";
import { alive, readTasks } from "./atWork.js";
import type { SlurmOutcome } from "./ledger.js";

/** The code of the error by which a detached execution ends: nothing has failed, but there is nothing to go on with yet. */
export const SUBMITTED = "slurm-submitted";

/** An execution that went to its end, rather than being left to the cluster. Errors: stopped, slurm-submitted, slurm-withdrawn. */
export function requireCollected({ open, withdrawn, done, stopped }: SlurmOutcome): void {
  if (open.length > 0) {
    throw new IsoflopError({
      code: stopped ? "stopped" : SUBMITTED,
      message: `${done.length} runs are done; ${open.length} are left to the cluster, which goes on by itself.`,
      hint: "Start the same command again to watch and collect them; `isoflop status` shows where they are.",
      exitCode: 1,
    });
  }
  if (withdrawn.length > 0) {
    throw new IsoflopError({
      code: "slurm-withdrawn",
      message: `${withdrawn.length} runs were taken out of Slurm's queue (scancel) before their end; the first is ${withdrawn[0]?.name}.`,
      hint: "Start the same command again: it submits them anew, from their checkpoints.",
      exitCode: 1,
    });
  }
}

/** Before runs are trained elsewhere: none may be with Slurm still. Errors: slurm-at-work, slurm-unreachable. */
export async function requireNoTasks(studyFolder: string): Promise<void> {
  const tasks = await readTasks(studyFolder).catch((error: unknown) => {
    if (isIsoflopError(error) && error.code === "slurm-missing") throw unknown(studyFolder);
    throw error;
  });
  const busy = alive(tasks);
  if (busy.length === 0) return;
  throw new IsoflopError({
    code: "slurm-at-work",
    message: `${busy.length} tasks of this study are still with Slurm (${busy[0]?.job} and on): they would train the same runs.`,
    hint: "Let them end, or `isoflop cancel` them first; or set executor.kind back to slurm.",
    exitCode: 1,
  });
}

function unknown(studyFolder: string): IsoflopError {
  return new IsoflopError({
    code: "slurm-at-work",
    message: "This study was submitted to Slurm, which this machine cannot ask whether its tasks are still at work.",
    hint: `Start it on the cluster. Where this is a copy of the study that no cluster can see, delete ${join(studyFolder, "slurm")}.`,
    exitCode: 1,
  });
}

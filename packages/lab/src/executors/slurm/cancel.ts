import { join } from "node:path";
import { IsoflopError } from "@isoflop/laws";
import { type Control, holdOf } from "../../runs/control.js";
import { readResult } from "../../runs/status.js";
import { alive, readTasks, type SubmittedTask } from "./atWork.js";
import { said, slurm } from "./command.js";

/**
 * Takes the tasks out of the queue that have nothing to train but runs that are held, running ones with a checkpoint, and returns how
 * many there were. A task that has others, too, leaves the held ones alone by itself. Errors: slurm-missing, slurm-unreachable,
 * slurm-refused.
 */
export async function cancelHeld(studyFolder: string, control: Control): Promise<number> {
  const idle: SubmittedTask[] = [];
  for (const task of alive(await readTasks(studyFolder))) {
    const runs = join(studyFolder, task.submission.manifest.runs);
    const results = await Promise.all(task.runs.map((id) => readResult(join(runs, id))));
    const left = task.runs.filter((id, i) => results[i] === undefined && holdOf(control, id) === undefined);
    if (left.length === 0) idle.push(task);
  }
  if (idle.length === 0) return 0;
  const answer = await slurm(
    "scancel",
    idle.map(({ job }) => job),
  );
  if (answer.code === 0) return idle.length;
  throw new IsoflopError({
    code: "slurm-refused",
    message: `scancel refused: ${said(answer)}.`,
    hint: `The tasks leave their runs alone when they start. Look at them with squeue --me.`,
    exitCode: 1,
  });
}

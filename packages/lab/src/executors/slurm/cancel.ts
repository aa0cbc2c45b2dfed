import { IsoflopError } from "@isoflop/laws";
import { alive, readTasks } from "./atWork.js";
import { said, slurm } from "./command.js";

/**
 * Takes all of a study's tasks out of the queue, running ones with a checkpoint, and returns how many there were. Errors:
 * slurm-missing, slurm-unreachable, slurm-refused.
 */
export async function cancelTasks(studyFolder: string): Promise<number> {
  const tasks = alive(await readTasks(studyFolder));
  const jobs = [...new Set(tasks.map(({ job }) => job.split("_")[0] ?? job))];
  if (jobs.length === 0) return 0;
  const answer = await slurm("scancel", jobs);
  if (answer.code === 0) return tasks.length;
  throw new IsoflopError({
    code: "slurm-refused",
    message: `scancel refused: ${said(answer)}.`,
    hint: `Look at them with squeue --jobs=${jobs.join(",")}.`,
    exitCode: 1,
  });
}

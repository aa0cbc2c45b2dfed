import { askQueue, findByName, isAlive, type Queue, type QueuedTask } from "./queue.js";
import { noteArray, readSubmissions, type Submission, type SubmittedArray } from "./submission.js";

/** A task of a submission, and the runs that it trains. */
export interface SubmittedTask {
  readonly submission: Submission;
  readonly job: string;
  readonly runs: readonly string[];
  /** As Slurm knows it; undefined where it does not. */
  readonly queued: QueuedTask | undefined;
}

/** The tasks of all submissions of a folder of runs that were not known to be over. Reads only. Errors: as askQueue. */
export async function readTasks(studyFolder: string, runs?: Submission["manifest"]["runs"]): Promise<SubmittedTask[]> {
  const submissions = await readSubmissions(studyFolder);
  const open = submissions
    .filter(({ manifest }) => runs === undefined || manifest.runs === runs)
    .flatMap((submission) => submission.arrays.map((array) => ({ submission, array })));
  const asked = open.filter(({ array }) => array.over !== true && array.job !== undefined);
  const queue = await askQueue(asked.flatMap(({ array }) => array.job ?? []));
  return asked.flatMap(({ submission, array }) => tasksOf(submission, array, queue));
}

function tasksOf(submission: Submission, { job, first, count }: SubmittedArray, queue: Queue): SubmittedTask[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `${job}_${index}`;
    return { submission, job: name, runs: submission.manifest.tasks[first + index] ?? [], queued: queue.get(name) };
  });
}

/** The tasks still in the queue or at work. */
export function alive(tasks: readonly SubmittedTask[]): SubmittedTask[] {
  return tasks.filter(({ queued }) => isAlive(queued));
}

/**
 * Brings the notes of all submissions up to date: finds the jobs of a lab that was killed while sbatch answered, and marks arrays that have
 * left the queue. The caller holds the study's lock. Errors: as askQueue.
 */
export async function settleSubmissions(studyFolder: string): Promise<void> {
  const arrays = (await readSubmissions(studyFolder)).flatMap((submission) =>
    submission.arrays.map((array, place) => ({ submission, array, place })),
  );
  const unanswered = arrays.filter(({ array }) => array.job === undefined && array.over !== true);
  const found = await findByName(unanswered.map(({ array }) => array.name));
  for (const { submission, array, place } of unanswered) {
    const job = found.get(array.name);
    await noteArray(submission.folder, place, job === undefined ? { ...array, over: true } : { ...array, job });
  }
  const tasks = await readTasks(studyFolder);
  const busy = new Set(alive(tasks).map(({ job }) => job.split("_")[0]));
  for (const { submission, array, place } of arrays) {
    if (array.job !== undefined && array.over !== true && !busy.has(array.job)) {
      await noteArray(submission.folder, place, { ...array, over: true });
    }
  }
}

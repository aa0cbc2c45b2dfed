import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { IsoflopError } from "@isoflop/laws";
import type { RunSpec } from "@isoflop/trainer";
import { writeWhole } from "../../runs/folder.js";
import type { SlurmSettings } from "../../study/executorSchema.js";
import { said, slurm } from "./command.js";
import { type PlannedArray, planArrays, planTasks } from "./plan.js";
import { batchScript, sbatchArguments } from "./script.js";
import { createSubmission, type Manifest, noteArray } from "./submission.js";

export interface SubmitOptions {
  readonly studyFolder: string;
  readonly studyName: string;
  readonly runs: Manifest["runs"];
  readonly command: readonly string[];
  readonly settings: SlurmSettings;
  /** Tasks of this study that are at work already: they count against `concurrency`. */
  readonly atWork: number;
  /** The most that an array may hold; see largestArray. */
  readonly largest: number;
}

export interface Submitted {
  /** Array jobs with how many tasks each. */
  readonly arrays: readonly { readonly job: string; readonly tasks: number }[];
  /** Runs for which the site has no room now: its limit of submitted jobs is reached. */
  readonly left: readonly RunSpec[];
}

/**
 * Submits runs as one or more job arrays. Where the site refuses an array because it holds too many jobs, a smaller one is tried.
 * Errors: slurm-missing, slurm-refused.
 */
export async function submit(specs: readonly RunSpec[], options: SubmitOptions): Promise<Submitted> {
  const { settings, studyFolder, largest } = options;
  const tasks = planTasks(specs, settings.runsPerTask);
  const { folder } = await createSubmission(studyFolder, {
    version: 1,
    runs: options.runs,
    command: [...options.command],
    tasks,
    atOnce: settings.atOnce,
    warning: settings.warning,
  });
  const script = join(folder, "task.sh");
  await writeWhole(script, batchScript(folder, settings.setup));
  const concurrency =
    settings.concurrency === undefined ? undefined : Math.max(1, settings.concurrency - options.atWork);
  const token = randomBytes(4).toString("hex");
  const arrays: { job: string; tasks: number }[] = [];
  let waiting = planArrays(0, tasks.length, largest, concurrency).map((array, place) => ({ ...array, place }));
  const jobs: string[] = [];
  /** The job that was submitted last for each of the planned arrays. */
  const lastJob = new Map<number, string>();
  while (waiting[0] !== undefined) {
    const [planned, ...rest] = waiting;
    const { first, count, after, place } = planned;
    const noted = { first, count, name: `isoflop-${options.studyName}-${token}-${jobs.length}` };
    await noteArray(folder, jobs.length, noted);
    const before = after === undefined ? undefined : lastJob.get(after);
    const answer = await slurm("sbatch", [
      ...sbatchArguments(folder, noted.name, planned, before, settings),
      script,
      String(first),
    ]);
    const job = /^(\d+)/.exec(answer.stdout.trim())?.[1];
    if (answer.code === 0 && job !== undefined) {
      await noteArray(folder, jobs.length, { ...noted, job });
      jobs.push(job);
      lastJob.set(place, job);
      arrays.push({ job, tasks: count });
      waiting = rest;
    } else if (TOO_MANY.test(answer.stderr) && count > 1) {
      waiting = [...halves(planned), ...rest];
    } else {
      await noteArray(folder, jobs.length, { ...noted, over: true });
      if (TOO_MANY.test(answer.stderr) && arrays.length + options.atWork > 0) break;
      throw refused(said(answer), jobs);
    }
  }
  const left = new Set(waiting.flatMap(({ first, count }) => tasks.slice(first, first + count).flat()));
  return { arrays, left: specs.filter(({ id }) => left.has(id)) };
}

/** sbatch's words for: this many jobs are more than you may have. */
const TOO_MANY = /submit ?job|job submit limit|invalid job array specification|too many (jobs|tasks)/i;

/** Two arrays for one. Where it was limited, one after the other: its tasks at a time are for both. */
function halves<T extends PlannedArray & { readonly place: number }>(array: T): T[] {
  const count = Math.floor(array.count / 2);
  const second = { ...array, first: array.first + count, count: array.count - count };
  return [{ ...array, count }, array.atATime === undefined ? second : { ...second, after: array.place }];
}

/** What the user can do about sbatch's refusals, by what it says. */
const REMEDIES: readonly [RegExp, string][] = [
  [/partition/i, "`sinfo -s` lists the partitions; set executor.partition to one of them."],
  [
    /account|qos|policy/i,
    "`sacctmgr show assoc user=$USER` lists your accounts, their QOS and limits: executor.account, executor.qos.",
  ],
  [/gres|gpu/i, "`sinfo -o '%P %G'` lists the GPUs of each partition: executor.gpus."],
  [/memory/i, "`sinfo -o '%P %m'` lists the memory of the nodes in MB: executor.memory."],
  [/time/i, "`sinfo -o '%P %l'` lists the time limits: executor.time."],
  [
    /node|feature|cpu/i,
    "No node has what one task asks for: look at executor.cpus, gpus, memory, constraint beside `sinfo -N -l`.",
  ],
];

function refused(message: string, jobs: readonly string[]): IsoflopError {
  const remedy = REMEDIES.find(([pattern]) => pattern.test(message))?.[1];
  const before =
    jobs.length === 0 ? "Nothing was submitted" : `Jobs ${jobs.join(", ")} were submitted before and go on`;
  return new IsoflopError({
    code: "slurm-refused",
    message: `sbatch refused the study's jobs: ${message}. ${before}.`,
    hint: remedy ?? "Look at `executor` in study.yaml: it names what sbatch was asked for.",
  });
}

/** Slurm's own default (slurm.conf, MaxArraySize): indices below 1001. */
export const DEFAULT_LARGEST = 1001;

/** Tasks that one array may hold at this site. Errors: slurm-missing. */
export async function largestArray(): Promise<number> {
  const { stdout } = await slurm("scontrol", ["show", "config"]);
  const size = Number(/^MaxArraySize\s*=\s*(\d+)/m.exec(stdout)?.[1] ?? DEFAULT_LARGEST);
  return Math.max(1, size);
}

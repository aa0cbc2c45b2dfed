import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { isIsoflopError } from "@isoflop/laws";
import type { RunSpec } from "@isoflop/trainer";
import { readAttempts } from "../../runs/attempts.js";
import type { SlurmSettings } from "../../study/executorSchema.js";
import type { ExecutionEvent } from "../execution.js";
import { stopOrphans } from "../runProcess.js";
import { alive, readTasks, type SubmittedTask, settleSubmissions } from "./atWork.js";
import { pause } from "./claim.js";
import { openLedger, type SlurmOutcome } from "./ledger.js";
import { narrate } from "./narrate.js";
import { largestArray, submit } from "./submit.js";
import { fateOf } from "./vanished.js";

export interface SlurmOptions {
  readonly studyFolder: string;
  readonly studyName: string;
  /** `<study>/runs` or `<study>/sweep`. */
  readonly runsFolder: string;
  readonly command: readonly string[];
  readonly settings: SlurmSettings;
  /** Ends the watching; the cluster goes on. */
  readonly signal?: AbortSignal;
  /** Returns as soon as all is submitted. */
  readonly detach?: boolean;
  readonly onEvent?: (event: ExecutionEvent) => void;
  readonly say: (line: string) => void;
}

/** A run whose tasks end again and again without it is set aside. */
const RESUBMISSIONS = 3;

/**
 * Trains what is not yet trained on a cluster: submits what is not in its queue, and watches the run folders. Stopped and started
 * again, it finds what is queued or at work, and submits nothing twice. It ends when only runs that are held are left. The caller
 * holds the study's lock. Errors: slurm-missing, slurm-refused, slurm-unreachable at the start; later it waits for Slurm to come back.
 */
export async function runOnSlurm(specs: readonly RunSpec[], options: SlurmOptions): Promise<SlurmOutcome> {
  const { runsFolder, studyFolder, settings, say, onEvent } = options;
  const signal = options.signal ?? new AbortController().signal;
  const runs = basename(runsFolder) === "sweep" ? "sweep" : "runs";
  const folderOf = ({ id }: RunSpec) => join(runsFolder, id);
  const ledger = await openLedger(specs, runsFolder, studyFolder, onEvent);
  const { open, held, setAside } = ledger;
  if (open.size === 0) return ledger.outcome(false);

  await settleSubmissions(studyFolder);
  let tasks = await readTasks(studyFolder, runs);
  const taskOf = (spec: RunSpec) => tasks.findLast((task) => task.runs.includes(spec.id));
  const isWithSlurm = (spec: RunSpec) => alive(tasks).some((task) => task.runs.includes(spec.id));
  /** Its task may have others to go on with: then its last attempt tells. */
  const isAtWork = async (spec: RunSpec): Promise<boolean> => {
    const job = taskOf(spec)?.job;
    if (job === undefined || !isWithSlurm(spec)) return false;
    const last = (await readAttempts(folderOf(spec))).at(-1);
    return last?.job === job && last.ending === undefined;
  };

  await ledger.readHolds(isAtWork);
  const toSubmit = new Map([...open].filter(([id, spec]) => !held.has(id) && (setAside.has(id) || !isWithSlurm(spec))));
  let room = Number.POSITIVE_INFINITY;
  const send = async (): Promise<void> => {
    // Once the site's limit is reached, there is no use in asking before a task has gone.
    if (toSubmit.size === 0 || alive(tasks).length >= room) return;
    const wanted = [...toSubmit.values()];
    await stopOrphans(options.command, wanted.map(folderOf));
    // A "failed" of an earlier session: tried again from its last checkpoint.
    for (const spec of wanted) await rm(join(folderOf(spec), "result.json"), { force: true });
    const atWork = alive(tasks).length;
    const { arrays, left } = await submit(wanted, { ...options, runs, atWork, largest: await largestArray() });
    room = left.length > 0 ? atWork + arrays.reduce((sum, array) => sum + array.tasks, 0) : Number.POSITIVE_INFINITY;
    toSubmit.clear();
    for (const spec of left) toSubmit.set(spec.id, spec);
    const jobs = arrays.map(({ job, tasks: size }) => `${job} (${size} ${size === 1 ? "task" : "tasks"})`);
    if (jobs.length > 0) say(`submitted ${wanted.length - left.length} runs to Slurm: job ${jobs.join(", ")}`);
    if (left.length > 0) say(`${left.length} runs wait until the site's limit of submitted jobs has room for them`);
  };
  const already = [...open].filter(([id, spec]) => !toSubmit.has(id) && isWithSlurm(spec)).length;
  if (already > 0) say(`${already} runs are with Slurm already`);
  await send();
  if (options.detach) return ledger.outcome(false);

  const resubmissions = new Map<string, number>();
  const judge = async (spec: RunSpec, task: SubmittedTask): Promise<void> => {
    const fate = await fateOf(folderOf(spec), task);
    if (fate.kind === "ended") await ledger.settle(spec);
    else if (fate.kind === "withdrawn") ledger.withdraw(spec);
    else if (fate.kind === "failed") await ledger.fail(spec, fate.reason);
    else {
      const times = (resubmissions.get(spec.id) ?? 0) + 1;
      resubmissions.set(spec.id, times);
      if (times > RESUBMISSIONS) return ledger.fail(spec, `${fate.reason}, for the ${times}th time`);
      onEvent?.({ kind: "preempted", spec, reason: `${fate.reason}; it is submitted again` });
      toSubmit.set(spec.id, spec);
    }
  };

  const narrator = narrate(runsFolder, say, onEvent);
  const gone = new Set<string>();
  while (open.size > held.size && !signal.aborted) {
    await pause(1000 * settings.poll, signal);
    for (const spec of [...open.values()]) await ledger.settle(spec);
    try {
      tasks = await readTasks(studyFolder, runs);
    } catch (error) {
      if (!isIsoflopError(error) || error.code !== "slurm-unreachable") throw error;
      narrator.unreachable(error.message);
      continue;
    }
    for (const spec of await ledger.readHolds(isAtWork)) if (!isWithSlurm(spec)) toSubmit.set(spec.id, spec);
    for (const id of held.keys()) toSubmit.delete(id);
    for (const spec of [...open.values()]) {
      const task = taskOf(spec);
      if (task === undefined || toSubmit.has(spec.id) || held.has(spec.id)) continue;
      if (isWithSlurm(spec)) gone.delete(spec.id);
      // Slurm forgets sooner than a network file system shows: looked at twice.
      else if (!gone.has(spec.id)) gone.add(spec.id);
      else {
        gone.delete(spec.id);
        await judge(spec, task);
      }
    }
    await narrator.tell(tasks, open);
    await send();
  }
  await settleSubmissions(studyFolder).catch(() => {});
  return ledger.outcome(signal.aborted && open.size > held.size);
}

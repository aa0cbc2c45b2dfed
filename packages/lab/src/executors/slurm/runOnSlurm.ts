import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { isIsoflopError } from "@isoflop/laws";
import type { RunSpec } from "@isoflop/trainer";
import { readAttempts } from "../../runs/attempts.js";
import { createRun } from "../../runs/folder.js";
import { readResult } from "../../runs/status.js";
import type { SlurmSettings } from "../../study/executorSchema.js";
import type { ExecutionEvent, ExecutionOutcome } from "../execution.js";
import { stopOrphan } from "../runProcess.js";
import { alive, readTasks, type SubmittedTask, settleSubmissions } from "./atWork.js";
import { pause } from "./claim.js";
import { largestArray, submit } from "./submit.js";
import { recordFailure } from "./trainRun.js";
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

/** What an execution on a cluster came to so far. */
export interface SlurmOutcome extends ExecutionOutcome {
  /** Runs that the cluster still has, or that wait for room in its queue. */
  readonly open: readonly RunSpec[];
  /** Runs whose tasks somebody took out of the queue. */
  readonly withdrawn: readonly RunSpec[];
}

/** A run whose tasks end again and again without it is set aside. */
const RESUBMISSIONS = 3;

/**
 * Trains what is not yet trained on a cluster: submits what is not in its queue, and watches the run folders. Stopped and started
 * again, it finds what is queued or at work, and submits nothing twice. The caller holds the study's lock. Errors: slurm-missing,
 * slurm-refused, slurm-unreachable at the start; later it waits for Slurm to come back.
 */
export async function runOnSlurm(specs: readonly RunSpec[], options: SlurmOptions): Promise<SlurmOutcome> {
  const { runsFolder, studyFolder, settings, say } = options;
  const folderOf = ({ id }: RunSpec) => join(runsFolder, id);
  const runs = basename(runsFolder) === "sweep" ? "sweep" : "runs";
  const ended = { done: [] as RunSpec[], diverged: [] as RunSpec[], failed: [] as { spec: RunSpec; reason: string }[] };
  const withdrawn: RunSpec[] = [];
  const open = new Map<string, RunSpec>();
  for (const spec of specs) {
    const status = (await readResult(await createRun(runsFolder, spec)))?.status;
    if (status === "done" || status === "diverged") ended[status].push(spec);
    else open.set(spec.id, spec);
  }
  let trained = 0;
  const outcome = (): SlurmOutcome => ({
    ...ended,
    withdrawn,
    open: [...open.values()],
    trained,
    stopped: open.size > 0 && (options.signal?.aborted ?? false),
  });
  if (open.size === 0) return outcome();

  const resubmissions = new Map<string, number>();
  const narrator = narrate(options);
  let toSubmit: RunSpec[] = [];
  const send = async (tasks: readonly SubmittedTask[]): Promise<void> => {
    if (toSubmit.length === 0) return;
    for (const spec of toSubmit) {
      await stopOrphan(options.command, folderOf(spec));
      // A "failed" of an earlier session: tried again from its last checkpoint.
      await rm(join(folderOf(spec), "result.json"), { force: true });
    }
    const largest = await largestArray();
    const { arrays, left } = await submit(toSubmit, { ...options, runs, atWork: alive(tasks).length, largest });
    const count = toSubmit.length - left.length;
    if (arrays.length > 0) {
      const jobs = arrays.map(({ job, tasks: size }) => `${job} (${size} ${size === 1 ? "task" : "tasks"})`).join(", ");
      say(`submitted ${count} runs to Slurm: job ${jobs}`);
    }
    if (left.length > 0) say(`${left.length} runs wait until the site's limit of submitted jobs has room for them`);
    toSubmit = [...left];
  };
  const settle = async (spec: RunSpec): Promise<boolean> => {
    const result = await readResult(folderOf(spec));
    if (result === undefined) return false;
    const reason = result.reason ?? "no reason given";
    open.delete(spec.id);
    if (result.status === "failed") ended.failed.push({ spec, reason });
    else {
      ended[result.status].push(spec);
      trained++;
    }
    options.onEvent?.(result.status === "done" ? { kind: "done", spec } : { kind: result.status, spec, reason });
    return true;
  };
  const judge = async (spec: RunSpec, task: SubmittedTask): Promise<void> => {
    const fate = await fateOf(folderOf(spec), task);
    if (fate.kind === "ended") await settle(spec);
    else if (fate.kind === "withdrawn") {
      open.delete(spec.id);
      withdrawn.push(spec);
    } else {
      const times = (resubmissions.get(spec.id) ?? 0) + 1;
      resubmissions.set(spec.id, times);
      if (fate.kind === "interrupted" && times <= RESUBMISSIONS) {
        options.onEvent?.({ kind: "preempted", spec, reason: `${fate.reason}; it is submitted again` });
        toSubmit.push(spec);
      } else {
        const often = fate.kind === "interrupted" ? `, for the ${times}th time` : "";
        await recordFailure(folderOf(spec), `${fate.reason}${often}`);
        await settle(spec);
      }
    }
  };

  await settleSubmissions(studyFolder);
  let tasks = await readTasks(studyFolder, runs);
  const held = new Set(alive(tasks).flatMap((task) => task.runs));
  toSubmit = [...open.values()].filter(({ id }) => !held.has(id));
  if (held.size > 0) say(`${[...open.keys()].filter((id) => held.has(id)).length} runs are with Slurm already`);
  await send(tasks);
  if (options.detach) return outcome();

  const goneSince = new Map<string, number>();
  const signal = options.signal ?? new AbortController().signal;
  while (open.size > 0 && !signal.aborted) {
    await pause(1000 * settings.poll, signal);
    for (const spec of [...open.values()]) await settle(spec);
    const asked = await readTasks(studyFolder, runs).catch((error: unknown) => {
      if (!isIsoflopError(error) || error.code !== "slurm-unreachable") throw error;
      narrator.unreachable(error.message);
      return undefined;
    });
    if (asked === undefined) continue;
    tasks = asked;
    const byRun = new Map(tasks.flatMap((task) => task.runs.map((id) => [id, task] as const)));
    const waiting = new Set(toSubmit.map(({ id }) => id));
    for (const spec of [...open.values()]) {
      const task = byRun.get(spec.id);
      if (task === undefined || waiting.has(spec.id)) continue;
      if (alive([task]).length > 0) goneSince.delete(spec.id);
      // Slurm forgets sooner than a network file system shows: looked at twice.
      else if (!goneSince.has(spec.id)) goneSince.set(spec.id, performance.now());
      else {
        goneSince.delete(spec.id);
        await judge(spec, task);
      }
    }
    await narrator.tell(tasks, open);
    await send(tasks);
  }
  await settleSubmissions(studyFolder).catch(() => {});
  return outcome();
}

/** Tells of a cluster what has changed: which runs have started, how attempts ended, what the queue waits for. */
function narrate({ runsFolder, onEvent, say }: SlurmOptions) {
  const started = new Set<string>();
  const attemptsTold = new Map<string, number>();
  let told = "";
  const once = (line: string) => {
    if (line !== told && line !== "") say(line);
    told = line;
  };
  return {
    unreachable: (message: string) => once(`${message} Its tasks go on; waiting for it.`),
    tell: async (tasks: readonly SubmittedTask[], open: ReadonlyMap<string, RunSpec>): Promise<void> => {
      const pending = alive(tasks).filter(({ queued }) => queued?.state === "PENDING");
      const reasons = [...new Set(pending.map(({ queued }) => queued?.reason ?? ""))]
        .filter((reason) => reason !== "None")
        .sort();
      once(reasons.length === 0 ? "" : `tasks wait in Slurm's queue: ${reasons.join(", ")}`);
      for (const { runs, queued } of tasks) {
        if (queued?.state !== "RUNNING") continue;
        for (const id of runs) {
          const spec = open.get(id);
          if (spec === undefined) continue;
          const attempts = await readAttempts(join(runsFolder, id));
          if (attempts.length > 0 && !started.has(id)) onEvent?.({ kind: "started", spec });
          if (attempts.length > 0) started.add(id);
          const over = attempts.slice(0, -1);
          for (const { ending, reason = "no reason given" } of over.slice(attemptsTold.get(id) ?? 0)) {
            if (ending === "failed") onEvent?.({ kind: "retried", spec, reason });
            else if (ending !== "done")
              onEvent?.({ kind: "preempted", spec, reason: `${ending ?? "lost"}: ${reason}` });
          }
          attemptsTold.set(id, over.length);
        }
      }
    },
  };
}

import { open, stat } from "node:fs/promises";
import type { AttemptEnding } from "../../runs/attempts.js";
import { said, slurm } from "./command.js";
import { WARNING_SIGNAL } from "./script.js";

/** Why a task stops before its runs are done. */
export interface Cause {
  readonly ending: Extract<AttemptEnding, "preempted" | "timeout" | "stopped">;
  readonly reason: string;
  /** Whether the task must go back into the queue by itself: Slurm will not put it there. */
  readonly requeue: boolean;
}

export interface Interruption {
  /** Aborted when the runs must end with a checkpoint. */
  readonly signal: AbortSignal;
  /** Why; to be asked when the signal is aborted. */
  readonly cause: () => Promise<Cause>;
  /** Ends the task's work for a reason of its own. */
  readonly stop: (cause: Cause) => void;
}

/**
 * Listens to what Slurm tells a task: the warning before its time limit, and SIGTERM for everything else. Why SIGTERM came Slurm
 * says in the task's log, before it sends it.
 */
export async function listenToSlurm(job: string, log: string): Promise<Interruption> {
  const stop = new AbortController();
  const logged = (await stat(log).catch(() => undefined))?.size ?? 0;
  let cause: Promise<Cause> | undefined;
  const interrupt = (why: () => Promise<Cause>) => {
    cause ??= why();
    stop.abort();
  };
  process.on(WARNING_SIGNAL, () => interrupt(() => causeOfWarning(job)));
  process.on("SIGTERM", () => interrupt(async () => causeIn(await readFrom(log, logged))));
  return {
    signal: stop.signal,
    cause: () => cause ?? Promise.resolve({ ending: "stopped", reason: "not interrupted", requeue: false }),
    stop: (why) => interrupt(() => Promise.resolve(why)),
  };
}

/** Sites may send the warning at a preemption, too: then the time limit is still far away. */
async function causeOfWarning(job: string): Promise<Cause> {
  const answer = await slurm("squeue", ["--noheader", `--jobs=${job}`, "--format=%M|%l"], 10_000).catch(
    () => undefined,
  );
  const [used, limit] = (answer?.stdout.trim() ?? "").split("|").map(slurmSeconds);
  // Slurm warns up to a minute early (sbatch(1), --signal), and the warning itself is at most an hour or so.
  const early = used !== undefined && limit !== undefined && used < limit / 2 - 60;
  return early
    ? { ending: "preempted", reason: "warned of its preemption", requeue: true }
    : { ending: "timeout", reason: "its time limit is near", requeue: true };
}

/** "1-02:03:04", "02:03:04", "03:04" as seconds; undefined for UNLIMITED and the like. */
export function slurmSeconds(text: string): number | undefined {
  const match = /^(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+)$/.exec(text.trim());
  if (match === null) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0));
  return ((days * 24 + hours) * 60 + minutes) * 60 + seconds;
}

/** Why a task got SIGTERM, by what the node's slurmstepd has written into its log since it started. */
export function causeIn(text: string): Cause {
  const notice = /\*\*\* (?:JOB|STEP) \S+ ON \S+ CANCELLED AT \S+(?: DUE TO ([A-Z ]+?))? ?\*\*\*/.exec(text);
  const why = notice?.[1];
  if (why === "TIME LIMIT") return { ending: "timeout", reason: "its time limit", requeue: true };
  if (why === "PREEMPTION") return { ending: "preempted", reason: "preempted by Slurm", requeue: true };
  if (why === "NODE FAILURE" || why === "JOB REQUEUE") {
    return { ending: "preempted", reason: `ended by Slurm: ${why.toLowerCase()}`, requeue: false };
  }
  if (notice !== null) return { ending: "stopped", reason: "taken out of Slurm's queue", requeue: false };
  return { ending: "preempted", reason: "SIGTERM", requeue: false };
}

async function readFrom(path: string, from: number): Promise<string> {
  const file = await open(path, "r").catch(() => undefined);
  if (file === undefined) return "";
  try {
    const { size } = await file.stat();
    const text = Buffer.alloc(Math.max(0, size - from));
    await file.read(text, 0, text.length, from);
    return text.toString("utf8");
  } finally {
    await file.close();
  }
}

/**
 * Puts the task back into the queue. By its index: the number that the first task of an array has for itself is the whole array's.
 * Undefined, or what Slurm said against it.
 */
export async function requeue(job: string): Promise<string | undefined> {
  const answer = await slurm("scontrol", ["requeue", job]);
  return answer.code === 0 ? undefined : said(answer);
}

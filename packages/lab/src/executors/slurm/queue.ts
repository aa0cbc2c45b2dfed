import { IsoflopError } from "@isoflop/laws/error";
import { said, slurm } from "./command.js";

/** One task of a job array as Slurm knows it. */
export interface QueuedTask {
  /** `<array job>_<index>` */
  readonly job: string;
  /** RUNNING, PENDING, …: Slurm's own words. */
  readonly state: string;
  readonly node: string;
  /** Why it waits, where it does. */
  readonly reason: string;
}

/** Tasks by `<array job>_<index>`; those that have ended, too, for as long as Slurm remembers them. */
export type Queue = ReadonlyMap<string, QueuedTask>;

/** States that no task leaves by itself: it is not in the queue any more. */
const ENDED = new Set([
  "BOOT_FAIL",
  "CANCELLED",
  "COMPLETED",
  "DEADLINE",
  "FAILED",
  "NODE_FAIL",
  "OUT_OF_MEMORY",
  "PREEMPTED",
  "REVOKED",
  "TIMEOUT",
]);

export function isAlive(task: QueuedTask | undefined): task is QueuedTask {
  return task !== undefined && !ENDED.has(task.state);
}

/** Asks squeue about array jobs. Jobs that it has forgotten are absent. Errors: slurm-missing, slurm-unreachable. */
export async function askQueue(jobs: readonly string[]): Promise<Queue> {
  if (jobs.length === 0) return new Map();
  const answer = await slurm("squeue", [
    "--noheader",
    "--array",
    "--states=all",
    `--jobs=${jobs.join(",")}`,
    "--format=%i|%T|%N|%r",
  ]);
  if (answer.code !== 0 && !/invalid job id/i.test(answer.stderr)) throw unreachable(said(answer));
  return parseQueue(answer.stdout);
}

/** The lines that askQueue asks for. */
export function parseQueue(text: string): Map<string, QueuedTask> {
  const queue = new Map<string, QueuedTask>();
  for (const line of text.split("\n")) {
    const [job = "", state = "", node = "", ...reason] = line.trim().split("|");
    if (!/^\d+_\d+$/.test(job) || state === "") continue;
    const task = { job, state, node, reason: reason.join("|") };
    if (!isAlive(queue.get(job))) queue.set(job, task);
  }
  return queue;
}

/**
 * The jobs by these names, as [name, array job]: how one is found whose submission was not noted (the lab was killed at
 * that moment). Errors: as askQueue.
 */
export async function findByName(names: readonly string[]): Promise<Map<string, string>> {
  if (names.length === 0) return new Map();
  const format = "--format=%F|%j";
  const answer = await slurm("squeue", ["--noheader", "--states=all", `--name=${names.join(",")}`, format]);
  if (answer.code !== 0) throw unreachable(said(answer));
  const found = answer.stdout.split("\n").map((line) => /^(\d+)\|(\S+)$/.exec(line.trim()));
  return new Map(found.flatMap((match) => (match === null ? [] : [[match[2] ?? "", match[1] ?? ""]])));
}

/** How tasks ended that squeue has forgotten; empty where the site keeps no accounts. */
export async function askAccounts(jobs: readonly string[]): Promise<Map<string, string>> {
  const fields = ["--noheader", "--parsable2", "--allocations", "--format=JobID,State"];
  const answer = await slurm("sacct", [...fields, `--jobs=${jobs.join(",")}`]).catch(() => undefined);
  if (answer === undefined || answer.code !== 0) return new Map();
  const lines = answer.stdout.split("\n").map((line) => /^(\d+_\d+)\|(\w+)/.exec(line.trim()));
  return new Map(lines.flatMap((match) => (match === null ? [] : [[match[1] ?? "", match[2] ?? ""]])));
}

function unreachable(message: string): IsoflopError {
  return new IsoflopError({
    code: "slurm-unreachable",
    message: `Slurm does not answer: ${message}`,
    hint: "The jobs go on by themselves. `sinfo` shows whether the controller is back; then start the same command again.",
    exitCode: 1,
  });
}

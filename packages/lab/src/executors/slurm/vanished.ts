import { open, readdir } from "node:fs/promises";
import { readAttempts } from "../../runs/attempts.js";
import { readResult } from "../../runs/status.js";
import type { SubmittedTask } from "./atWork.js";
import { askAccounts } from "./queue.js";
import { logPath } from "./submission.js";

/** What became of a run whose task has left the queue without a result. */
export type Fate =
  | { readonly kind: "ended" }
  /** Its task was at work on it and is gone: to be submitted again. */
  | { readonly kind: "interrupted"; readonly reason: string }
  /** Taken out of the queue by somebody. */
  | { readonly kind: "withdrawn" }
  /** Its task never came so far as to start a trainer: the next one would not either. */
  | { readonly kind: "failed"; readonly reason: string };

/** No fault of the task's: its machine's; or it has left the run alone, which was held. */
const BLAMELESS = new Set(["NODE_FAIL", "BOOT_FAIL", "PREEMPTED", "REVOKED", "COMPLETED"]);

/** Looks at the run's folder first, then at what Slurm remembers of the task, then at the task's log. */
export async function fateOf(runFolder: string, { job, queued, submission }: SubmittedTask): Promise<Fate> {
  // Reading the folder makes a network file system look again.
  await readdir(runFolder).catch(() => []);
  if ((await readResult(runFolder)) !== undefined) return { kind: "ended" };
  const state = queued?.state ?? (await askAccounts([job])).get(job);
  const attempts = (await readAttempts(runFolder)).filter((attempt) => attempt.job === job);
  if (state === "CANCELLED" || (state === undefined && attempts.at(-1)?.ending === "stopped"))
    return { kind: "withdrawn" };
  const ended = `Slurm's task ${job} ended${state === undefined ? "" : ` (${state})`}`;
  if (attempts.length > 0 || (state !== undefined && BLAMELESS.has(state))) {
    return { kind: "interrupted", reason: `${ended} before the run did` };
  }
  const log = logPath(submission.folder, job);
  const text = await tailOf(log);
  const where = queued?.node ? ` on ${queued.node}` : "";
  const reason =
    text === undefined
      ? `${ended}${where} and wrote nothing, not even ${log}: that node probably cannot see the study's folder, which must lie on a file system shared with the nodes`
      : `${ended}${where} without starting the trainer; its log (${log}) ends: ${text === "" ? "(it is empty)" : text}`;
  return { kind: "failed", reason };
}

/** The last lines of a log; undefined where there is none. */
async function tailOf(path: string): Promise<string | undefined> {
  const file = await open(path, "r").catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const { size } = await file.stat();
    const end = Buffer.alloc(Math.min(size, 2000));
    await file.read(end, 0, end.length, size - end.length);
    return end.toString("utf8").trim().split("\n").slice(-5).join("\n");
  } finally {
    await file.close();
  }
}

import { appendFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { writeFailure } from "@isoflop/trainer/contract";
import { z } from "zod";
import { readIfThere } from "./folder.js";

/**
 * How one trainer's process on a run ended. "preempted": stopped from outside (a signal that nobody here sent); "timeout": at
 * the end of its allotted time; "stopped": on request. Only "failed" counts against the run.
 */
const endings = z.enum(["done", "diverged", "failed", "preempted", "timeout", "stopped"]);
export type AttemptEnding = z.infer<typeof endings>;

const beganSchema = z.object({
  began: z.string(),
  host: z.string(),
  /** Slurm's job id, as `<array job>_<task>`, where Slurm started it. */
  job: z.string().optional(),
});
const endedSchema = z.object({ ended: z.string(), ending: endings, reason: z.string().optional() });

/** One trainer's process on a run. Without an ending it is still at work, or was lost with its host or its lab. */
export type Attempt = z.infer<typeof beganSchema> & Partial<z.infer<typeof endedSchema>>;

const FILE = "attempts.jsonl";

/** Notes in a run's attempts.jsonl that a trainer is about to start. Errors: write-enospc and its like. */
export function noteAttempt(runFolder: string, job?: string): Promise<void> {
  const began = { began: new Date().toISOString(), host: hostname(), ...(job === undefined ? {} : { job }) };
  return append(runFolder, began);
}

/** Notes how the attempt last begun has ended. */
export function noteEnding(runFolder: string, ending: AttemptEnding, reason?: string): Promise<void> {
  return append(runFolder, { ended: new Date().toISOString(), ending, ...(reason === undefined ? {} : { reason }) });
}

async function append(runFolder: string, line: object): Promise<void> {
  const path = join(runFolder, FILE);
  try {
    // A line that was cut off by a kill must not swallow this one.
    const before = (await readIfThere(path)) ?? "";
    const gap = before === "" || before.endsWith("\n") ? "" : "\n";
    await appendFile(path, `${gap}${JSON.stringify(line)}\n`);
  } catch (error) {
    throw writeFailure(error, path);
  }
}

/** The attempts on a run, oldest first. Lines that are damaged are passed over. */
export async function readAttempts(runFolder: string): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  for (const line of ((await readIfThere(join(runFolder, FILE))) ?? "").split("\n")) {
    const value = parse(line);
    const began = beganSchema.safeParse(value).data;
    const ended = endedSchema.safeParse(value).data;
    const last = attempts.at(-1);
    if (began !== undefined) attempts.push(began);
    else if (ended !== undefined && last !== undefined && last.ending === undefined) Object.assign(last, ended);
  }
  return attempts;
}

/** How often a run was begun, and how often that ended otherwise than by its own end or on request. */
export interface AttemptCounts {
  readonly attempts: number;
  readonly failures: number;
  /** Ended from outside: preempted, or at the end of the allotted time. */
  readonly preemptions: number;
  /** Nobody noted the end, and another was begun after it: lost with the lab or its host. */
  readonly lost: number;
}

export function countAttempts(attempts: readonly Attempt[]): AttemptCounts {
  const count =
    (...wanted: (AttemptEnding | undefined)[]) =>
    (of: readonly Attempt[]) =>
      of.filter(({ ending }) => wanted.includes(ending)).length;
  return {
    attempts: attempts.length,
    failures: count("failed")(attempts),
    preemptions: count("preempted", "timeout")(attempts),
    lost: count(undefined)(attempts.slice(0, -1)),
  };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

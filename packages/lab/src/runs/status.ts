import { open, stat } from "node:fs/promises";
import { join } from "node:path";
import { type MetricsLine, type RunResult, type RunSpec, resultSchema } from "@isoflop/trainer";
import { readIfThere, readRunSpec } from "./folder.js";
import { parseMetrics, readMetrics } from "./metrics.js";

export type RunStatus = "pending" | "running" | "done" | "diverged" | "failed";

/** A run as its files tell it. "running": begun and not ended, whether or not a process is at it just now. */
export interface RunState {
  readonly folder: string;
  readonly spec: RunSpec;
  readonly status: RunStatus;
  /** Newest line of metrics.jsonl. */
  readonly last: MetricsLine | undefined;
  readonly result: RunResult | undefined;
}

/** Status from run.json, metrics.jsonl and result.json alone; undefined where there is no run.json. */
export async function readRunState(folder: string): Promise<RunState | undefined> {
  const spec = await readRunSpec(folder);
  if (spec === undefined) return undefined;
  const result = await readResult(folder);
  const last = (await readMetrics(folder)).at(-1);
  const status = result?.status ?? (last === undefined && !(await hasCheckpoint(folder)) ? "pending" : "running");
  return { folder, spec, status, last, result };
}

/** result.json, which is written by rename: one that does not parse is somebody else's and counts as absent. */
export async function readResult(folder: string): Promise<RunResult | undefined> {
  const text = await readIfThere(join(folder, "result.json"));
  if (text === undefined) return undefined;
  try {
    return resultSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

async function hasCheckpoint(folder: string): Promise<boolean> {
  return (await stat(join(folder, "checkpoint")).catch(() => undefined)) !== undefined;
}

/** The newest whole line of metrics, read from the file's tail: cheap enough for a progress display. */
export async function readLastMetrics(folder: string): Promise<MetricsLine | undefined> {
  const file = await open(join(folder, "metrics.jsonl"), "r").catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    const { size } = await file.stat();
    const tail = Buffer.alloc(Math.min(size, 4096));
    await file.read(tail, 0, tail.length, size - tail.length);
    const text = tail.toString("utf8");
    const whole = size > tail.length ? text.slice(text.indexOf("\n") + 1) : text;
    return parseMetrics(whole).at(-1);
  } finally {
    await file.close();
  }
}

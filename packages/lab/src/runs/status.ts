import { open, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type MetricsLine, type RunResult, type RunSpec, resultSchema, systemCode } from "@isoflop/trainer/contract";
import { type Control, holdOf, readControl } from "./control.js";
import { readIfThere, readRunSpec } from "./folder.js";
import { parseMetricsLine } from "./metrics.js";

export type RunStatus = "pending" | "running" | "paused" | "done" | "diverged" | "failed" | "cancelled";

/**
 * A run as its files tell it. "running": begun and not ended, whether or not a process is at it just now; "paused" and
 * "cancelled": on request, before its end.
 */
export interface RunState {
  readonly folder: string;
  readonly spec: RunSpec;
  readonly status: RunStatus;
  /** Newest line of metrics.jsonl; not looked for where a result says as much. */
  readonly last: MetricsLine | undefined;
  readonly result: RunResult | undefined;
}

/**
 * Status from run.json, metrics.jsonl and result.json, and from the markers in control/ of the study, which lies two above
 * the run's folder; undefined where there is no run.json.
 */
export async function readRunState(folder: string, known?: Control): Promise<RunState | undefined> {
  const spec = await readRunSpec(folder);
  if (spec === undefined) return undefined;
  const result = await readResult(folder);
  const ended = result?.status === "done" && result["train/loss"] !== undefined && result["val/loss"] !== undefined;
  const last = ended ? undefined : await readLastMetrics(folder);
  const control = known ?? (await readControl(dirname(dirname(folder))));
  return { folder, spec, status: await statusOf(folder, result, last, control), last, result };
}

async function statusOf(
  folder: string,
  result: RunResult | undefined,
  last: MetricsLine | undefined,
  control: Control,
): Promise<RunStatus> {
  if (result?.status === "done" || result?.status === "diverged") return result.status;
  // A run that was set aside is tried again at the next start, unless it is held.
  const held = holdOf(control, basename(folder));
  if (held !== undefined) return held;
  if (result !== undefined) return result.status;
  return last === undefined && !(await hasCheckpoint(folder)) ? "pending" : "running";
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

const TAIL_BYTES = 4096;

/** The newest whole line of metrics, read from the file's end: cheap enough for a thousand runs, and for a progress display. */
export async function readLastMetrics(folder: string): Promise<MetricsLine | undefined> {
  const file = await open(join(folder, "metrics.jsonl"), "r").catch((error: unknown) => {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    throw error;
  });
  if (file === undefined) return undefined;
  try {
    const { size } = await file.stat();
    for (let length = Math.min(size, TAIL_BYTES); ; length = Math.min(size, 4 * length)) {
      const tail = Buffer.alloc(length);
      const { bytesRead } = await file.read(tail, 0, length, size - length);
      const lines = tail.toString("utf8", 0, bytesRead).split("\n");
      // Neither what comes after the last line break is a whole line, nor the first one where the file begins before it.
      for (let i = lines.length - 2; i >= (length < size ? 1 : 0); i--) {
        const line = parseMetricsLine(lines[i] ?? "");
        if (line !== undefined) return line;
      }
      if (length === size) return undefined;
    }
  } finally {
    await file.close();
  }
}

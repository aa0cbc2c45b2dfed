import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { systemCode } from "@isoflop/trainer/contract";
import { flatten } from "../../import/flatten.js";
import type { TrackedPoint } from "../../import/source.js";
import { readAttempts } from "../../runs/attempts.js";
import { parseMetricsLine } from "../../runs/metrics.js";
import type { RunState, RunStatus } from "../../runs/status.js";
import type { ExportRecord, ExportRun, ExportState } from "../input.js";

const STATES: Readonly<Record<RunStatus, ExportState>> = {
  pending: "scheduled",
  running: "running",
  paused: "running",
  done: "finished",
  diverged: "failed",
  failed: "failed",
  cancelled: "killed",
};

/** A study's run as it is exported: its run.json is the config, its result.json the summary, metrics.jsonl the points. */
export async function studyRun(
  { folder, spec, status, result }: RunState,
  group: string,
  record?: ExportRecord,
): Promise<ExportRun> {
  const { id, name, ...settings } = spec;
  const startedAt = await begin(folder);
  return {
    id,
    name,
    group,
    tags: [spec.role, status],
    config: Object.fromEntries(flatten(settings)),
    summary: result === undefined ? { status } : Object.fromEntries(flatten(result)),
    state: STATES[status],
    ...(startedAt === undefined ? {} : { startedAt }),
    ...(record === undefined ? {} : { record }),
    points: () => points(folder, startedAt),
  };
}

/** When training began, in seconds since 1970: as noted, or when run.json was written. */
async function begin(folder: string): Promise<number | undefined> {
  const [first] = await readAttempts(folder);
  const noted = first === undefined ? Number.NaN : Date.parse(first.began);
  if (Number.isFinite(noted)) return noted / 1000;
  const entry = await stat(join(folder, "run.json")).catch(() => undefined);
  return entry === undefined ? undefined : entry.mtimeMs / 1000;
}

/** metrics.jsonl as series, up to its first unreadable line. The seconds of training are the time, whatever lay between sessions. */
async function* points(folder: string, startedAt: number | undefined): AsyncGenerator<TrackedPoint, void, undefined> {
  const file = createReadStream(join(folder, "metrics.jsonl"));
  try {
    for await (const text of createInterface({ input: file, crlfDelay: Number.POSITIVE_INFINITY })) {
      const line = parseMetricsLine(text);
      if (line === undefined) return;
      const { step, time, ...values } = line;
      const at = startedAt === undefined ? {} : { time: startedAt + time };
      yield { key: "time", step, value: time, ...at };
      for (const [key, value] of Object.entries(values)) {
        if (typeof value === "number") yield { key, step, value, ...at };
      }
    }
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
  } finally {
    file.destroy();
  }
}

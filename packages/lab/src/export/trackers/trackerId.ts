import { createHash } from "node:crypto";
import type { ExportRun } from "../input.js";

/** A run's id as a word of at most 64 letters, digits and - _, which W&B asks for and which needs no quoting anywhere. */
export const trackerId = (id: string): string =>
  /^[A-Za-z0-9_-]{1,64}$/.test(id) ? id : createHash("sha256").update(id).digest("hex").slice(0, 16);

/** When a run began: as noted, or by its first point; undefined where nobody knows. Seconds since 1970. */
export async function beginOf(run: ExportRun): Promise<number | undefined> {
  if (run.startedAt !== undefined) return run.startedAt;
  for await (const { time } of run.points()) if (time !== undefined) return time;
  return undefined;
}

import { join } from "node:path";
import type { MetricsLine } from "@isoflop/trainer/contract";
import { readMetrics } from "../runs/metrics.js";
import { stampOf } from "./live/stamp.js";

/** Lines that are kept of all runs together: some hundred bytes each. */
const MOST_LINES = 400_000;

/**
 * Reads metrics.jsonl of runs that have ended once, not anew whenever another one ends: a lab may need the processor. What was changed
 * since is read again, and what is beyond the limit each time.
 */
export function keepMetrics(): typeof readMetrics {
  const kept = new Map<string, { readonly stamp: string; readonly lines: MetricsLine[] }>();
  let count = 0;
  return async (folder) => {
    const stamp = await stampOf(join(folder, "metrics.jsonl"));
    const known = kept.get(folder);
    if (known?.stamp === stamp) return known.lines;
    const lines = await readMetrics(folder);
    // Two pages may have asked at once.
    count -= kept.get(folder)?.lines.length ?? 0;
    kept.delete(folder);
    if (stamp !== "" && count + lines.length <= MOST_LINES) {
      kept.set(folder, { stamp, lines });
      count += lines.length;
    }
    return lines;
  };
}

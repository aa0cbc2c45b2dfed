import { join } from "node:path";
import { type MetricsLine, metricsLineSchema } from "@isoflop/trainer/contract";
import { readIfThere } from "./folder.js";

/**
 * The lines of metrics.jsonl. The last one may be half-written (a run being trained, or one that was killed): it is
 * left out. So is every line from the first unreadable one on; the trainer cuts them back when it resumes.
 */
export async function readMetrics(folder: string): Promise<MetricsLine[]> {
  return parseMetrics((await readIfThere(join(folder, "metrics.jsonl"))) ?? "");
}

export function parseMetrics(text: string): MetricsLine[] {
  const lines: MetricsLine[] = [];
  for (let start = 0; ; ) {
    const end = text.indexOf("\n", start);
    if (end < 0) return lines;
    const line = parseMetricsLine(text.slice(start, end));
    if (line === undefined) return lines;
    lines.push(line);
    start = end + 1;
  }
}

export function parseMetricsLine(text: string): MetricsLine | undefined {
  try {
    return metricsLineSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

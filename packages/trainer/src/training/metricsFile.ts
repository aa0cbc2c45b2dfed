import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { type MetricsLine, type WholeLine, wholeLineSchema } from "../contract/runSpec.js";

/** Lines of metrics.jsonl, as this trainer writes them, up to the first one that is cut short or damaged. */
export function readMetrics(path: string): WholeLine[] {
  if (!existsSync(path)) return [];
  const lines: WholeLine[] = [];
  for (const text of readFileSync(path, "utf8").split("\n")) {
    if (text === "") continue;
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      break;
    }
    const line = wholeLineSchema.safeParse(parsed);
    if (!line.success) break;
    lines.push(line.data);
  }
  return lines;
}

/** Makes the file hold these lines: those up to the checkpoint that training resumes from; the rest will be written again. */
export function cutMetrics(path: string, kept: readonly MetricsLine[]): void {
  if (kept.length === 0 && !existsSync(path)) return;
  writeFileSync(`${path}.partial`, kept.map((line) => `${JSON.stringify(line)}\n`).join(""));
  renameSync(`${path}.partial`, path);
}

/** Appends whole lines; buffered so that a small model is not slowed, written out at least every `interval` ms. */
export function openMetrics(path: string, interval = 500) {
  const file = openSync(path, "a");
  let buffered = "";
  let last = performance.now();
  const flush = () => {
    const bytes = Buffer.from(buffered);
    buffered = "";
    for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
    last = performance.now();
  };
  return {
    append(line: MetricsLine): void {
      buffered += `${JSON.stringify(line)}\n`;
      if (performance.now() - last > interval) flush();
    },
    /** All lines so far, on the disk itself: a checkpoint that outlives a power cut has its metrics. */
    sync(): void {
      flush();
      fsyncSync(file);
    },
    close(): void {
      flush();
      closeSync(file);
    },
  };
}

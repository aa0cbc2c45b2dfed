import { type FileHandle, open } from "node:fs/promises";
import { systemCode } from "@isoflop/trainer/contract";
import { addPoint, rounded, thinPoints } from "./points.js";

/** What a look at a run's metrics.jsonl found. */
export interface TailNews {
  /** The points are all there are, not those that follow the ones before. */
  readonly whole: boolean;
  readonly points: number[];
}

/** Follows one metrics.jsonl. */
export interface MetricsTail {
  /** What is new; undefined where nothing is. Errors: those of the file system. */
  look(most: MostPoints): Promise<TailNews | undefined>;
}

/** Points that are told at most. */
export interface MostPoints {
  readonly whole: number;
  readonly news: number;
}

/** More than this is not read through but looked into at places. */
const READ_THROUGH = 256 * 1024;

/**
 * Follows a metrics.jsonl by its end. A trainer that resumes cuts the file back, and may have written past the place before anybody
 * looked: so the last line read must still be where it was, else all is read anew.
 */
export function followMetrics(path: string): MetricsTail {
  let known: { readonly file: number; readonly end: number; readonly line: string; readonly step: number } | undefined;
  return {
    look: (most) =>
      withFile(path, async (file) => {
        if (file === undefined) {
          const before = known;
          known = undefined;
          return before === undefined ? undefined : { whole: true, points: [] };
        }
        const { size, ino } = await file.stat();
        if (known !== undefined && known.file === ino && size >= known.end) {
          const start = known.end - Buffer.byteLength(known.line);
          const read = await readSpan(file, start, size, most.news);
          if (read.text.startsWith(known.line)) {
            const fresh = pointsOf(read.text.slice(known.line.length));
            const [first = Number.POSITIVE_INFINITY] = fresh.points;
            if (first > known.step) {
              if (fresh.line === undefined) return undefined;
              known = { file: ino, end: read.endOf(fresh.rest), line: fresh.line, step: fresh.step ?? known.step };
              return fresh.points.length === 0
                ? undefined
                : { whole: false, points: thinPoints(fresh.points, most.news) };
            }
          }
        }
        const had = known !== undefined;
        const read = await readSpan(file, 0, size, most.whole);
        const { points, line, step, rest } = pointsOf(read.text);
        known = line === undefined ? undefined : { file: ino, end: read.endOf(rest), line, step: step ?? 0 };
        return points.length === 0 && !had ? undefined : { whole: true, points: thinPoints(points, most.whole) };
      }),
  };
}

/** All of a metrics.jsonl in at most `most` points: training losses, and validation losses. */
export async function readCurves(path: string, most: number): Promise<{ training: number[]; validation: number[] }> {
  return withFile(path, async (file) => {
    if (file === undefined) return { training: [], validation: [] };
    const { text } = await readSpan(file, 0, (await file.stat()).size, most);
    const of = (name: string) => thinPoints(pointsOf(text, (line) => line[name]).points, most);
    return { training: of("train/loss"), validation: of("val/loss") };
  });
}

async function withFile<T>(path: string, use: (file: FileHandle | undefined) => Promise<T>): Promise<T> {
  const file = await open(path, "r").catch((error: unknown) => {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    throw error;
  });
  try {
    return await use(file);
  } finally {
    await file?.close();
  }
}

/**
 * The lines of a stretch of a file: all of them where it is short; else its beginning, its end, and some in between at places that are
 * equally spaced in the logarithm of the offset.
 */
async function readSpan(file: FileHandle, from: number, to: number, most: number) {
  const endOf = (rest: string) => to - Buffer.byteLength(rest);
  if (to - from <= READ_THROUGH) return { text: await readText(file, from, to), endOf };
  const head = await readText(file, from, from + READ_THROUGH / 8);
  const tail = await readText(file, to - READ_THROUGH / 8, to);
  const longest = head.split("\n", 32).reduce((length, line) => Math.max(length, line.length), 256);
  const parts = [head.slice(0, head.lastIndexOf("\n") + 1)];
  for (let i = 1; i < most; i++) {
    const at = Math.round(from + (READ_THROUGH / 8) * ((to - from) / (READ_THROUGH / 8)) ** (i / most));
    if (at + 2 * longest >= to - READ_THROUGH / 8) break;
    const piece = await readText(file, at, at + 2 * longest);
    const start = piece.indexOf("\n") + 1;
    const end = piece.indexOf("\n", start) + 1;
    if (start > 0 && end > 0) parts.push(piece.slice(start, end));
  }
  parts.push(tail.slice(tail.indexOf("\n") + 1));
  return { text: parts.join(""), endOf };
}

async function readText(file: FileHandle, from: number, to: number): Promise<string> {
  const buffer = Buffer.alloc(to - from);
  const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
  return buffer.toString("utf8", 0, bytesRead);
}

const trainingLoss = (line: Readonly<Record<string, unknown>>): unknown => line["train/loss"] ?? line["val/loss"];

/** The points of whole lines, the last of these lines with its end, its step, and what stands after it. Damaged lines are passed over. */
function pointsOf(text: string, lossOf = trainingLoss) {
  const points: number[] = [];
  let [start, last, step] = [0, 0, undefined as number | undefined];
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
    const point = parsePoint(text.slice(start, end), lossOf);
    if (point !== undefined) {
      step = point.step;
      if (point.loss !== undefined) addPoint(points, point.step, rounded(point.loss));
    }
    last = start;
    start = end + 1;
  }
  const line = start > 0 ? text.slice(last, start) : undefined;
  return { points, line, step, rest: text.slice(start) };
}

/** Less strict than the contract's schema, and much faster: nothing is computed from what is drawn. */
function parsePoint(text: string, lossOf: typeof trainingLoss): { step: number; loss?: number } | undefined {
  try {
    const line: unknown = JSON.parse(text);
    if (typeof line !== "object" || line === null) return undefined;
    const { step } = line as { readonly step?: unknown };
    if (typeof step !== "number" || !(step > 0)) return undefined;
    const loss = lossOf(line as Readonly<Record<string, unknown>>);
    return typeof loss === "number" && loss > 0 && Number.isFinite(loss) ? { step, loss } : { step };
  } catch {
    return undefined;
  }
}

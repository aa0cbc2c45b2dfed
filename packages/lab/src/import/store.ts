import { closeSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { systemCode, writeFailure } from "@isoflop/trainer/contract";
import { numberedLines } from "./lines.js";
import { numberOf } from "./metricFiles.js";
import type { Settled, SettledRecord } from "./settle/settle.js";
import type { TrackedPoint, TrackedRun } from "./source.js";

/** runs/<id>/ of an imported folder: run.json, points.jsonl (every point as logged) and curve.jsonl. */
export const runFolder = (to: string, id: string): string => join(to, "runs", id);

/** Bytes of the files that a run was stored in. A file of another size was torn when the machine went down, or changed. */
export interface StoredSizes {
  readonly run: number;
  readonly points: number;
  readonly curve: number;
}

/** Whether a run's files are there as they were stored. */
export function isStored(to: string, id: string, sizes: StoredSizes | undefined): boolean {
  const size = (name: string) => statSync(join(runFolder(to, id), name), { throwIfNoEntry: false })?.size;
  return (
    sizes !== undefined &&
    size("points.jsonl") === sizes.points &&
    size("curve.jsonl") === sizes.curve &&
    size("run.json") === sizes.run
  );
}

/**
 * Writes a run's points while `onPoint` sees them, then what was settled, then the whole folder by one rename. Files are not
 * flushed one by one, which would take longer than all the rest: their sizes tell whether they arrived.
 */
export async function storeRun(
  to: string,
  id: string,
  run: TrackedRun,
  onPoint: (point: TrackedPoint) => void,
  settle: () => Settled,
): Promise<{ readonly points: number; readonly settled: Settled; readonly stored: StoredSizes }> {
  const partial = join(to, "runs", `.${id}.partial`);
  try {
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial, { recursive: true });
    const points = await writePoints(join(partial, "points.jsonl"), run, onPoint);
    const { name, source, config, summary, state, tags } = run;
    const about = Buffer.from(`${JSON.stringify({ name, source, state, tags, config, summary }, asWords, 2)}\n`);
    writeFileSync(join(partial, "run.json"), about);
    const settled = settle();
    const curve = Buffer.from(curveText(settled));
    writeFileSync(join(partial, "curve.jsonl"), curve);
    takePlace(partial, to, id);
    return { points: points.count, settled, stored: { run: about.length, points: points.bytes, curve: curve.length } };
  } catch (error) {
    rmSync(partial, { recursive: true, force: true });
    throw writeFailure(error, partial);
  }
}

/** The copy before this one stays whole until this one is in its place. */
function takePlace(partial: string, to: string, id: string): void {
  const folder = runFolder(to, id);
  try {
    renameSync(partial, folder);
  } catch (error) {
    if (systemCode(error) !== "ENOTEMPTY" && systemCode(error) !== "EEXIST" && systemCode(error) !== "EPERM")
      throw error;
    const before = join(to, "runs", `.${id}.before`);
    rmSync(before, { recursive: true, force: true });
    renameSync(folder, before);
    renameSync(partial, folder);
    rmSync(before, { recursive: true, force: true });
  }
}

/** Characters of lines that are written at once. */
const HELD = 2 ** 15;

async function writePoints(
  path: string,
  run: TrackedRun,
  onPoint: (point: TrackedPoint) => void,
): Promise<{ readonly count: number; readonly bytes: number }> {
  const out = openSync(path, "wx");
  try {
    let [count, bytes, text] = [0, 0, ""];
    const flush = (): void => {
      const piece = Buffer.from(text);
      writeFileSync(out, piece);
      bytes += piece.length;
      text = "";
    };
    const lineOf = pointLines();
    const add = (point: TrackedPoint): void => {
      onPoint(point);
      text += lineOf(point);
      count++;
      if (text.length > HELD) flush();
    };
    const points = run.series();
    // What can be had at once is not waited for, point by point.
    if (Symbol.iterator in points) for (const point of points) add(point);
    else for await (const point of points) add(point);
    flush();
    return { count, bytes };
  } finally {
    closeSync(out);
  }
}

/** Points as lines of JSON, as JSON.stringify would write them; names come again and again. */
function pointLines(): (point: TrackedPoint) => string {
  const heads = new Map<string, string>();
  return ({ key, step, value, time }) => {
    let head = heads.get(key);
    if (head === undefined) {
      head = `{"key":${JSON.stringify(key)},"step":`;
      heads.set(key, head);
    }
    const end = time === undefined ? "}\n" : `,"time":${word(time)}}\n`;
    return `${head}${word(step)},"value":${word(value)}${end}`;
  };
}

const word = (value: number): string => (Number.isFinite(value) ? `${value}` : `"${value}"`);

/** Numbers that JSON has no word for, as Python's words. */
const asWords = (_: string, value: unknown): unknown =>
  typeof value === "number" && !Number.isFinite(value) ? String(value) : value;

/** A stored run as its tracker had it. */
export async function openStored(to: string, id: string): Promise<TrackedRun> {
  const folder = runFolder(to, id);
  const { name, source, config, summary, state, tags } = JSON.parse(await readFile(join(folder, "run.json"), "utf8"));
  return {
    id,
    name: String(name),
    source: String(source),
    config,
    summary,
    ...(state === undefined ? {} : { state }),
    ...(tags === undefined ? {} : { tags }),
    series: function* () {
      for (const { text } of numberedLines(join(folder, "points.jsonl"))) {
        const point = JSON.parse(text ?? "{}");
        yield { ...point, value: numberOf(point.value) ?? Number.NaN };
      }
    },
  };
}

/** Puts what was settled anew in the place of what was before; gives its size. */
export function storeCurve(to: string, id: string, settled: Settled): number {
  const text = curveText(settled);
  const path = join(runFolder(to, id), "curve.jsonl");
  const beside = join(runFolder(to, id), ".curve.tmp");
  try {
    writeFileSync(beside, text);
    renameSync(beside, path);
  } catch (error) {
    rmSync(beside, { force: true });
    throw writeFailure(error, path);
  }
  return Buffer.byteLength(text);
}

/** Tokens, FLOPs and losses along a run, one point a line. */
function curveText({ curve, outcome }: Settled): string {
  const record: SettledRecord | undefined = "record" in outcome ? outcome.record : undefined;
  return curve
    .map(({ progress, loss }) =>
      JSON.stringify({ tokens: progress, flops: ((record?.flops ?? 0) * progress) / (record?.tokens ?? 1), loss }),
    )
    .map((line) => `${line}\n`)
    .join("");
}

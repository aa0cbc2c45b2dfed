import { createWriteStream } from "node:fs";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { writeFailure } from "@isoflop/trainer/contract";
import { writeWhole } from "../runs/folder.js";
import { numberedLines } from "./lines.js";
import { numberOf } from "./metricFiles.js";
import type { Settled, SettledRecord } from "./settle/settle.js";
import type { TrackedPoint, TrackedRun } from "./source.js";

/** runs/<id>/ of an imported folder: run.json, points.jsonl (every point as logged) and curve.jsonl. */
export const runFolder = (to: string, id: string): string => join(to, "runs", id);

/** Writes a run's points while `onPoint` sees them, then the whole folder by one rename. */
export async function storeRun(
  to: string,
  id: string,
  run: TrackedRun,
  onPoint: (point: TrackedPoint) => void,
): Promise<number> {
  const partial = join(to, "runs", `.${id}.partial`);
  try {
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
    const points = await writePoints(join(partial, "points.jsonl"), run, onPoint);
    const { name, source, config, summary, state, tags } = run;
    await writeWhole(
      join(partial, "run.json"),
      `${JSON.stringify({ name, source, state, tags, config, summary }, asWords, 2)}\n`,
    );
    // The copy before this one stays whole until this one is in its place.
    const before = join(to, "runs", `.${id}.before`);
    await rm(before, { recursive: true, force: true });
    await rename(runFolder(to, id), before).catch(() => {});
    await rename(partial, runFolder(to, id));
    await rm(before, { recursive: true, force: true });
    return points;
  } catch (error) {
    await rm(partial, { recursive: true, force: true }).catch(() => {});
    throw writeFailure(error, partial);
  }
}

async function writePoints(path: string, run: TrackedRun, onPoint: (point: TrackedPoint) => void): Promise<number> {
  const out = createWriteStream(path);
  const done = finished(out);
  // Its error is thrown by whoever awaits it last.
  done.catch(() => {});
  let [count, lines] = [0, [] as string[]];
  const flush = async (): Promise<void> => {
    const text = lines.join("");
    lines = [];
    if (!out.write(text)) {
      await Promise.race([new Promise<void>((resolve) => out.once("drain", () => resolve())), done]);
    }
  };
  try {
    for await (const point of run.series()) {
      onPoint(point);
      lines.push(`${JSON.stringify(point, asWords)}\n`);
      if (++count % 1000 === 0) await flush();
    }
    await flush();
  } finally {
    out.end();
  }
  await done;
  return count;
}

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
    series: async function* () {
      for await (const { text } of numberedLines(join(folder, "points.jsonl"))) {
        const point = JSON.parse(text ?? "{}");
        yield { ...point, value: numberOf(point.value) ?? Number.NaN };
      }
    },
  };
}

/** Tokens, FLOPs and losses along a run, one point a line. */
export async function storeCurve(to: string, id: string, { curve, outcome }: Settled): Promise<void> {
  const record: SettledRecord | undefined = "record" in outcome ? outcome.record : undefined;
  const lines = curve.map(({ progress, loss }) =>
    JSON.stringify({ tokens: progress, flops: ((record?.flops ?? 0) * progress) / (record?.tokens ?? 1), loss }),
  );
  await writeWhole(join(runFolder(to, id), "curve.jsonl"), lines.map((line) => `${line}\n`).join(""));
}

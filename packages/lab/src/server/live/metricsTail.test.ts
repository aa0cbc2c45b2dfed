import { appendFile, mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { metricsLines } from "./fixtures.js";
import { followMetrics, readCurves } from "./metricsTail.js";

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-tail-"));
  file = join(folder, "metrics.jsonl");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const MOST = { whole: 200, news: 40 };
const steps = (points: readonly number[] | undefined) => points?.filter((_, i) => i % 2 === 0);

describe("the end of metrics.jsonl", () => {
  it("is told as it grows, each point once, half a line not until it is whole", async () => {
    const tail = followMetrics(file);
    expect(await tail.look(MOST)).toBeUndefined();
    await writeFile(file, metricsLines(1, 3));
    expect(await tail.look(MOST)).toMatchObject({ whole: true, points: [1, 6, 2, 4.53553, 3, 3.88675] });
    expect(await tail.look(MOST)).toBeUndefined();
    const more = metricsLines(4, 5);
    await appendFile(file, more.slice(0, -10));
    expect(steps((await tail.look(MOST))?.points)).toEqual([4]);
    await appendFile(file, more.slice(-10));
    const last = await tail.look(MOST);
    expect(last).toMatchObject({ whole: false });
    expect(steps(last?.points)).toEqual([5]);
    expect(await tail.look(MOST)).toBeUndefined();
  });

  it("is read anew where the file was cut back: shorter, as long as before, or past it already", async () => {
    const tail = followMetrics(file);
    const first = metricsLines(1, 20);
    await writeFile(file, first);
    await tail.look(MOST);
    await truncate(file, Buffer.byteLength(metricsLines(1, 12)));
    const shorter = await tail.look(MOST);
    expect(shorter).toMatchObject({ whole: true });
    expect(steps(shorter?.points)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    await appendFile(file, metricsLines(13, 14));
    expect(steps((await tail.look(MOST))?.points)).toEqual([13, 14]);
    // Cut back to 10 and written on beyond the old end, by another attempt with other times.
    await writeFile(file, metricsLines(1, 10) + metricsLines(11, 17, 1, "again"));
    const past = await tail.look(MOST);
    expect(past).toMatchObject({ whole: true });
    expect(steps(past?.points)).toEqual(Array.from({ length: 17 }, (_, i) => i + 1));
    await rm(file);
    expect(await tail.look(MOST)).toEqual({ whole: true, points: [] });
    expect(await tail.look(MOST)).toBeUndefined();
  });

  it("is read anew where steps go back in a file that was not cut", async () => {
    const tail = followMetrics(file);
    await writeFile(file, metricsLines(1, 9));
    await tail.look(MOST);
    await appendFile(file, metricsLines(6, 7));
    const news = await tail.look(MOST);
    expect(news).toMatchObject({ whole: true });
    expect(steps(news?.points)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it("passes over what is damaged or says nothing of a loss", async () => {
    const tail = followMetrics(file);
    await writeFile(
      file,
      `{"step":1,"tok\n{"step":2}\nnull\n7\n{"step":3,"train/loss":null,"val/loss":2}\n{"step":4,"train/loss":-1}\n`,
    );
    expect(await tail.look(MOST)).toEqual({ whole: true, points: [3, 2] });
    await appendFile(file, `${"\0".repeat(5000)}\n${metricsLines(5, 5)}`);
    expect(steps((await tail.look(MOST))?.points)).toEqual([5]);
  });

  it("of a large file is looked into at places: no more points than asked for, in order, up to its last line", async () => {
    await writeFile(file, metricsLines(1, 60_000));
    const tail = followMetrics(file);
    const all = steps((await tail.look(MOST))?.points) ?? [];
    expect(all.length).toBeLessThanOrEqual(200);
    expect(all.length).toBeGreaterThan(100);
    expect([all[0], all.at(-1)]).toEqual([1, 60_000]);
    expect([...all].sort((a, b) => a - b)).toEqual(all);
    await appendFile(file, metricsLines(60_001, 90_000));
    const news = await tail.look(MOST);
    expect(news).toMatchObject({ whole: false });
    const more = steps(news?.points) ?? [];
    expect(more.length).toBeLessThanOrEqual(40);
    expect(more[0]).toBeGreaterThan(60_000);
    expect(more.at(-1)).toBe(90_000);
    expect(await tail.look(MOST)).toBeUndefined();
    const { training, validation } = await readCurves(file, 1000);
    expect(steps(training)?.at(-1)).toBe(90_000);
    expect(validation).toEqual([]);
  });
});

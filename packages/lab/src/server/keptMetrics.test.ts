import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { keepMetrics } from "./keptMetrics.js";
import { metricsLines } from "./live/fixtures.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-kept-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it("metrics are read once, again when they changed, and told as absent when they went", async () => {
  const linesOf = keepMetrics();
  expect(await linesOf(folder)).toEqual([]);
  const file = join(folder, "metrics.jsonl");
  await writeFile(file, metricsLines(1, 3));
  const first = await linesOf(folder);
  expect(first.map(({ step }) => step)).toEqual([1, 2, 3]);
  expect(await linesOf(folder)).toBe(first);
  await appendFile(file, metricsLines(4, 4));
  expect((await linesOf(folder)).map(({ step }) => step)).toEqual([1, 2, 3, 4]);
  await rm(file);
  expect(await linesOf(folder)).toEqual([]);
});

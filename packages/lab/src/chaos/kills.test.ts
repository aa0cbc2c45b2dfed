import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom } from "@isoflop/laws";
import { afterAll, beforeAll, expect, it } from "vitest";
import { countAttempts, readAttempts } from "../runs/attempts.js";
import { makeStudy, outcomes, sessions, startLab, writeText } from "./chaosStudy.js";
import { trainUnderFire } from "./killer.js";

const RUNS = 40;
const KILLS = 100;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-kills-"));
  await writeText(join(folder, "text.txt"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("100 times SIGKILL at random moments, to trainers and to the lab, do not change a bit of a study of 40 runs", {
  timeout: 3_600_000,
}, async () => {
  const cache = join(folder, "cache");
  const text = join(folder, "text.txt");
  const calm = await makeStudy(join(folder, "calm"), text, RUNS / 8);
  const began = performance.now();
  expect((await startLab(calm, cache).ended).code).toBe(0);
  const runSeconds = (2 * (performance.now() - began)) / 1000 / RUNS;
  const expected = await outcomes(calm);
  expect(expected).toHaveLength(RUNS);

  const rough = await makeStudy(join(folder, "rough"), text, RUNS / 8);
  const kills = await trainUnderFire(rough, cache, { kills: KILLS, runs: RUNS, runSeconds, random: createRandom(11) });
  expect(kills.trainers + kills.labs).toBe(KILLS);
  expect(kills.labs).toBeGreaterThan(KILLS / 10);
  expect(kills.everything).toBeGreaterThan(0);
  expect(kills.starts).toBeGreaterThan(kills.labs);
  expect(await outcomes(rough)).toEqual(expected);

  // It was no walk-over: runs were interrupted in their midst and went on from checkpoints, and the lab saw it.
  expect((await sessions(rough)).filter((count) => count > 1).length).toBeGreaterThan(RUNS / 8);
  const attempts = await Promise.all(
    expected.map(async ({ id }) => countAttempts(await readAttempts(join(rough, "runs", id)))),
  );
  expect(attempts.reduce((sum, { preemptions, lost }) => sum + preemptions + lost, 0)).toBeGreaterThan(KILLS / 5);
  expect(attempts.reduce((sum, { failures }) => sum + failures, 0)).toBe(0);
});

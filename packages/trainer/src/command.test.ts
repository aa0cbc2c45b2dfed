import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createRandom } from "@isoflop/laws";
import { expect, test } from "vitest";
import { builtinTrainerCommand } from "./builtin.js";
import { readMetrics } from "./training/metricsFile.js";
import { tinyCorpus, tinyRunFolder, tinySpec } from "./training/tinyRun.js";

// The built command, as the lab starts it: `npm test` builds first.
const [program, ...command] = builtinTrainerCommand().map((part) => part.replace("/src/", "/dist/")) as [
  string,
  string,
];
const corpus = tinyCorpus();
const spec = tinySpec(corpus, { steps: 400 });
const runToEnd = (folder: string) => spawnSync(program, [...command, folder], { encoding: "utf8" });
const losses = (folder: string) => readMetrics(join(folder, "metrics.jsonl")).map(({ time: _, ...line }) => line);
const outcome = (folder: string) => {
  const { wallSeconds: _, sessions: __, ...result } = JSON.parse(readFileSync(join(folder, "result.json"), "utf8"));
  return result;
};

/** Starts the command and sends a signal once `when` resolves; resolves with how it ended. */
function interrupted(folder: string, signal: NodeJS.Signals, when: () => Promise<unknown>) {
  return new Promise<number | NodeJS.Signals>((done) => {
    const child = spawn(program, [...command, folder], { stdio: "ignore" });
    child.on("exit", (code, killedBy) => done(killedBy ?? code!));
    when().then(() => child.kill(signal));
  });
}

/** Resolves when the run has written its first lines. */
async function hasTrained(folder: string): Promise<void> {
  const path = join(folder, "metrics.jsonl");
  const size = () => (existsSync(path) ? statSync(path).size : 0);
  const before = size();
  while (size() === before && !existsSync(join(folder, "result.json"))) await sleep(5);
}

/** Everything that a step or an evaluation may do. */
const rich = tinySpec(corpus, {
  steps: 400,
  batch: { sequences: 4, tokens: 64, microSequences: 2 },
  schedule: { kind: "wsd", warmupSteps: 20, decaySteps: 100, decay: "linear", floor: 0 },
  evaluation: { everySteps: 20, sequences: 24, earlyStopping: { patience: 8, minimumDecrease: 0 } },
  gradientNoise: { everySteps: 5, sequences: 1 },
});
rich.data.uniqueSequences = 50;

test.each([
  ["plain", spec],
  ["rich", rich],
])("killed by SIGKILL at random moments, a %s run ends with the same bits as one left alone", async (_, whole) => {
  const undisturbed = tinyRunFolder(whole);
  const began = performance.now();
  expect(runToEnd(undisturbed).status).toBe(0);
  const took = performance.now() - began;
  const { uniform } = createRandom(5);
  const folder = tinyRunFolder(whole);
  for (let kill = 0; kill < 6; kill++) await interrupted(folder, "SIGKILL", () => sleep(uniform() * took));
  // And at least once after its first lines, however slow the machine is at starting processes.
  if (!existsSync(join(folder, "result.json"))) await interrupted(folder, "SIGKILL", () => hasTrained(folder));
  expect(runToEnd(folder).status).toBe(0);
  expect(losses(folder)).toEqual(losses(undisturbed));
  expect(outcome(folder)).toEqual(outcome(undisturbed));
});

test("SIGTERM leaves a checkpoint at the very step and exits 143", async () => {
  const long = tinySpec(corpus, { steps: 2_000_000, checkpoint: { everySteps: 2_000_000 } });
  const folder = tinyRunFolder(long);
  expect(await interrupted(folder, "SIGTERM", () => hasTrained(folder))).toBe(143);
  const steps = readMetrics(join(folder, "metrics.jsonl")).length;
  expect(steps).toBeGreaterThan(0);
  expect(existsSync(join(folder, "checkpoint", `step-${String(steps).padStart(9, "0")}.bin`))).toBe(true);
});

test("bad input is told with its place, and exits 2", () => {
  const none = spawnSync(program, command, { encoding: "utf8" });
  expect([none.status, none.stderr]).toEqual([2, expect.stringContaining("no run folder")]);
  const folder = tinyRunFolder(spec);
  writeFileSync(join(folder, "run.json"), JSON.stringify({ ...spec, steps: -1 }));
  const invalid = runToEnd(folder);
  expect([invalid.status, invalid.stderr]).toEqual([2, expect.stringMatching(/run\.json: steps: /)]);
  // D would be counted in batches of five tokens.
  writeFileSync(join(folder, "run.json"), JSON.stringify({ ...spec, batch: { ...spec.batch, tokens: 5 } }));
  const miscounted = runToEnd(folder);
  expect([miscounted.status, miscounted.stderr]).toEqual([
    2,
    expect.stringMatching(/batch\.tokens: is not the 4 sequences times the context of 16/),
  ]);
  writeFileSync(join(folder, "run.json"), "{");
  expect(runToEnd(folder).status).toBe(2);
  rmSync(join(folder, "run.json"));
  expect(runToEnd(folder).stderr).toContain("cannot read");
  const half = tinySpec(corpus, { runtime: { ...spec.runtime, precision: "bfloat16" } });
  const unsupported = runToEnd(tinyRunFolder(half));
  expect([unsupported.status, unsupported.stderr]).toEqual([
    2,
    expect.stringMatching(/float32, not in bfloat16\n.*PyTorch trainer/),
  ]);
  const lost = tinySpec(join(dirname(corpus), "nowhere"));
  const missing = runToEnd(tinyRunFolder(lost));
  expect([missing.status, missing.stderr]).toEqual([2, expect.stringContaining("token cache")]);
});

test("a run.json of another contract is told apart from a damaged one", () => {
  const folder = tinyRunFolder(spec);
  const { batch: _, ...old } = spec;
  for (const [contract, remedy] of [
    [1, /older isoflop.*delete the run's folder/],
    [3, /newer isoflop/],
  ] as const) {
    writeFileSync(join(folder, "run.json"), JSON.stringify({ ...old, contract }));
    const { status, stderr } = runToEnd(folder);
    expect(status).toBe(2);
    expect(stderr).toContain(
      `run.json is written under run contract ${contract}, this version of isoflop reads contract 2`,
    );
    expect(stderr).toMatch(remedy);
    expect(stderr.trim().split("\n")).toHaveLength(2);
  }
});

test("a fault of its own is told by its message and one line of place, not by a stack", () => {
  const folder = tinyRunFolder(spec);
  // Nobody writes a folder here: stands for what was not thought of.
  mkdirSync(join(folder, "metrics.jsonl"));
  const { status, stderr } = runToEnd(folder);
  expect(status).toBe(1);
  expect(stderr).toMatch(/EISDIR/);
  expect(stderr.trim().split("\n").length).toBeLessThanOrEqual(2);
});

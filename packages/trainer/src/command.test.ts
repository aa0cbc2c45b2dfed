import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readMetrics } from "./training/metricsFile.js";
import { tinyCorpus, tinyRunFolder, tinySpec } from "./training/tinyRun.js";

// The built command, as the lab starts it: `npm test` builds first.
const command = fileURLToPath(new URL("../dist/command.js", import.meta.url));
const corpus = tinyCorpus();
const spec = tinySpec(corpus, { steps: 400 });
const runToEnd = (folder: string) => spawnSync(process.execPath, [command, folder], { encoding: "utf8" });
const losses = (folder: string) =>
  readMetrics(join(folder, "metrics.jsonl")).map((line) => [line.step, line["train/loss"], line.grad_norm]);
const validation = (folder: string) => JSON.parse(readFileSync(join(folder, "result.json"), "utf8"))["val/loss"];

/** Starts the command and sends a signal after a while; resolves with how it ended. */
function interrupted(folder: string, signal: NodeJS.Signals, after: number) {
  return new Promise<number | NodeJS.Signals>((done) => {
    const child = spawn(process.execPath, [command, folder], { stdio: "ignore" });
    setTimeout(() => child.kill(signal), after);
    child.on("exit", (code, killedBy) => done(killedBy ?? code!));
  });
}

test("killed by SIGKILL again and again, a run ends with the same bits as one left alone", async () => {
  const undisturbed = tinyRunFolder(spec);
  expect(runToEnd(undisturbed).status).toBe(0);
  const folder = tinyRunFolder(spec);
  for (const after of [150, 300, 450, 600, 350, 500]) await interrupted(folder, "SIGKILL", after);
  expect(runToEnd(folder).status).toBe(0);
  expect(losses(folder)).toEqual(losses(undisturbed));
  expect(validation(folder)).toBe(validation(undisturbed));
});

test("SIGTERM leaves a checkpoint at the very step and exits 143", async () => {
  const long = tinySpec(corpus, { steps: 20000, checkpoint: { everySteps: 100000 } });
  const folder = tinyRunFolder(long);
  expect(await interrupted(folder, "SIGTERM", 1000)).toBe(143);
  const steps = readMetrics(join(folder, "metrics.jsonl")).length;
  expect(steps).toBeGreaterThan(0);
  expect(existsSync(join(folder, "checkpoint", `step-${String(steps).padStart(9, "0")}.bin`))).toBe(true);
});

test("bad input is told with its place, and exits 2", () => {
  const none = spawnSync(process.execPath, [command], { encoding: "utf8" });
  expect([none.status, none.stderr]).toEqual([2, expect.stringContaining("no run folder")]);
  const folder = tinyRunFolder(spec);
  writeFileSync(join(folder, "run.json"), JSON.stringify({ ...spec, steps: -1 }));
  const invalid = runToEnd(folder);
  expect([invalid.status, invalid.stderr]).toEqual([2, expect.stringMatching(/run\.json: steps: /)]);
  writeFileSync(join(folder, "run.json"), "{");
  expect(runToEnd(folder).status).toBe(2);
  rmSync(join(folder, "run.json"));
  expect(runToEnd(folder).stderr).toContain("cannot read");
  const biased = { ...spec, shape: { ...spec.shape, biases: true } };
  const unsupported = runToEnd(tinyRunFolder(biased));
  expect([unsupported.status, unsupported.stderr]).toEqual([
    2,
    expect.stringMatching(/without biases only\nchange design/),
  ]);
  const lost = tinySpec(join(dirname(corpus), "nowhere"));
  const missing = runToEnd(tinyRunFolder(lost));
  expect([missing.status, missing.stderr]).toEqual([2, expect.stringContaining("token cache")]);
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

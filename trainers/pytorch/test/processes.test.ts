import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { RunSpec } from "../../../packages/trainer/src/contract/runSpec.js";
import { readMetrics } from "../../../packages/trainer/src/training/metricsFile.js";
import { tinyCorpus, tinyRunFolder, tinySpec } from "../../../packages/trainer/src/training/tinyRun.js";
import { atLeast, environment, interrupted, python, torchrun, trainWithTorch } from "./python.js";
import { losses, numbers, result, trained, worstStep } from "./runs.js";

const corpus = tinyCorpus();
const base = tinySpec(corpus);
const spec: RunSpec = {
  ...base,
  batch: { sequences: 8, tokens: 128, microSequences: 2 },
  tokens: 40 * 128,
  gradientNoise: { everySteps: 5, sequences: 2 },
  // A number of windows that two processes cannot halve.
  evaluation: { everySteps: 10, sequences: 23 },
};

const alike = (folder: string, other: string) => {
  expect(worstStep(losses(folder), losses(other))).toBeLessThan(1e-5);
  const [a, b] = [numbers(folder), numbers(other)];
  a.metrics.forEach((line, i) => {
    for (const key of ["grad_norm", "noise/small", "noise/big", "val/loss"] as const) {
      const [x, y] = [line[key], b.metrics[i]![key]];
      expect(x === undefined).toBe(y === undefined);
      if (x !== undefined) expect(Math.abs(x / y! - 1)).toBeLessThan(1e-4);
    }
  });
  expect(Math.abs(a.result["val/loss"]! - b.result["val/loss"]!)).toBeLessThan(1e-5);
};

describe.skipIf(python === undefined)("several processes", () => {
  const launchers = [
    ["--processes", ["-m", "isoflop_trainer", "--processes", "2"]],
    ["torchrun", [...torchrun(2), "-m", "isoflop_trainer"]],
  ] as const;
  test.each(launchers)(
    "two over gloo by %s give one's losses, norms and noise, and the first alone writes",
    (_, command) => {
      const alone = trained(spec);
      const folder = tinyRunFolder(spec);
      const { status } = spawnSync(python!, [...command, folder], { env: environment });
      expect(status).toBe(0);
      expect(readdirSync(folder).sort()).toEqual(["checkpoint", "metrics.jsonl", "result.json", "run.json"]);
      const steps = readMetrics(join(folder, "metrics.jsonl")).map((line) => line.step);
      expect(steps).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
      alike(folder, alone);
    },
  );

  test("started by --processes they keep the exit codes, and stopped and resumed give the same bits", async () => {
    const long: RunSpec = { ...spec, steps: 500, tokens: 500 * 128, gradientNoise: undefined };
    const folder = tinyRunFolder(long);
    const metrics = join(folder, "metrics.jsonl");
    expect(await interrupted(["--processes", "2", folder], "SIGTERM", () => readMetrics(metrics).length > 20)).toBe(
      143,
    );
    const stopped = readMetrics(metrics).length;
    expect(existsSync(join(folder, "checkpoint", `step-${String(stopped).padStart(9, "0")}.bin`))).toBe(true);
    expect(existsSync(join(folder, "result.json"))).toBe(false);
    expect(trainWithTorch("--processes", "2", folder).status).toBe(0);
    expect(result(folder)).toMatchObject({ status: "done", sessions: 2 });
    const undisturbed = tinyRunFolder(long);
    expect(trainWithTorch("--processes", "2", undisturbed).status).toBe(0);
    expect(numbers(folder)).toEqual(numbers(undisturbed));
  });

  test.each(["--fsdp", "--fsdp --compile"])(
    "%s shares the parameters out and computes the same, or says which PyTorch it needs",
    (options) => {
      const folder = tinyRunFolder(spec);
      const { status, stderr } = trainWithTorch("--processes", "2", ...options.split(" "), folder);
      if (atLeast(2, 6)) {
        expect(status).toBe(0);
        alike(folder, trained(spec));
      } else expect([status, stderr]).toEqual([2, expect.stringMatching(/needs PyTorch 2\.[06]/)]);
    },
  );

  test("--compile computes the same, or says which PyTorch it needs", () => {
    const folder = tinyRunFolder(spec);
    const { status, stderr } = trainWithTorch("--compile", folder);
    if (atLeast(2, 0)) {
      expect([status, stderr]).toEqual([0, ""]);
      alike(folder, trained(spec));
    } else expect([status, stderr]).toEqual([2, expect.stringMatching(/--compile needs PyTorch 2\.0/)]);
  });
});

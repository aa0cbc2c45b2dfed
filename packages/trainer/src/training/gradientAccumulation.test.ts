import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RunSpec } from "../contract/runSpec.js";
import { initialParameters } from "../model/initialise.js";
import { parameterGroups } from "../model/parameters.js";
import { readMetrics } from "./metricsFile.js";
import { createState } from "./state.js";
import { tinyCorpus, tinyRunFolder, tinySpec } from "./tinyRun.js";
import { train } from "./train.js";
import { gradientSets, openTrainingStep } from "./trainingStep.js";

const corpus = tinyCorpus();
const batchOf = (microSequences: number): Pick<RunSpec, "batch"> => ({
  batch: { sequences: 12, tokens: 12 * 16, microSequences },
});
const specOf = (microSequences: number, change: Partial<RunSpec> = {}) =>
  tinySpec(corpus, { steps: 30, tokens: 30 * 12 * 16, ...batchOf(microSequences), ...change });

async function metricsOf(spec: RunSpec) {
  const folder = tinyRunFolder(spec);
  await train(folder, spec, new AbortController().signal);
  const { wallSeconds: _, ...result } = JSON.parse(readFileSync(join(folder, "result.json"), "utf8"));
  return { lines: readMetrics(join(folder, "metrics.jsonl")).map(({ time: _, ...line }) => line), result };
}

test.each([6, 4, 1])(
  "a batch of 12 sequences in parts of %i trains as the whole one does, clipping included",
  async (micro) => {
    const [whole, parts] = [await metricsOf(specOf(12)), await metricsOf(specOf(micro))];
    expect(whole.lines.some((line) => line.grad_norm > 1)).toBe(true);
    parts.lines.forEach((line, i) => {
      expect(Math.abs(line["train/loss"] - whole.lines[i]!["train/loss"])).toBeLessThan(2e-4);
      expect(Math.abs(line.grad_norm / whole.lines[i]!.grad_norm - 1)).toBeLessThan(2e-3);
    });
    // The first step, before rounding can grow: the same gradient, and so the same norm, to float32.
    expect(Math.abs(parts.lines[0]!.grad_norm / whole.lines[0]!.grad_norm - 1)).toBeLessThan(1e-6);
    expect(Math.abs(parts.lines[1]!["train/loss"] - whole.lines[1]!["train/loss"])).toBeLessThan(5e-6);
    expect(Math.abs(parts.result["val/loss"] - whole.result["val/loss"])).toBeLessThan(2e-4);
  },
);

test("parts give the same bits every time, also beside a measurement of the noise by the same parts", async () => {
  const plain = await metricsOf(specOf(4));
  expect(await metricsOf(specOf(4))).toEqual(plain);
  const measured = await metricsOf(specOf(4, { gradientNoise: { everySteps: 3, sequences: 4 } }));
  expect(measured.lines.filter((line) => line["noise/small"] !== undefined).map(({ step }) => step)).toEqual(
    Array.from({ length: 10 }, (_, i) => 3 * (i + 1)),
  );
  const without = measured.lines.map(({ "noise/small": _small, "noise/big": _big, ...line }) => line);
  expect(without).toEqual(plain.lines);
});

test("the noise of parts that are no multiple of each other is the same as theirs alone", async () => {
  const noise = { gradientNoise: { everySteps: 1, sequences: 6 }, steps: 3 };
  const [mixed, whole] = [await metricsOf(specOf(4, noise)), await metricsOf(specOf(12, noise))];
  mixed.lines.forEach((line, i) => {
    for (const key of ["noise/small", "noise/big"] as const)
      expect(line[key]! / whole.lines[i]![key]!).toBeCloseTo(1, 4);
  });
});

test("a step changes the state in place: no second copy of parameters and moments", async () => {
  const spec = specOf(4);
  const groups = parameterGroups(spec.shape, spec.parametrisation);
  const state = createState(groups, initialParameters(groups, 3), gradientSets(spec));
  const before = state.saved.map((buffer) => Float32Array.from(buffer));
  const tokens = Int32Array.from({ length: 12 * 17 }, (_, i) => 97 + (i % 3));
  await (await openTrainingStep(spec))(state, 1, tokens, 0.01);
  state.saved.forEach((buffer, i) => {
    expect(buffer).not.toEqual(before[i]);
  });
});

test("there are as many sets of gradients as the steps of a run need", () => {
  expect(gradientSets(specOf(12))).toBe(1);
  expect(gradientSets(specOf(4))).toBe(2);
  expect(gradientSets(specOf(12, { gradientNoise: { everySteps: 1, sequences: 6 } }))).toBe(2);
  expect(gradientSets(specOf(4, { gradientNoise: { everySteps: 1, sequences: 6 } }))).toBe(3);
});

import { join } from "node:path";
import { createRandom } from "@isoflop/laws";
import { expect, test } from "vitest";
import { sequenceCount } from "../contract/sequences.js";
import { createBatches } from "../data/batches.js";
import { openTokens } from "../data/tokenFile.js";
import { openSession } from "../engine/session.js";
import { tensor } from "../engine/tensor.js";
import { initialParameters } from "../model/initialise.js";
import { parameterGroups } from "../model/parameters.js";
import { gradientModel } from "./graphs.js";
import { readMetrics } from "./metricsFile.js";
import { measuredNoise, type NoiseMeasurement, noiseOf } from "./noiseScale.js";
import { segmentTensors } from "./state.js";
import { tinyCorpus, tinyRunFolder, tinySpec } from "./tinyRun.js";
import { train } from "./train.js";

/** Gradients of a planted mean and variance, measured as a batch of 8 parts of 4 units each. */
function simulated(count: number, seed: number, planted: { readonly mean: number; readonly deviation: number }) {
  const { normal } = createRandom(seed);
  const [dimension, parts, part] = [20, 8, 4];
  return Array.from({ length: count }, (): NoiseMeasurement => {
    const whole = new Float64Array(dimension);
    let small = 0;
    for (let p = 0; p < parts; p++) {
      for (let d = 0; d < dimension; d++) {
        const x = planted.mean + (planted.deviation * normal()) / Math.sqrt(part);
        small += x * x;
        whole[d]! += x / parts;
      }
    }
    return { small: small / parts, big: whole.reduce((sum, x) => sum + x * x, 0) };
  });
}
const batches = { small: 4, big: 32 };

test("simulated gradients give back the noise scale that was planted, and its standard error is honest", () => {
  const planted = { mean: 0.5, deviation: 3 };
  const truth = planted.deviation ** 2 / planted.mean ** 2;
  const estimates = Array.from({ length: 300 }, (_, i) => noiseOf(simulated(100, i + 1, planted), batches));
  const scales = estimates.map((one) => one.gradientNoiseScale!);
  const mean = scales.reduce((a, b) => a + b, 0) / scales.length;
  const deviation = Math.sqrt(scales.reduce((a, b) => a + (b - mean) ** 2, 0) / (scales.length - 1));
  // The ratio's own bias is a small part of one estimate's error.
  expect(Math.abs(mean - truth)).toBeLessThan(4 * (deviation / Math.sqrt(300)) + 0.05 * deviation);
  const error = estimates.reduce((sum, one) => sum + one.gradientNoiseScaleError!, 0) / estimates.length;
  expect(error / deviation).toBeGreaterThan(0.85);
  expect(error / deviation).toBeLessThan(1.15);
});

test("where noise drowns the gradient there is a reason instead of a number", () => {
  const drowned = Array.from({ length: 40 }, (_, seed) =>
    noiseOf(simulated(3, seed, { mean: 0, deviation: 1 }), batches),
  );
  const without = drowned.filter((one) => one.gradientNoiseScale === undefined);
  expect(without.length).toBeGreaterThan(5);
  for (const one of without)
    expect(one.gradientNoiseScaleReason).toMatch(/noise drowns the gradient.*\(3 measurements\)/);
  expect(noiseOf([{ small: 1, big: 1.5 }], batches).gradientNoiseScaleReason).toMatch(/noise's variance/);
  expect(noiseOf([{ small: 2, big: 1 }], batches)).toEqual({
    gradientNoiseScale: expect.closeTo(1 / (1 / 4 - 1 / 32) / ((32 - 8) / 28), 12),
    gradientNoiseScaleReason: "no standard error: one measurement",
  });
});

const corpus = tinyCorpus();
/** A learning rate that leaves float32 parameters where they are: one gradient and one noise scale for the whole run. */
const still = tinySpec(corpus, {
  steps: 624,
  schedule: { kind: "constant", warmupSteps: 0 },
  optimizer: { kind: "adamw", learningRate: 1e-30, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0, clip: 1 },
  evaluation: { everySteps: 0, sequences: 4 },
  gradientNoise: { everySteps: 1, sequences: 1 },
});

test("a model at rest shows the noise scale that all its sequences' gradients together have", async () => {
  const folder = tinyRunFolder(still);
  await train(folder, still, new AbortController().signal);
  const lines = readMetrics(join(folder, "metrics.jsonl"));
  const found = measuredNoise(lines, still);

  const { context } = still.shape;
  const groups = parameterGroups(still.shape, still.parametrisation);
  const session = await openSession(gradientModel(still, 1), 1);
  const parameters = segmentTensors("parameters", groups, initialParameters(groups, still.seed));
  const next = createBatches(openTokens(corpus, "train", 5000, 1), { context, sequences: 1, seed: 3 });
  const unique = sequenceCount(5000, context);
  const row = new Int32Array(context + 1);
  const mean = new Float64Array(still.parameters.total);
  let squares = 0;
  for (let i = 1; i <= unique; i++) {
    next(i, row);
    const outputs = await session.run({ ...parameters, tokens: tensor("int32", row, [1, context + 1]) });
    let at = 0;
    for (const { name } of groups) {
      for (const x of outputs[`gradient.${name}`]!.data as Float32Array) {
        mean[at++]! += x / unique;
        squares += (x * x) / unique;
      }
    }
  }
  const squaredMean = mean.reduce((sum, x) => sum + x * x, 0);
  // Batches take no sequence twice in an epoch, so that the estimates' expectations are those of a finite population.
  const trace = ((squares - squaredMean) * unique) / (unique - 1);
  const truth = (context * trace) / (squaredMean - trace / unique);
  expect(unique).toBe(312);
  expect(found.gradientNoiseScaleError! / truth).toBeLessThan(0.1);
  expect(Math.abs(found.gradientNoiseScale! - truth)).toBeLessThan(4 * found.gradientNoiseScaleError!);
  for (const line of lines) expect(Math.sqrt(line["noise/big"]!) / line.grad_norm).toBeCloseTo(1, 5);
});

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { RunSpec } from "../../../packages/trainer/src/contract/runSpec.js";
import { createBatches, validationWindows } from "../../../packages/trainer/src/data/batches.js";
import { openTokens } from "../../../packages/trainer/src/data/tokenFile.js";
import { initialParameters } from "../../../packages/trainer/src/model/initialise.js";
import { parameterGroups } from "../../../packages/trainer/src/model/parameters.js";
import { scheduleFactor } from "../../../packages/trainer/src/optimiser/schedule.js";
import { createPermutation } from "../../../packages/trainer/src/random/permutation.js";
import { PURPOSE } from "../../../packages/trainer/src/random/philox.js";
import { tinyCorpus, tinySpec } from "../../../packages/trainer/src/training/tinyRun.js";
import { askPython, type Request } from "./ask.js";
import { python } from "./python.js";

const corpus = tinyCorpus();
const base = tinySpec(corpus);
const { shape } = base;

/** Steps of float32 numbers between two of them. */
function unitsBetween(a: number, b: number): number {
  const bits = new Int32Array(Float32Array.of(a, b).buffer);
  const ordered = Array.from(bits, (x) => (x < 0 ? -(x & 0x7fffffff) : x));
  return Math.abs(ordered[0]! - ordered[1]!);
}

describe.skipIf(python === undefined)("both trainers start alike", () => {
  test("initial parameters agree in all but the last bit, under any seed and shape", () => {
    const specs: RunSpec[] = [
      base,
      { ...base, seed: 2 ** 52 + 12345, parametrisation: { kind: "standard", baseWidth: 32 } },
      {
        ...base,
        seed: 0,
        shape: { ...shape, positions: "learned", tiedEmbeddings: false, biases: true, activation: "swiglu", width: 15 },
      },
      { ...base, shape: { ...shape, positions: "rope", normalisation: "rms", biases: true } },
    ];
    const answers = askPython(specs.map((spec) => ({ ask: "initial", spec })));
    let unequal = 0;
    let all = 0;
    specs.forEach((spec, i) => {
      const ours = initialParameters(parameterGroups(spec.shape, spec.parametrisation), spec.seed);
      const flat = ours.flatMap((group) => Array.from(group));
      expect(answers[i]).toHaveLength(flat.length);
      flat.forEach((x, j) => {
        const units = unitsBetween(x, answers[i]![j]!);
        expect(units).toBeLessThanOrEqual(1);
        unequal += units;
        all++;
      });
    });
    // The mathematical libraries may differ in the last bit of a double, which one float in many millions shows.
    expect(unequal).toBeLessThan(all / 10_000);
  });

  test("every step sees the same tokens: over epochs, and of few unique sequences", () => {
    const steps = [1, 2, 77, 78, 79, 156, 1000, 1025];
    const specs = [base, { ...base, seed: 9, data: { ...base.data, uniqueSequences: 37 } }];
    const answers = askPython(specs.map((spec) => ({ ask: "batches", spec, steps })));
    specs.forEach((spec, i) => {
      const tokens = openTokens(corpus, "train", spec.data.trainTokens, 1);
      const { uniqueSequences } = spec.data;
      const { sequences } = spec.batch;
      const batch = createBatches(tokens, { context: shape.context, sequences, seed: spec.seed, uniqueSequences });
      const ours = steps.flatMap((step) => {
        const target = new Int32Array(sequences * (shape.context + 1));
        batch(step, target);
        return Array.from(target);
      });
      expect(Array.from(answers[i]!)).toEqual(ours);
    });
  });

  test.each([
    [2, Uint16Array],
    [4, Uint32Array],
  ] as const)("tokens of %i bytes and the validation windows are the same", (tokenBytes, array) => {
    const folder = tinyCorpus();
    const largest = 256 ** tokenBytes - 1;
    const ids = Array.from({ length: 700 }, (_, i) => (i % 5 === 0 ? Math.min(largest, 100_000) - i : i));
    writeFileSync(join(folder, "validation.bin"), array.from(ids));
    const spec = { ...base, data: { ...base.data, folder, tokenBytes } };
    const [answer] = askPython([{ ask: "validation", spec }]);
    const ours = validationWindows(openTokens(folder, "validation", 700, tokenBytes), shape.context, 24);
    expect(Array.from(answer!)).toEqual(Array.from(ours));
  });

  test("the permutation is the same for any length, up to 2^40", () => {
    const requests = [1, 2, 3, 63, 64, 65, 1000, 2 ** 20, 2 ** 33 + 1, 2 ** 40].map((length, index) => {
      const positions = Array.from({ length: Math.min(length, 200) }, (_, i) => length - 1 - i);
      return { ask: "permutation", spec: base, positions, length, index } satisfies Request;
    });
    const answers = askPython(requests);
    requests.forEach(({ positions, length, index }, i) => {
      expect(Array.from(answers[i]!)).toEqual(
        positions.map(createPermutation(length, base.seed, index, PURPOSE.order)),
      );
    });
  });

  test("the learning rate is the same at every step of every schedule", () => {
    const schedules: RunSpec["schedule"][] = [
      { kind: "cosine", warmupSteps: 4, lengthSteps: 40, floor: 0.1 },
      { kind: "cosine", warmupSteps: 0, lengthSteps: 25, floor: 0 },
      { kind: "cosine", warmupSteps: 30, lengthSteps: 20, floor: 0.5 },
      { kind: "constant", warmupSteps: 7 },
      { kind: "wsd", warmupSteps: 5, decaySteps: 10, decay: "linear", floor: 0 },
      { kind: "wsd", warmupSteps: 0, decaySteps: 39, decay: "sqrt", floor: 0.2 },
    ];
    const answers = askPython(schedules.map((schedule) => ({ ask: "schedule", spec: { ...base, schedule } })));
    schedules.forEach((schedule, i) => {
      Array.from({ length: base.steps }, (_, s) => scheduleFactor(schedule, s + 1, base.steps)).forEach((factor, s) => {
        expect(answers[i]![s]).toBeCloseTo(factor, 14);
      });
      expect(answers[i]).toHaveLength(base.steps);
    });
  });
});

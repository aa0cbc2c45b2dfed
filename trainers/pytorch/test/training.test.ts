import { createHash } from "node:crypto";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { RunSpec } from "../../../packages/trainer/src/contract/runSpec.js";
import { readMetrics } from "../../../packages/trainer/src/training/metricsFile.js";
import { tinyCorpus, tinyRunFolder, tinySpec } from "../../../packages/trainer/src/training/tinyRun.js";
import { train } from "../../../packages/trainer/src/training/train.js";
import { python, trainWithTorch } from "./python.js";
import { losses, result, trained, worstStep } from "./runs.js";

const corpus = tinyCorpus();
const base = tinySpec(corpus, { steps: 200 });
const never = new AbortController().signal;
const kaplan: RunSpec = {
  ...base,
  shape: { ...base.shape, positions: "learned", activation: "gelu", biases: true },
  parametrisation: { kind: "standard", baseWidth: 32 },
  schedule: { kind: "wsd", warmupSteps: 10, decaySteps: 40, decay: "sqrt", floor: 0 },
};
const llama: RunSpec = {
  ...base,
  shape: { ...base.shape, positions: "rope", normalisation: "rms", activation: "swiglu", tiedEmbeddings: false },
  data: { ...base.data, uniqueSequences: 50 },
};

const decaying: RunSpec = { ...base, optimizer: { ...base.optimizer, weightDecay: 3, independentWeightDecay: true } };

async function trainedHere(spec: RunSpec): Promise<string> {
  const folder = tinyRunFolder(spec);
  await train(folder, spec, never);
  return folder;
}

describe.skipIf(python === undefined)("both trainers train alike", () => {
  test.each([
    ["ALiBi, squared ReLU, muP", base],
    ["Kaplan's: learned positions, GELU, biases, standard parametrisation, warm-up-stable-decay", kaplan],
    ["Llama's: rotary positions, RMSNorm, SwiGLU, untied; few unique sequences", llama],
    ["weight decay that is independent of the width", decaying],
  ])("%s: every loss of 200 steps within 1e-3", async (_, spec) => {
    const [ours, theirs] = [await trainedHere(spec), trained(spec)];
    expect(losses(ours)).toHaveLength(200);
    expect(worstStep(losses(ours), losses(theirs))).toBeLessThan(1e-3);
    expect(Math.abs(result(ours)["val/loss"]! - result(theirs)["val/loss"]!)).toBeLessThan(1e-3);
  });

  test.each(["the built-in trainer", "PyTorch"])(
    "a checkpoint of 20 steps by %s is gone on from by the other",
    async (first) => {
      const whole = { ...base, steps: 60, schedule: { ...base.schedule, lengthSteps: 60 } } as RunSpec;
      const alone = [losses(await trainedHere(whole)), losses(trained(whole))];
      // The schedule has a length of its own: 20 steps of it are the beginning of 60.
      const part: RunSpec = { ...whole, steps: 20 };
      const folder = first === "PyTorch" ? trained(part) : await trainedHere(part);
      rmSync(join(folder, "result.json"));
      writeFileSync(join(folder, "run.json"), JSON.stringify(whole));
      if (first === "PyTorch") await train(folder, whole, never);
      else expect(trainWithTorch(folder)).toMatchObject({ status: 0 });
      expect(result(folder)).toMatchObject({ status: "done", steps: 60, sessions: 2 });
      for (const other of alone) expect(worstStep(losses(folder), other)).toBeLessThan(1e-3);
    },
  );

  test("a run that was stopped between its last step and its result is finished by the other", async () => {
    const part: RunSpec = { ...base, steps: 20 };
    const folder = await trainedHere(part);
    const copy = tinyRunFolder(part);
    for (const name of ["checkpoint", "metrics.jsonl"])
      cpSync(join(folder, name), join(copy, name), { recursive: true });
    expect(trainWithTorch(copy)).toMatchObject({ status: 0 });
    expect(result(copy)).toMatchObject({ status: "done", steps: 20, sessions: 2 });
    expect(result(copy)["train/loss"]).toBeCloseTo(result(folder)["train/loss"]!, 12);
    expect(Math.abs(result(copy)["val/loss"]! - result(folder)["val/loss"]!)).toBeLessThan(1e-5);
  });

  test("parts of batches, gradient noise, further validation sets, early stopping and tasks come out alike", async () => {
    const data = tinyCorpus();
    writeFileSync(join(data, "validation-other.bin"), readFileSync(join(data, "train.bin")).subarray(0, 400));
    const rows = [
      { prompt: "abcd", choices: ["abc", "aa"], answer: 0 },
      { prompt: `${"abcd".repeat(8)} `, choices: ["ca", "ddd", "cc"], answer: 1 },
      { prompt: "dcba d\u00e9", choices: ["\u3000x", "b"], answer: 1 },
    ];
    const words = [{ text: "abc dab cd " }, { prompt: "a b", last: "c" }];
    const tasks = Object.entries({ choices: rows, words }).map(([name, lines]) => {
      const content = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
      const file = join(data, `${name}.jsonl`);
      writeFileSync(file, content);
      return { name, file, hash: createHash("sha256").update(content).digest("hex").slice(0, 16) };
    });
    const spec: RunSpec = {
      ...base,
      batch: { sequences: 8, tokens: 128, microSequences: 4 },
      tokens: 200 * 128,
      gradientNoise: { everySteps: 5, sequences: 2 },
      // 43 windows there are; the reference is reached within the run, and nothing falls by so much thereafter.
      evaluation: { everySteps: 10, sequences: 50, earlyStopping: { patience: 4, minimumDecrease: 0.3 } },
      data: { ...base.data, folder: data, validationSets: [{ name: "other", tokens: 400, bytesPerToken: 2 }] },
      tasks,
    };
    const [ours, theirs] = [await trainedHere(spec), trained(spec)];
    expect(worstStep(losses(ours), losses(theirs))).toBeLessThan(1e-3);
    const [a, b] = [result(ours), result(theirs)];
    expect(b).toMatchObject({ steps: a.steps, tokens: a.tokens, epochs: a.epochs, reason: a.reason });
    expect(a.steps).toBeLessThan(200);
    expect(Object.keys(b).sort()).toEqual(Object.keys(a).sort());
    expect(b.best!.step).toBe(a.best!.step);
    expect(Math.abs(b["val/sets"]!.other! - a["val/sets"]!.other!)).toBeLessThan(1e-3);
    expect(b["val/bits_per_byte"]).toBeCloseTo(a["val/bits_per_byte"]!, 3);
    for (const key of ["gradientNoiseScale", "gradientNoiseScaleError"] as const)
      expect(b[key]! / a[key]!).toBeCloseTo(1, 1);
    for (const name of ["choices", "words"]) {
      const [here, there] = [a.tasks![name]!, b.tasks![name]!];
      expect(Object.keys(there).sort()).toEqual(Object.keys(here).sort());
      for (const [key, value] of Object.entries(here)) expect(Math.abs(there[key]! - value)).toBeLessThan(0.01);
    }
    const lines = [ours, theirs].map((folder) => readMetrics(join(folder, "metrics.jsonl")));
    lines[0]!.forEach((line, i) => {
      const other = lines[1]![i]!;
      expect(Object.keys(other).sort()).toEqual(Object.keys(line).sort());
      if (line["noise/small"]) expect(other["noise/small"]! / line["noise/small"]).toBeCloseTo(1, 2);
    });
  });
});

import { cpSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { RunSpec } from "../../../packages/trainer/src/contract/runSpec.js";
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

async function trainedHere(spec: RunSpec): Promise<string> {
  const folder = tinyRunFolder(spec);
  await train(folder, spec, never);
  return folder;
}

describe.skipIf(python === undefined)("both trainers train alike", { timeout: 300_000 }, () => {
  test.each([
    ["ALiBi, squared ReLU, muP", base],
    ["Kaplan's: learned positions, GELU, biases, standard parametrisation, warm-up-stable-decay", kaplan],
    ["Llama's: rotary positions, RMSNorm, SwiGLU, untied; few unique sequences", llama],
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
});

import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readMetrics } from "../../../packages/trainer/src/training/metricsFile.js";
import { tinyCorpus, tinyRunFolder, tinySpec } from "../../../packages/trainer/src/training/tinyRun.js";
import { interrupted, python, trainWithTorch } from "./python.js";
import { numbers, result, trained } from "./runs.js";

const corpus = tinyCorpus();
const spec = tinySpec(corpus, {
  steps: 60,
  gradientNoise: { everySteps: 5, sequences: 2 },
  data: {
    ...tinySpec(corpus).data,
    validationSets: [{ name: "other", tokens: 400, bytesPerToken: 2 }],
  },
});
writeFileSync(join(corpus, "validation-other.bin"), readFileSync(join(corpus, "train.bin")).subarray(0, 400));

describe.skipIf(python === undefined)("python -m isoflop_trainer", () => {
  test("writes what the contract says", () => {
    const { result, metrics } = numbers(trained(spec));
    expect(metrics.map((line) => line.step)).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
    expect(metrics.at(-1)).toMatchObject({ tokens: 60 * 64, flops: 60 * 64 * spec.flopsPerToken["6N"] });
    const evaluated = metrics.filter((line) => line["val/loss"] !== undefined);
    expect(evaluated.map((line) => line.step)).toEqual([10, 20, 30, 40, 50, 60]);
    for (const line of evaluated) {
      expect(line["val/bits_per_byte"]).toBeCloseTo(line["val/loss"]! / Math.LN2, 12);
      expect(line["val/other/loss"]).toBeGreaterThan(1);
      expect(line["val/other/bits_per_byte"]).toBeCloseTo(
        Number(line["val/other/loss"]) / (Math.LN2 * spec.data.validationSets[0]!.bytesPerToken),
        12,
      );
    }
    const measured = metrics.filter((line) => line["noise/small"] !== undefined);
    expect(measured.map((line) => line.step)).toEqual([5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60]);
    // The parts' squared norms are those of the whole batch's gradient and of their spread about it.
    for (const line of measured) {
      expect(line["noise/big"]).toBeCloseTo(line.grad_norm ** 2, 5);
      expect(line["noise/small"]).toBeGreaterThan(line["noise/big"]!);
    }
    const half = measured.slice(6);
    const mean = (key: "noise/small" | "noise/big") => half.reduce((sum, line) => sum + line[key]!, 0) / half.length;
    const [small, big] = [mean("noise/small"), mean("noise/big")];
    const squaredGradient = (64 * big - 32 * small) / 32;
    expect(result.gradientNoiseScale).toBeCloseTo((small - big) / (1 / 32 - 1 / 64) / squaredGradient, 6);
    expect(result.gradientNoiseScaleError).toBeGreaterThan(0);
    const best = Math.min(...evaluated.map((line) => line["val/loss"]!));
    expect(result).toMatchObject({
      status: "done",
      steps: 60,
      "val/loss": metrics.at(-1)!["val/loss"],
      "val/sets": { other: metrics.at(-1)!["val/other/loss"] },
      best: { "val/loss": best },
      epochs: (60 * 4) / Math.floor(4999 / 16),
    });
    const tail = metrics.slice(-6).reduce((sum, line) => sum + line["train/loss"], 0) / 6;
    expect(result["train/loss"]).toBeCloseTo(tail, 12);
  });

  test("the same spec gives the same bits; killed, torn and damaged, a run ends with the same bits too", async () => {
    const long = { ...spec, steps: 400, tokens: 400 * 64 };
    const whole = numbers(trained(long));
    expect(numbers(trained(long))).toEqual(whole);
    const folder = tinyRunFolder(long);
    const metrics = join(folder, "metrics.jsonl");
    const checkpoints = join(folder, "checkpoint");
    const reached = (step: number) => () => existsSync(join(checkpoints, `step-${String(step).padStart(9, "0")}.bin`));
    const newest = () =>
      Math.max(
        0,
        ...(existsSync(checkpoints) ? readdirSync(checkpoints) : []).map((name) =>
          Number(/^step-(\d+)\.bin$/.exec(name)?.[1] ?? 0),
        ),
      );
    /** Once a session has written checkpoints itself, whatever those before it left. */
    const furtherBy = (steps: number) => {
      const before = newest();
      return () => newest() >= before + steps;
    };
    expect(reached(7)()).toBe(false);
    expect(await interrupted([folder], "SIGKILL", furtherBy(21))).toBe("SIGKILL");
    expect(await interrupted([folder], "SIGTERM", furtherBy(21))).toBe(143);
    const stopped = readMetrics(metrics).length;
    expect(reached(stopped)()).toBe(true);
    expect(existsSync(join(folder, "result.json"))).toBe(false);
    const last = readFileSync(metrics, "utf8").split("\n").at(-2)!;
    appendFileSync(
      metrics,
      `${last.replace(`"step": ${stopped}`, `"step": ${stopped + 1}`)}\n{"step": ${stopped + 2}, "tok`,
    );
    writeFileSync(join(checkpoints, "step-000000399.bin"), '{"step":399}\nnonsense');
    writeFileSync(join(checkpoints, "step-000000400.bin.partial"), "half");
    expect(trainWithTorch(folder).status).toBe(0);
    expect(numbers(folder)).toEqual(whole);
    expect(result(folder).sessions).toBe(3);
    const written = statSync(join(folder, "result.json")).mtimeMs;
    expect(trainWithTorch(folder).status).toBe(0);
    expect(statSync(join(folder, "result.json")).mtimeMs).toBe(written);
  });

  test("accumulated parts of a batch give its loss and gradient", () => {
    const [whole, parts] = [4, 1].map((microSequences) =>
      numbers(trained({ ...spec, batch: { ...spec.batch, microSequences } })).metrics.map((line) => line["train/loss"]),
    );
    parts!.forEach((loss, i) => {
      expect(Math.abs(loss - whole![i]!)).toBeLessThan(1e-4);
    });
  });

  test("bfloat16 trains to nearly the same loss", () => {
    const coarse = trained({ ...spec, runtime: { ...spec.runtime, precision: "bfloat16" } });
    const [a, b] = [result(coarse)["val/loss"]!, result(trained(spec))["val/loss"]!];
    expect(a).not.toBe(b);
    expect(Math.abs(a - b)).toBeLessThan(0.02);
  });

  test("stops when the validation loss no longer falls, and says when it was least", () => {
    const early = { ...spec.evaluation, earlyStopping: { patience: 2, minimumDecrease: 10 } };
    const folder = trained({ ...spec, evaluation: early });
    // The first evaluation is the reference; nothing falls by ten nats.
    expect(result(folder)).toMatchObject({
      status: "done",
      reason: "stopped early at step 30 of 60: no lower validation loss in 2 evaluations",
      steps: 30,
      best: { step: 30 },
    });
    expect(readMetrics(join(folder, "metrics.jsonl"))).toHaveLength(30);
  });

  test("tasks are scored after training, by hand alike", () => {
    const folder = tinyRunFolder(spec);
    const choices = [
      { prompt: "abcd", choices: ["abc", "aa"], answer: 0 },
      { prompt: `${"abcd".repeat(8)} `, choices: ["ca", "ddd", "cc"], answer: 1 },
    ];
    const words = [{ text: "abc dab cd" }, { prompt: "a b", last: "c" }];
    const tasks = Object.entries({ choices, words }).map(([name, rows]) => {
      const content = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
      const file = join(folder, `${name}.jsonl`);
      writeFileSync(file, content);
      return { name, file, hash: createHash("sha256").update(content).digest("hex").slice(0, 16) };
    });
    const asked = { ...spec, tasks };
    writeFileSync(join(folder, "run.json"), JSON.stringify(asked));
    expect(trainWithTorch(folder)).toMatchObject({ status: 0, stderr: "" });
    const scores = result(folder).tasks!;
    expect(scores.choices).toMatchObject({ questions: 2, truncated: 1, chance: (1 / 2 + 1 / 3) / 2 });
    expect(scores.words).toMatchObject({ questions: 2, truncated: 0 });
    for (const { accuracy, loss, bits_per_byte, loss_error } of [scores.choices!, scores.words!]) {
      expect([0, 0.5, 1]).toContain(accuracy);
      // Bytes are tokens: the mean of nats per token is that of bits per byte.
      expect(bits_per_byte! * Math.LN2).toBeCloseTo(loss!, 10);
      expect(loss_error).toBeGreaterThan(0);
    }
    writeFileSync(tasks[0]!.file, "changed");
    const late = tinyRunFolder(asked);
    expect(trainWithTorch(late)).toMatchObject({ status: 2, stderr: expect.stringContaining("is not the file") });
  });

  test("a run that diverges ends as diverged, with the step and the reason", () => {
    const wild = { ...spec.optimizer, learningRate: 1e18, clip: 1e30 };
    const folder = trained({ ...spec, optimizer: wild, parametrisation: { kind: "standard", baseWidth: 32 } });
    expect(result(folder)).toMatchObject({ status: "diverged", reason: expect.stringMatching(/at step \d+ of 60/) });
    expect(existsSync(join(folder, "checkpoint"))).toBe(false);
  });

  test("bad input is told with its place, and exits 2", () => {
    const told = (change: object, ...options: string[]) => {
      const folder = tinyRunFolder({ ...spec, ...change });
      const { status, stderr } = trainWithTorch(...options, folder);
      return [status, stderr];
    };
    expect(told({ steps: -1 })).toEqual([2, expect.stringMatching(/run\.json: steps: expected a whole number/)]);
    expect(told({ warp: 1 })).toEqual([2, expect.stringMatching(/warp: is not known/)]);
    expect(told({ shape: { ...spec.shape, activation: "tanh" } })).toEqual([
      2,
      expect.stringMatching(/shape\.activation: expected "gelu" or "relu2" or "swiglu", got "tanh"/),
    ]);
    expect(told({ schedule: { kind: "square" } })).toEqual([
      2,
      expect.stringMatching(/schedule: .*cosine, constant, wsd/),
    ]);
    expect(told({ batch: { ...spec.batch, microSequences: 3 } })).toEqual([
      2,
      expect.stringMatching(/does not divide/),
    ]);
    expect(told({ batch: { ...spec.batch, tokens: 5 } })).toEqual([
      2,
      expect.stringMatching(/batch\.tokens: is not the 4 sequences times the context of 16/),
    ]);
    const optimizer = (change: object) => told({ optimizer: { ...spec.optimizer, ...change } });
    expect(optimizer({ learningRate: 0 })).toEqual([
      2,
      expect.stringMatching(/learningRate: expected a number above 0/),
    ]);
    expect(optimizer({ beta2: 1 })).toEqual([2, expect.stringMatching(/beta1 and beta2 must be less than 1/)]);
    expect(told({ schedule: { ...spec.schedule, floor: 2 } })).toEqual([
      2,
      expect.stringMatching(/floor: expected a part/),
    ]);
    expect(told({ runtime: { ...spec.runtime, device: "webgpu" } })).toEqual([2, expect.stringMatching(/no webgpu/)]);
    expect(told({ data: { ...spec.data, folder: "/nowhere" } })).toEqual([2, expect.stringMatching(/token cache/)]);
    expect(told({ data: { ...spec.data, trainTokens: 4999 } })).toEqual([2, expect.stringMatching(/5000 tokens/)]);
    expect(told({ data: { ...spec.data, uniqueSequences: 400 } })).toEqual([2, expect.stringMatching(/not 400/)]);
    const rule = { patience: 1, minimumDecrease: 0 };
    expect(told({ evaluation: { everySteps: 0, sequences: 4, earlyStopping: rule } })).toEqual([
      2,
      expect.stringMatching(/earlyStopping: needs evaluations/),
    ]);
    expect(told({}, "--processes", "3")).toEqual([2, expect.stringMatching(/shared out evenly among 3/)]);
    const empty = join(tinyRunFolder(spec), "empty");
    mkdirSync(empty);
    expect(trainWithTorch(empty)).toMatchObject({ status: 2, stderr: expect.stringContaining("cannot read") });
    expect(trainWithTorch()).toMatchObject({ status: 2 });
  });
});

// Whatever a run does, it does not depend on where it was stopped: every stopping point of a run that does everything.
import { createHash } from "node:crypto";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { countParameters } from "@isoflop/laws";
import { describe, expect, test } from "vitest";
import type { RunSpec } from "../contract/runSpec.js";
import { readMetrics } from "./metricsFile.js";
import { tinyCorpus, tinySpec } from "./tinyRun.js";
import { train } from "./train.js";

const corpus = tinyCorpus();
const task = [
  { prompt: "abcabc", choices: ["ab", "cc", "zz"], answer: 0 },
  { prompt: "dadada", choices: ["d", "a"], answer: 1 },
]
  .map((question) => `${JSON.stringify(question)}\n`)
  .join("");

const shape: RunSpec["shape"] = { ...tinySpec(corpus).shape, layers: 1 };

/** Accumulation, noise of other parts, a small set of sequences seen many times, two validation sets, a decay, tasks. */
const everything = tinySpec(corpus, {
  shape,
  parameters: countParameters(shape),
  steps: 24,
  tokens: 24 * 192,
  batch: { sequences: 12, tokens: 192, microSequences: 4 },
  schedule: { kind: "wsd", warmupSteps: 3, decaySteps: 14, decay: "sqrt", floor: 0 },
  optimizer: { kind: "adamw", learningRate: 0.05, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, clip: 1 },
  gradientNoise: { everySteps: 3, sequences: 6 },
  evaluation: { everySteps: 2, sequences: 24, earlyStopping: { patience: 3, minimumDecrease: 0.02 } },
  checkpoint: { everySteps: 5 },
  tasks: [{ name: "letters", file: "letters.jsonl", hash: createHash("sha256").update(task).digest("hex") }],
});
everything.data.uniqueSequences = 20;
everything.data.validationSets = [{ name: "other", tokens: 200, bytesPerToken: 1 }];
writeFileSync(
  join(corpus, "validation-other.bin"),
  Uint8Array.from({ length: 200 }, (_, i) => 97 + ((i * i) % 5)),
);

const patient: RunSpec = { ...everything, evaluation: { everySteps: 2, sequences: 24 } };
const never = new AbortController().signal;

/** A study's folder with the task and one run. */
function runFolder(): string {
  const study = mkdtempSync(join(tmpdir(), "isoflop-study-"));
  writeFileSync(join(study, "letters.jsonl"), task);
  const folder = join(study, "runs", "one");
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** All that the run wrote, but for the clock and the count of its sessions. */
function numbers(folder: string) {
  const { wallSeconds: _, sessions: __, ...result } = JSON.parse(readFileSync(join(folder, "result.json"), "utf8"));
  const metrics = readMetrics(join(folder, "metrics.jsonl")).map(({ time: _time, ...line }) => line);
  const names = readdirSync(join(folder, "checkpoint"));
  const bytes = readFileSync(join(folder, "checkpoint", names[0]!));
  return {
    result,
    metrics,
    names,
    state: createHash("sha256")
      .update(bytes.subarray(bytes.indexOf(10)))
      .digest("hex"),
  };
}

/** A signal that is found aborted when it has been asked so often. */
function abortedAfter(questions: number): { readonly signal: AbortSignal; readonly asked: () => number } {
  let asked = 0;
  const signal = {
    get aborted() {
      return asked++ >= questions;
    },
  } as AbortSignal;
  return { signal, asked: () => asked };
}

describe.each([
  ["that stops early", everything],
  ["that goes on to its last step", patient],
])("a run %s", (_, spec) => {
  test("ends with the same bits, stopped wherever it looks for a signal", async () => {
    const folder = runFolder();
    const counting = abortedAfter(Number.POSITIVE_INFINITY);
    await train(folder, spec, counting.signal);
    const whole = numbers(folder);
    const steps = whole.metrics.length;
    expect(counting.asked()).toBe(steps + 1);
    for (let at = 0; at < counting.asked(); at++) {
      const stopped = runFolder();
      expect(await train(stopped, spec, abortedAfter(at).signal)).toEqual({ kind: "stopped", step: at });
      expect(existsSync(join(stopped, "result.json"))).toBe(false);
      await train(stopped, spec, never);
      expect(numbers(stopped)).toEqual(whole);
      rmSync(dirname(dirname(stopped)), { recursive: true });
    }
  });

  test("ends with the same bits, stopped at every step", async () => {
    const folder = runFolder();
    await train(folder, spec, never);
    const whole = numbers(folder);
    const often = runFolder();
    for (let step = 1; step <= whole.metrics.length; step++)
      expect(await train(often, spec, abortedAfter(1).signal)).toEqual({ kind: "stopped", step });
    await train(often, spec, never);
    expect(numbers(often)).toEqual(whole);
  });
});

test("the early end comes from the losses, says so, and keeps the best", async () => {
  const [early, late] = [runFolder(), runFolder()];
  await train(early, everything, never);
  await train(late, patient, never);
  const [short, long] = [numbers(early), numbers(late)];
  const { steps, reason, best } = short.result;
  expect(long.result.steps).toBe(24);
  expect(long.result.reason).toBeUndefined();
  expect(steps).toBeLessThan(24);
  expect(reason).toMatch(new RegExp(`stopped early at step ${steps} of 24: .* in 3 evaluations`));
  expect(short.metrics).toEqual(long.metrics.slice(0, steps));
  const losses = short.metrics.flatMap((line) => (line["val/loss"] === undefined ? [] : [line["val/loss"]]));
  expect(best).toEqual({ step: 2 * (losses.indexOf(Math.min(...losses)) + 1), "val/loss": Math.min(...losses) });
  expect(best.step).toBeLessThanOrEqual(steps);
  expect(short.result["val/loss"]).toBe(losses.at(-1));
  expect(short.result.tokens).toBe(192 * steps);
  expect(short.result.epochs).toBeCloseTo((12 * steps) / 20, 12);
  expect(short.result["val/sets"]).toEqual({ other: short.metrics.at(-1)!["val/other/loss"] });
  expect(short.result.tasks.letters.questions).toBe(2);
});

test("lines beyond the checkpoint are dropped; where lines before it are lost, training begins anew", async () => {
  const folder = runFolder();
  await train(folder, everything, abortedAfter(13).signal);
  const metrics = join(folder, "metrics.jsonl");
  const written = readFileSync(metrics, "utf8");
  const whole = runFolder();
  await train(whole, everything, never);
  const damage = [
    (text: string) => `${text}${text.split("\n").at(-2)!.replace('"step":13', '"step":14')}\n{"step":15,"tok`,
    (text: string) => text.split("\n").slice(0, 6).join("\n"),
    () => "",
  ];
  for (const change of damage) {
    const copy = runFolder();
    cpSync(folder, copy, { recursive: true });
    writeFileSync(join(copy, "metrics.jsonl"), change(written));
    await train(copy, everything, never);
    expect(numbers(copy)).toEqual(numbers(whole));
  }
  const beside = runFolder();
  cpSync(folder, beside, { recursive: true });
  appendFileSync(join(beside, "checkpoint", "step-000000014.bin.partial"), "half");
  await train(beside, everything, never);
  expect(numbers(beside)).toEqual(numbers(whole));
});

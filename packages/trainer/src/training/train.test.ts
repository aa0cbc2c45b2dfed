import { appendFileSync, existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RunSpec } from "../contract/runSpec.js";
import { readMetrics } from "./metricsFile.js";
import { tinyCorpus, tinyRunFolder, tinySpec } from "./tinyRun.js";
import { train } from "./train.js";

const corpus = tinyCorpus();
const spec = tinySpec(corpus);
const never = new AbortController().signal;

/** What a run computed: everything but the clock. */
function numbers(folder: string) {
  const { wallSeconds: _, sessions: __, ...result } = JSON.parse(readFileSync(join(folder, "result.json"), "utf8"));
  const metrics = readMetrics(join(folder, "metrics.jsonl")).map(({ time: _time, ...line }) => line);
  const [state] = readdirSync(join(folder, "checkpoint"));
  const bytes = readFileSync(join(folder, "checkpoint", state!));
  return { result, metrics, state: bytes.subarray(bytes.indexOf(10)).toString("base64") };
}

async function trainWhole(of: RunSpec) {
  const folder = tinyRunFolder(of);
  await train(folder, of, never);
  return folder;
}

/** Trains, asking to stop as soon as metrics reach a step. */
async function trainUntil(folder: string, of: RunSpec, step: number) {
  let asked = 0;
  const signal = {
    get aborted() {
      return asked++ >= step;
    },
  } as AbortSignal;
  return train(folder, of, signal);
}

test("a run learns, and says what it did", async () => {
  const folder = await trainWhole(tinySpec(corpus, { steps: 300 }));
  const { result, metrics } = numbers(folder);
  expect(result.status).toBe("done");
  // The source has log 3 nats per letter, ALiBi and one token of memory are enough to get near it.
  expect(metrics[0]!["train/loss"]).toBeGreaterThan(5);
  expect(result["val/loss"]).toBeGreaterThan(Math.log(3) - 0.02);
  expect(result["val/loss"]).toBeLessThan(Math.log(3) + 0.1);
  expect(metrics.map((line) => line.step)).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
  expect(metrics.at(-1)!.tokens).toBe(300 * 64);
  expect(metrics.at(-1)!.flops).toBe(300 * 64 * spec.flopsPerToken["6N"]);
  expect(metrics.filter((line) => line["val/loss"] !== undefined).map((line) => line.step)).toHaveLength(30);
  expect(metrics.at(-1)!["val/loss"]).toBe(result["val/loss"]);
});

test("the same spec gives the same bits, another seed does not", async () => {
  const [a, b] = [numbers(await trainWhole(spec)), numbers(await trainWhole(spec))];
  expect(b).toEqual(a);
  const other = numbers(await trainWhole(tinySpec(corpus, { seed: 4 })));
  expect(other.result["val/loss"]).not.toBe(a.result["val/loss"]);
});

test.each([0, 1, 7, 13, 39])("stopped at step %i and resumed, a run ends with the same bits", async (step) => {
  const whole = numbers(await trainWhole(spec));
  const folder = tinyRunFolder(spec);
  expect(await trainUntil(folder, spec, step)).toEqual({ kind: "stopped", step });
  expect(existsSync(join(folder, "result.json"))).toBe(false);
  await train(folder, spec, never);
  expect(numbers(folder)).toEqual(whole);
  expect(JSON.parse(readFileSync(join(folder, "result.json"), "utf8")).sessions).toBe(2);
});

test("metrics written after the checkpoint, a torn last line and a damaged checkpoint are all recovered from", async () => {
  const whole = numbers(await trainWhole(spec));
  const folder = tinyRunFolder(spec);
  await trainUntil(folder, spec, 21);
  const metrics = join(folder, "metrics.jsonl");
  const last = readFileSync(metrics, "utf8").split("\n").at(-2)!;
  appendFileSync(metrics, `${last.replace('"step":21', '"step":22')}\n{"step":23,"tok`);
  writeFileSync(join(folder, "checkpoint", "step-000000030.bin"), '{"step":30}\nnonsense');
  writeFileSync(join(folder, "checkpoint", "step-000000031.bin.partial"), "half");
  await train(folder, spec, never);
  expect(numbers(folder)).toEqual(whole);

  const damaged = tinyRunFolder(spec);
  await trainUntil(damaged, spec, 21);
  const [state] = readdirSync(join(damaged, "checkpoint"));
  truncateSync(join(damaged, "checkpoint", state!), 1000);
  await train(damaged, spec, never);
  expect(numbers(damaged)).toEqual(whole);
});

test("a run that diverges ends as diverged, with the step and the reason", async () => {
  const wild = tinySpec(corpus, {
    optimizer: { ...spec.optimizer, learningRate: 1e18, clip: 1e30 },
    parametrisation: { kind: "standard", baseWidth: 32 },
  });
  const folder = await trainWhole(wild);
  const result = JSON.parse(readFileSync(join(folder, "result.json"), "utf8"));
  expect(result.status).toBe("diverged");
  expect(result.reason).toMatch(/at step \d+ of 40/);
  expect(result.steps).toBeLessThanOrEqual(40);
});

import type { RunRecord } from "@isoflop/laws";
import type { MetricsLine, RunSpec } from "@isoflop/trainer";
import { expect, it } from "vitest";
import type { RunState } from "../runs/status.js";
import { measuredNoise } from "./partLaws.js";

const state = (id: string, noise: boolean): RunState => ({
  folder: id,
  spec: {
    id,
    batch: { sequences: 8, tokens: 512, microSequences: 8 },
    shape: { context: 64 },
    ...(noise ? { gradientNoise: { everySteps: 1, sequences: 1 } } : {}),
  } as RunSpec,
  status: "done",
  last: undefined,
  result: undefined,
});
const record = (id: string): RunRecord => ({ id, parameters: 1, tokens: 1, flops: 6, loss: 3 });

it("every design whose runs measure their gradient noise has B_crit(L) of those that are finished", async () => {
  const lines = Array.from(
    { length: 32 },
    (_, i): MetricsLine => ({
      step: i + 1,
      tokens: 512 * (i + 1),
      flops: 1,
      time: 0,
      "train/loss": 4 - i / 32,
      // |G|² = 1 and a noise scale of 640 tokens.
      "noise/small": 1 + 640 / 64,
      "noise/big": 1 + 640 / 512,
    }),
  );
  const states = [state("a", true), state("b", true), state("silent", false)];
  const rows = await measuredNoise(states, [record("a"), record("silent")], async () => lines);
  expect(rows.map(({ name, law }) => [name, law])).toEqual([["critical-batch-noise", "critical-batch"]]);
  expect(new Set(rows[0]?.rows.map(({ run }) => run))).toEqual(new Set(["a"]));
  for (const { y } of rows[0]?.rows ?? []) expect(y).toBeCloseTo(640, 6);
  expect(await measuredNoise([state("silent", false)], [record("silent")], async () => lines)).toEqual([]);
});

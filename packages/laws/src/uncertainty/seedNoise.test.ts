import { describe, expect, test } from "vitest";
import { createRandom } from "../numerics/random.js";
import type { RunRecord } from "../record.js";
import { estimateSeedNoise, noiseAt, seedNoiseOf } from "./seedNoise.js";

/** Seeds of designs whose ln loss has the sd that `sdAt` gives for their loss. */
function replicates(losses: readonly number[], seeds: number, sdAt: (loss: number) => number): RunRecord[] {
  const random = createRandom(5);
  return losses.flatMap((loss, i) =>
    Array.from({ length: seeds }, (_, seed): RunRecord => {
      const parameters = 1e6 * (i + 1);
      const tokens = 2e7 * (i + 1);
      const noisy = loss * Math.exp(sdAt(loss) * random.normal());
      return { id: `${i}/${seed}`, parameters, tokens, flops: 6 * parameters * tokens, loss: noisy, seed };
    }),
  );
}

describe("seed noise", () => {
  test("a planted sd of ln loss is found again, pooled over designs of two seeds", () => {
    const losses = Array.from({ length: 400 }, (_, i) => 2 + 0.005 * i);
    const noise = estimateSeedNoise(replicates(losses, 2, () => 0.01))!;
    expect(noise).toHaveLength(50);
    expect(noise.map((p) => p.loss)).toEqual(noise.map((p) => p.loss).sort((a, b) => a - b));
    const meanSquare = noise.reduce((sum, p) => sum + (p.sd / p.loss) ** 2, 0) / noise.length;
    // 400 degrees of freedom: the pooled sd's own standard error is 3.5 %.
    expect(Math.abs(Math.sqrt(meanSquare) / 0.01 - 1)).toBeLessThan(0.1);
  });
  test("noise that grows with the loss is seen to grow", () => {
    const noise = estimateSeedNoise(replicates([2, 3, 4, 5, 6], 40, (loss) => 0.002 * (loss / 2) ** 3))!;
    for (const loss of [2, 4, 6]) {
      const planted = 0.002 * (loss / 2) ** 3 * loss;
      expect(Math.abs(Math.log(noiseAt(noise, loss) / planted)), `${loss}`).toBeLessThan(0.35);
    }
  });
  test("by hand: losses e^0.1 and e^-0.1 have variance 0.02", () => {
    const design = { parameters: 10, tokens: 20, flops: 1200 };
    const noise = estimateSeedNoise([
      { id: "a", ...design, loss: Math.exp(0.1), seed: 1 },
      { id: "b", ...design, loss: Math.exp(-0.1), seed: 2 },
    ])!;
    expect(noise).toHaveLength(1);
    expect(noise[0]!.sd).toBeCloseTo(Math.sqrt(0.02), 12);
    expect(noise[0]!.loss).toBeCloseTo(1, 12);
  });
  test("copies, runs without a seed, and other designs are no replicates", () => {
    const run: RunRecord = { id: "a", parameters: 10, tokens: 20, flops: 1200, loss: 3, seed: 1 };
    expect(estimateSeedNoise([run, { ...run, id: "b" }])).toBeUndefined();
    expect(estimateSeedNoise([run, { ...run, id: "b", tokens: 21, seed: 2 }])).toBeUndefined();
    const { seed: _, ...bare } = run;
    expect(estimateSeedNoise([bare, { ...bare, id: "b", loss: 3.1 }])).toBeUndefined();
    expect(() => seedNoiseOf([bare])).toThrow(/seed alone/);
  });
  test("between points ln sd is linear in ln loss; beyond them it stays", () => {
    const noise = [
      { loss: 2, sd: 0.01 },
      { loss: 8, sd: 0.04 },
    ];
    expect(noiseAt(noise, 4)).toBeCloseTo(0.02, 12);
    expect(noiseAt(noise, 1)).toBe(0.01);
    expect(noiseAt(noise, 9)).toBe(0.04);
    expect(noiseAt([noise[0]!], 5)).toBe(0.01);
  });
  test("a bad table is refused", () => {
    expect(() => seedNoiseOf([], [])).toThrow(/empty/);
    expect(() => seedNoiseOf([], [{ loss: 2, sd: -1 }])).toThrow(/Point 1/);
    expect(() =>
      seedNoiseOf(
        [],
        [
          { loss: 2, sd: 0.1 },
          { loss: 2, sd: 0.1 },
        ],
      ),
    ).toThrow(/Point 2/);
  });
});

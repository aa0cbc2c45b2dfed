import { createRandom, criticalBatch, fitLaw } from "@isoflop/laws";
import type { MetricsLine, RunSpec } from "@isoflop/trainer";
import { expect, it } from "vitest";
import { criticalBatchRows, leastCost } from "./criticalBatch.js";

const planted = { Bstar: 3e5, alphaB: 0.3 };
const spec = {
  id: "planted",
  batch: { sequences: 64, tokens: 4096, microSequences: 64 },
  shape: { context: 64 },
  gradientNoise: { everySteps: 1, sequences: 8 },
} as RunSpec;

/** A run whose loss falls, with the squared norms that its planted noise scale gives on average, and their scatter. */
function linesOf(steps: number, losses: readonly [number, number], scatter: number, seed: number): MetricsLine[] {
  const { normal } = createRandom(seed);
  return Array.from({ length: steps }, (_, i) => {
    const loss = losses[0] * (losses[1] / losses[0]) ** (i / (steps - 1));
    const scale = criticalBatch.value(planted, { L: loss });
    const squared = (batch: number) => (1 + scale / batch) * (1 + scatter * normal());
    return {
      step: i + 1,
      tokens: 4096 * (i + 1),
      flops: 1,
      time: 0,
      "train/loss": loss,
      lr: 1,
      grad_norm: 1,
      "noise/small": squared(512),
      "noise/big": squared(4096),
    };
  });
}

it("gives back the planted critical batch from the metrics of a few runs: exactly, and with noise to a few per cent", () => {
  const ranges: [number, number][] = [
    [6, 3.5],
    [5, 2.8],
    [4, 2.2],
  ];
  const fitOf = (scatter: number, steps: number) => {
    const rows = ranges.flatMap((range, i) =>
      criticalBatchRows({ ...spec, id: `run-${i}` }, linesOf(steps, range, scatter, i)),
    );
    return { rows, fit: fitLaw(criticalBatch, rows) };
  };
  // A window's mean loss and mean scale are not quite on the curve: 3,000 measurements in windows of 375.
  const exact = fitOf(0, 3000);
  expect(exact.rows).toHaveLength(24);
  if (exact.fit instanceof Error) throw exact.fit;
  expect(exact.fit.parameters.alphaB / planted.alphaB).toBeCloseTo(1, 2);
  expect(criticalBatch.value(exact.fit.parameters, { L: 3 }) / criticalBatch.value(planted, { L: 3 })).toBeCloseTo(
    1,
    2,
  );
  const noisy = fitOf(0.2, 3000);
  if (noisy.fit instanceof Error) throw noisy.fit;
  expect(noisy.fit.parameters.alphaB / planted.alphaB).toBeCloseTo(1, 1);

  // Steps and examples trade as (S/S_min - 1)(E/E_min - 1) = 1: Kaplan et al. 2020, equation 5.1.
  const critical = criticalBatch.value(exact.fit.parameters, { L: 3 });
  const least = leastCost(spec, { steps: 1000, flops: 1e15 }, critical);
  expect((1000 / least.steps - 1) * (1e15 / least.flops - 1)).toBeCloseTo(1, 9);
  expect(least.steps).toBeCloseTo(1000 / (1 + critical / 4096), 6);
});

it("takes nothing from runs that did not measure, measured too seldom, or saw no gradient", () => {
  const { gradientNoise: _, ...without } = spec;
  expect(criticalBatchRows(without as RunSpec, linesOf(100, [5, 3], 0, 1))).toEqual([]);
  expect(criticalBatchRows(spec, linesOf(7, [5, 3], 0, 1))).toEqual([]);
  const drowned = linesOf(80, [5, 3], 0, 1).map((line) => ({ ...line, "noise/big": line["noise/small"]! / 8.1 }));
  expect(criticalBatchRows(spec, drowned)).toEqual([]);
});

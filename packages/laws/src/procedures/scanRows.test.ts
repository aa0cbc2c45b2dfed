import { describe, expect, it } from "vitest";
import { criticalBatch, stepsAtBatch } from "../index.js";
import { type ScannedRun, scanRows, stepsTo } from "./scanRows.js";

const law = { Bstar: 3e5, alphaB: 0.25 };

/** Validation losses at one batch: the loss falls as S_min^-0.1, and a batch takes as many steps as the planted B_crit says. */
const planted = (batchTokens: number, seed = 0, slower = 1): ScannedRun => ({
  run: `b${batchTokens}-s${seed}`,
  seed,
  batchTokens,
  curve: Array.from({ length: 60 }, (_, i) => {
    const loss = 6 * 0.99 ** i;
    const least = (6 / loss) ** 10 * 100;
    return { step: slower * stepsAtBatch(least, batchTokens, criticalBatch.value(law, { L: loss })), loss };
  }),
});
const batches = [250, 500, 1000, 2000, 4000];

describe("a scan of batches", () => {
  it("gives back the planted critical batch at each loss, and intervals as narrow as its steps are exact", () => {
    const rows = scanRows(batches.map((batch) => planted(batch)));
    expect(rows).toHaveLength(6);
    for (const { inputs, y, interval95: [low, high] = [0, 0], run } of rows) {
      expect(y / criticalBatch.value(law, inputs)).toBeCloseTo(1, 2);
      expect(low).toBeLessThan(y);
      expect(high).toBeGreaterThan(y);
      expect(high / low).toBeLessThan(1.05);
      expect(run).toBe("seed 0");
    }
  });

  it("has wider intervals where one batch does not keep to the others, and is as planted again without it", () => {
    const odd = [...batches.slice(1).map((batch) => planted(batch)), planted(250, 0, 1.2)];
    const [withIt] = scanRows(odd);
    const [without] = scanRows(odd.filter(({ batchTokens }) => batchTokens !== 250));
    const widthOf = (row: typeof withIt) => (row?.interval95?.[1] ?? 0) / (row?.interval95?.[0] ?? 1);
    expect(widthOf(withIt)).toBeGreaterThan(1.2);
    expect(widthOf(without)).toBeLessThan(1.05);
    const value = criticalBatch.value(law, { L: without?.inputs.L ?? 1 });
    expect(Math.abs((withIt?.y ?? 0) / value - 1)).toBeGreaterThan(0.1);
    expect((without?.y ?? 0) / value).toBeCloseTo(1, 2);
  });

  it("is one of each seed, without intervals where two batches fix it exactly, and nothing of a single run", () => {
    const rows = scanRows([0, 1].flatMap((seed) => [500, 2000].map((batch) => planted(batch, seed))));
    expect([...new Set(rows.map(({ run }) => run))]).toEqual(["seed 0", "seed 1"]);
    expect(rows.every(({ interval95 }) => interval95 === undefined)).toBe(true);
    expect(scanRows([planted(500)])).toEqual([]);
    expect(scanRows([])).toEqual([]);
  });

  it("says after how many steps a loss was first reached, between evaluations by their logarithm", () => {
    const curve = [10, 100, 1000].map((step, i) => ({ step, loss: 4 - i }));
    expect(stepsTo(curve, 3)).toBe(100);
    expect(stepsTo(curve, 2.5)).toBeCloseTo(Math.sqrt(100 * 1000), 6);
    expect(stepsTo(curve, 4)).toBe(10);
    // Reached before it was first looked at, or never: not known.
    expect(stepsTo(curve, 5)).toBeUndefined();
    expect(stepsTo(curve, 1)).toBeUndefined();
  });
});

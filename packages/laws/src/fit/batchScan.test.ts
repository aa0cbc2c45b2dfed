import { describe, expect, it } from "vitest";
import { stepsAtBatch } from "../model/criticalBatch.js";
import { createRandom } from "../numerics/random.js";
import { scanBatches } from "./batchScan.js";

const [S_MIN, B_CRIT] = [800, 3000];
const batches = [250, 500, 1000, 2000, 4000, 8000, 16_000];
const points = (noise: () => number = () => 0) =>
  batches.map((batch) => ({ batch, steps: stepsAtBatch(S_MIN, batch, B_CRIT) * Math.exp(noise()) }));

describe("a scan of batches", () => {
  it("gives back the planted critical batch, S_min and E_min of equation 5.1", () => {
    const scan = scanBatches(points());
    expect(scan?.criticalBatch).toBeCloseTo(B_CRIT, 4);
    expect(scan?.leastSteps).toBeCloseTo(S_MIN, 6);
    expect(scan?.leastData).toBeCloseTo(S_MIN * B_CRIT, 1);
    expect(scan?.logStandardError).toBeLessThan(1e-6);
    for (const { batch, steps } of points()) {
      const [s, e] = [steps / S_MIN, (steps * batch) / (S_MIN * B_CRIT)];
      expect((s - 1) * (e - 1)).toBeCloseTo(1, 9);
    }
  });

  it("states an error that the truth keeps to: within two of them in 90 to 99 of 100 noisy scans", () => {
    const random = createRandom(3);
    let inside = 0;
    for (let i = 0; i < 400; i++) {
      const scan = scanBatches(points(() => 0.03 * random.normal()));
      const off = Math.abs(Math.log((scan?.criticalBatch ?? Number.NaN) / B_CRIT));
      // 2.57: two-sided 95 % of Student's t with five degrees of freedom.
      if (off < 2.57 * (scan?.logStandardError ?? 0)) inside++;
    }
    expect(inside / 400).toBeGreaterThan(0.9);
    expect(inside / 400).toBeLessThan(0.99);
  });

  it("says nothing of one batch, or where steps do not fall with the batch", () => {
    expect(scanBatches([{ batch: 100, steps: 10 }])).toBeUndefined();
    expect(scanBatches([100, 200, 400].map((batch) => ({ batch, steps: batch })))).toBeUndefined();
    expect(
      scanBatches([
        { batch: 100, steps: 10 },
        { batch: 200, steps: 8 },
      ]),
    ).not.toHaveProperty("logStandardError");
  });
});

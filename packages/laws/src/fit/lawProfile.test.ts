import { describe, expect, test } from "vitest";
import { plantedRows } from "../fixtures/plantedRows.js";
import { chinchilla } from "../laws/chinchilla.js";
import { kaplanParameters } from "../laws/kaplanParameters.js";
import { lossFrontier } from "../laws/lossFrontier.js";
import { m2 } from "../laws/m2.js";
import { leastSquares } from "../numerics/leastSquares.js";
import { createRandom } from "../numerics/random.js";
import { studentT975 } from "../numerics/studentT.js";
import { fitLaw } from "./fitLaw.js";
import { profileIntervals } from "./lawProfile.js";

describe("profile likelihood", () => {
  test("of a regression is Student's interval, to every digit that matters", () => {
    const rows = plantedRows(kaplanParameters, kaplanParameters.published.parameters, 12, 0.01, createRandom(8));
    const fit = fitLaw(kaplanParameters, rows, { resamples: 0 });
    const [low, high] = profileIntervals(kaplanParameters, rows, fit, { names: ["alphaN"], errors: "equal" }).alphaN!;
    const columns = [rows.map(() => 1), rows.map((row) => Math.log(row.inputs.N))];
    const line = leastSquares(
      columns,
      rows.map((row) => Math.log(row.y)),
    )!;
    const half = studentT975(10) * Math.sqrt((line.unscaledCovariance[1]![1]! * line.residualSum) / 10);
    expect((high - low) / 2 / half).toBeCloseTo(1, 4);
    expect((high + low) / 2 / -line.coefficients[1]!).toBeCloseTo(1, 6);
  });
  test("is lopsided where the likelihood is, and open where the data say nothing", () => {
    const rows = plantedRows(lossFrontier, { E: 0.05, k: 1e3, gamma: 0.15 }, 20, 0.05, createRandom(6));
    const fit = fitLaw(lossFrontier, rows, { resamples: 0 });
    const { E, k } = profileIntervals(lossFrontier, rows, fit);
    expect(E![0]).toBe(0);
    expect(E![1]).toBeGreaterThan(0.05);
    expect(Math.log(k![1] / fit.parameters.k)).not.toBeCloseTo(Math.log(fit.parameters.k / k![0]), 1);
  });
  test("keeps held parameters held and tied ones tied", () => {
    const truth = { ...chinchilla.published.parameters, alpha: 0.3, beta: 0.3 };
    const rows = plantedRows(chinchilla, truth, 50, 0.003, createRandom(1));
    const fit = fitLaw(chinchilla, rows, { resamples: 0, fixed: { E: truth.E }, tied: [["alpha", "beta"]] });
    const intervals = profileIntervals(chinchilla, rows, fit);
    expect(intervals.alpha).toEqual(intervals.beta);
    expect(intervals.alpha![0]).toBeLessThan(0.3);
    expect(intervals.alpha![1]).toBeGreaterThan(0.3);
    expect(intervals.E).toBeUndefined();
  });
  test("sees that rows of one run err together, where equal errors would be too narrow", () => {
    const random = createRandom(9);
    const rows = plantedRows(kaplanParameters, kaplanParameters.published.parameters, 20).flatMap((row, run) => {
      const shared = 0.01 * random.normal();
      return Array.from({ length: 6 }, () => ({
        ...row,
        y: row.y * Math.exp(shared + 0.001 * random.normal()),
        run: `${run}`,
      }));
    });
    const fit = fitLaw(kaplanParameters, rows, { resamples: 0 });
    const [own, equal] = (["unequal", "equal"] as const).map(
      (errors) => profileIntervals(kaplanParameters, rows, fit, { names: ["alphaN"], errors }).alphaN!,
    );
    expect((own![1] - own![0]) / (equal![1] - equal![0])).toBeGreaterThan(1.8);
  });
  test.each(["mse", "huber", "lad"] as const)("by %s covers the truth about 95 times in 100", (loss) => {
    const random = createRandom(33);
    const truth = m2.published.parameters;
    let held = 0;
    for (let study = 0; study < 100; study++) {
      const rows = plantedRows(m2, truth, 30, 0.01, random);
      const fit = fitLaw(m2, rows, { loss, resamples: 0, starts: 1 });
      const [low, high] = profileIntervals(m2, rows, fit, { names: ["c"] }).c!;
      if (low <= truth.c && truth.c <= high) held++;
    }
    // Binomial(100, 0.95) leaves 89 to 99 with probability 1 %; the robust ones estimate the density at 0 from 30 rows.
    expect(held).toBeGreaterThanOrEqual(loss === "mse" ? 89 : 85);
    expect(held).toBeLessThanOrEqual(loss === "mse" ? 99 : 100);
  });
});

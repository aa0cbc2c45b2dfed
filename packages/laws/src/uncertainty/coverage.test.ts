import { expect, test } from "vitest";
import { IsoflopError } from "../error.js";
import type { Random } from "../numerics/random.js";
import { mean, standardDeviation } from "../numerics/statistics.js";
import { type CoverageCase, measureCoverage, wilsonInterval } from "./coverage.js";

const NORMAL_95 = 1.959964;
const T_95_OF_4 = 2.776445;

/** The mean of five normal values, with an interval of so many standard errors. */
const meanOfFive = (factor: number): CoverageCase<"mean"> => ({
  truth: { mean: 10 },
  intervals(random) {
    const values = Array.from({ length: 5 }, () => 10 + random.normal());
    const half = (factor * standardDeviation(values)) / Math.sqrt(5);
    return { mean: [mean(values) - half, mean(values) + half] };
  },
});

test("Student's interval of five values covers 95 %, the normal one about 88 %", () => {
  const [exact] = measureCoverage(meanOfFive(T_95_OF_4), { studies: 4000 }).coverage;
  expect(exact!.share95[0]).toBeLessThan(0.95);
  expect(exact!.share95[1]).toBeGreaterThan(0.95);
  const [narrow] = measureCoverage(meanOfFive(NORMAL_95), { studies: 4000 }).coverage;
  // P(|t_4| < 1.96) = 0.8784.
  expect(narrow!.share95[0]).toBeLessThan(0.8784);
  expect(narrow!.share95[1]).toBeGreaterThan(0.8784);
  expect(narrow!.medianWidth / exact!.medianWidth).toBeCloseTo(NORMAL_95 / T_95_OF_4, 2);
  expect(exact!.inside + exact!.below + exact!.above).toBe(4000);
});

test("the side of a miss is told, refusals and missing intervals are counted, other errors are thrown", () => {
  let call = 0;
  const planted: CoverageCase<"x" | "y"> = {
    truth: { x: 0, y: 0 },
    intervals(random: Random) {
      call++;
      if (call === 1) throw new IsoflopError({ code: "too-few-records", message: "no" });
      expect(random.uniform()).toBeGreaterThanOrEqual(0);
      return { x: call === 2 ? [1, 2] : [-2, -1] };
    },
  };
  const { coverage, refusals } = measureCoverage(planted, { studies: 4 });
  expect(refusals).toBe(1);
  expect(coverage[0]).toMatchObject({ quantity: "x", studies: 3, inside: 0, below: 1, above: 2, share: 0 });
  expect(coverage[1]).toMatchObject({ quantity: "y", studies: 0 });
  const broken: CoverageCase<"x"> = {
    truth: { x: 0 },
    intervals: () => {
      throw new TypeError("a fault");
    },
  };
  expect(() => measureCoverage(broken, { studies: 1 })).toThrow("a fault");
});

test("Wilson's interval of 950 in 1,000", () => {
  const [low, high] = wilsonInterval(950, 1000);
  // Known values: 0.93469 to 0.96186.
  expect(low).toBeCloseTo(0.93469, 4);
  expect(high).toBeCloseTo(0.96186, 4);
});

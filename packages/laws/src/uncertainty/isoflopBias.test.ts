import { describe, expect, test } from "vitest";
import { type BiasStudy, parabolaShift, procedureBias } from "./isoflopBias.js";

const budgets = [1e18, 1e19, 1e20, 1e21];
const hoffmann = { E: 1.69, A: 406.4, B: 410.7, alpha: 0.34, beta: 0.28 };
const even = { ...hoffmann, alpha: 0.31, beta: 0.31 };
const uneven = { ...hoffmann, alpha: 0.465, beta: 0.155 };
const study = (extra: Partial<BiasStudy>): BiasStudy => ({ truth: hoffmann, budgets, width: 16, sizes: 7, ...extra });
const shiftOf = (extra: Partial<BiasStudy>) => procedureBias(study(extra), "parabola").logParameters[0]!;

describe("Approach 2 without any noise", () => {
  test.each([
    ["centred", 0],
    ["off to larger sizes", 0.4],
    ["off to smaller sizes", -0.6],
  ])("is biased by the leading orders, up to a remainder of the fourth: %s grids", (_, share) => {
    const remainder = (width: number) => {
      const grid = { width, sizes: 7, offset: width ** (share / 2) };
      return Math.abs(shiftOf({ truth: uneven, ...grid }) - parabolaShift(uneven, grid));
    };
    // Half the range and half the offset: a sixteenth of the remainder.
    for (const width of [16, 8, 4]) {
      const ratio = remainder(width) / remainder(Math.sqrt(width));
      expect(ratio).toBeGreaterThan(13);
      expect(ratio).toBeLessThan(19);
    }
  });
  test("is exact where alpha = beta and the grid is centred", () => {
    const bias = procedureBias(study({ truth: even, width: 100 }), "parabola");
    for (const error of [...bias.logParameters, bias.exponent, bias.extrapolated])
      expect(Math.abs(error)).toBeLessThan(1e-9);
  });
  test("alpha > beta: wide centred grids make N_opt too large by one factor at every budget, and leave the exponent", () => {
    for (const [truth, width, least, most] of [
      [hoffmann, 4, 0.003, 0.004],
      [hoffmann, 100, 0.035, 0.045],
      [uneven, 16, 0.07, 0.09],
      [uneven, 100, 0.2, 0.25],
    ] as const) {
      const bias = procedureBias(study({ truth, width }), "parabola");
      expect(bias.logParameters[0]).toBeGreaterThan(least);
      expect(bias.logParameters[0]).toBeLessThan(most);
      expect(Math.max(...bias.logParameters) - Math.min(...bias.logParameters)).toBeLessThan(1e-9);
      expect(Math.abs(bias.exponent)).toBeLessThan(1e-9);
      expect(bias.extrapolated).toBeCloseTo(bias.logParameters[0]!, 8);
    }
  });
  test("alpha < beta: they make it too small", () => {
    expect(shiftOf({ truth: { ...hoffmann, alpha: 0.28, beta: 0.34 } })).toBeCloseTo(-shiftOf({}), 9);
  });
  test("alpha = beta, off-centre: far off, the minimum is drawn to the middle of the sizes; near it, pushed from it", () => {
    const shift = (offset: number) => shiftOf({ truth: even, width: 100, offset });
    // The leading order changes sign at c^2 = 3 h^2 (k/6 - l/12): for seven sizes at 0.38 of half the range.
    expect(shift(1.5)).toBeLessThan(-0.005);
    expect(shift(4)).toBeGreaterThan(0.045);
    expect(shift(1 / 4)).toBeCloseTo(-shift(4), 9);
    expect(shift(6) / shift(4)).toBeGreaterThan(2);
  });
  test("a grid that drifts off the optimum biases the exponent, and a forecast more than any minimum", () => {
    const drifting = (truth: typeof even, width: number, drift: number) =>
      procedureBias(study({ truth, width, drift }), "parabola");
    expect(drifting(even, 16, 0.3).exponent).toBeGreaterThan(0.005);
    expect(drifting(even, 16, -0.3).exponent).toBeCloseTo(-drifting(even, 16, 0.3).exponent, 9);
    for (const width of [16, 100]) {
      const bias = drifting(uneven, width, 0.2);
      expect(bias.exponent).toBeGreaterThan(0.012);
      expect(bias.exponent).toBeLessThan(0.018);
      expect(bias.extrapolated).toBeGreaterThan(0.05 + Math.max(...bias.logParameters));
    }
  });
  test("an Akima spline has the error of its interpolation, which more sizes mend; more sizes do not mend a parabola", () => {
    const bias = (sizes: number, procedure: "parabola" | "akima") =>
      Math.abs(procedureBias(study({ truth: uneven, width: 100, sizes, offset: 1.3 }), procedure).logParameters[0]!);
    expect(bias(7, "akima")).toBeLessThan(bias(7, "parabola") / 4);
    expect(bias(29, "akima")).toBeLessThan(bias(7, "akima") / 4);
    expect(bias(29, "parabola")).toBeGreaterThan(bias(7, "parabola") / 2);
  });
  test("Approach 3, of the planted form, has none", () => {
    const bias = procedureBias(study({ truth: uneven, width: 100, offset: 2, drift: 0.1 }), "parametric");
    for (const error of [...bias.logParameters, bias.exponent, bias.extrapolated])
      expect(Math.abs(error)).toBeLessThan(1e-6);
  });
});

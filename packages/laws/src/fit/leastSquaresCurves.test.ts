import { describe, expect, test } from "vitest";
import { createRandom } from "../numerics/random.js";
import { studentT975 } from "../numerics/studentT.js";
import { measureCoverage } from "../uncertainty/coverage.js";
import { type LineProfiles, lineProfiles } from "./leastSquaresCurves.js";

const x = [20, 21.5, 22.4, 24, 26.1];
const errors = [0.02, -0.035, 0.01, 0.03, -0.02];
const y = x.map((v, i) => -3 + 0.48 * v + errors[i]!);
const weights = [1, 4, 2, 0.5, 3];
const profilesOf = (of: Parameters<typeof lineProfiles>[0]): LineProfiles => {
  const found = lineProfiles(of);
  if (found === undefined) throw new Error("no profiles");
  return found;
};
const sum = (values: readonly number[]): number => values.reduce((total, v) => total + v, 0);

/** Weighted sum of squares of a line through (at, height) with this slope. */
const squares = (slope: number, at: number, height: number, w: readonly number[]): number =>
  sum(x.map((v, i) => w[i]! * (y[i]! - height - slope * (v - at)) ** 2));
/** The least of it with the height at one x held: the slope in closed form. */
const held = (at: number, height: number, w: readonly number[]): number => {
  const slope = sum(x.map((v, i) => w[i]! * (v - at) * (y[i]! - height))) / sum(x.map((v, i) => w[i]! * (v - at) ** 2));
  return squares(slope, at, height, w);
};

describe("profiles of a line", () => {
  test.each([
    ["alike", x.map(() => 1)],
    ["weighted", weights],
  ])("of slope and height give Student's interval of a regression: %s", (_, w) => {
    const line = profilesOf({ x, y, weights: w });
    const centre = sum(x.map((v, i) => w[i]! * v)) / sum(w);
    const spread = sum(x.map((v, i) => w[i]! * (v - centre) ** 2));
    const slope = sum(x.map((v, i) => w[i]! * (v - centre) * y[i]!)) / spread;
    const mean = sum(x.map((_v, i) => w[i]! * y[i]!)) / sum(w);
    const s = Math.sqrt(squares(slope, centre, mean, w) / 3);
    const half = studentT975(3) * s * Math.sqrt(1 / spread);
    const found = line.slope();
    expect(found.estimate).toBeCloseTo(slope, 12);
    expect(found.interval[0]).toBeCloseTo(slope - half, 12);
    expect(found.interval[1]).toBeCloseTo(slope + half, 12);
    for (const at of [0, 23, 30]) {
      const height = mean + slope * (at - centre);
      const reach = studentT975(3) * s * Math.sqrt(1 / sum(w) + (at - centre) ** 2 / spread);
      expect(line.height(at).interval[0]).toBeCloseTo(height - reach, 10);
      expect(line.height(at).interval[1]).toBeCloseTo(height + reach, 10);
    }
    expect(line.height(23, Math.exp).estimate).toBeCloseTo(Math.exp(line.height(23).estimate), 10);
  });

  test("tell at every point what a line with the quantity held there costs", () => {
    const line = profilesOf({ x, y, weights });
    const scale = x.length / sum(weights);
    const best = squares(line.slope().estimate, 0, line.height(0).estimate, weights);
    for (const { value, rise } of line.height(25).points)
      expect(rise).toBeCloseTo(scale * (held(25, value, weights) - best), 10);
    for (const { value, rise } of line.zero()?.points ?? [])
      expect(rise).toBeCloseTo(scale * (held(value, 0, weights) - best), 10);
    expect(line.zero()?.points).toHaveLength(17);
  });

  test("of a zero cross the level at both ends, lopsidedly, and have no ends where the slope may be 0", () => {
    const line = profilesOf({ x, y });
    const zero = line.zero();
    const best = squares(
      line.slope().estimate,
      0,
      line.height(0).estimate,
      x.map(() => 1),
    );
    for (const end of zero?.interval ?? [])
      expect(
        held(
          end,
          0,
          x.map(() => 1),
        ) - best,
      ).toBeCloseTo(zero?.level ?? 0, 9);
    expect(zero?.open).toEqual([]);
    // Of a slope that may be 0 the zero is bounded towards the points alone.
    const steep = x.map((v, i) => 1 + 0.003 * (v - 23) + errors[i]!);
    const flat = profilesOf({ x, y: steep }).zero();
    expect(flat?.open).toEqual(["low"]);
    expect(flat?.interval[1]).toBeLessThan(20);
    for (const { value, rise } of flat?.points ?? [])
      expect(rise < (flat?.level ?? 0)).toBe(value < (flat?.interval[1] ?? 0));
    // And where the height may be 0 everywhere, it may be anywhere.
    expect(profilesOf({ x, y: errors }).zero()?.open).toEqual(["low", "high"]);
  });

  test("need a point more than a line has coefficients, and find a planted line without width", () => {
    expect(lineProfiles({ x: [1, 2], y: [1, 2] })).toBeUndefined();
    expect(lineProfiles({ x: [1, 1, 1], y: [1, 2, 3] })).toBeUndefined();
    const { estimate, interval } = profilesOf({ x, y: x.map((v) => 2 - 0.5 * v) }).slope();
    expect(estimate).toBeCloseTo(-0.5, 12);
    expect(interval[1] - interval[0]).toBeLessThan(1e-10);
    // Of exact data the zero is known as exactly: rounding leaves it closed, whatever is left over.
    for (const of of [x, [40, 42, 44, 46], [1, 2, 3, 4]]) {
      const zero = profilesOf({ x: of, y: of.map((v) => 3 - 0.05 * v) }).zero();
      expect(zero?.open).toEqual([]);
      expect(zero?.estimate).toBeCloseTo(60, 8);
      for (const end of zero?.interval ?? []) expect(end).toBeCloseTo(60, 8);
    }
  });

  test("hold the truth 95 times in 100, through four points of unequal weight", () => {
    const [at, spreads] = [
      [0, 1, 2.5, 3],
      [0.01, 0.04, 0.02, 0.08],
    ];
    const { coverage } = measureCoverage(
      {
        truth: { slope: 0.5, height: 1 + 0.5 * 6, zero: -2 },
        intervals(random) {
          const line = profilesOf({
            x: at,
            y: at.map((v, i) => 1 + 0.5 * v + spreads[i]! * random.normal()),
            weights: spreads.map((s) => s ** -2),
          });
          return { slope: line.slope().interval, height: line.height(6).interval, zero: line.zero()?.interval };
        },
      },
      { studies: 2000, seed: createRandom(5).integer(1e6) },
    );
    for (const { share95, quantity } of coverage) {
      expect(share95[0], quantity).toBeLessThan(0.95);
      expect(share95[1], quantity).toBeGreaterThan(0.95);
    }
  });
});

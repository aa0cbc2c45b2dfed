import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contour, contourLevels, flopsPerTokenOf, modelLoss } from "./contours.js";

const law = { E: 1.81722, A: 477.83, B: 2143.4, alpha: 0.34731, beta: 0.36717 };

describe("contours of L(N,D)", () => {
  it("have the loss of their level at every point", () => {
    fc.assert(
      fc.property(fc.double({ min: 1.85, max: 6, noNaN: true }), (level) => {
        const line = contour(law, level);
        expect(line.length).toBe(240);
        for (const point of line) expect(modelLoss(law, point.parameters, point.tokens)).toBeCloseTo(level, 9);
      }),
      { seed: 2, numRuns: 50 },
    );
  });

  it("do not exist at or below the irreducible loss", () => {
    expect(contour(law, law.E)).toEqual([]);
    expect(contourLevels(law, [2, 3, 4], 8).every((level) => level > law.E)).toBe(true);
  });
});

describe("FLOPs per token", () => {
  it("is 6N without a table, exact at the table's sizes with one", () => {
    expect(flopsPerTokenOf(undefined)(1000)).toBe(6000);
    const at = flopsPerTokenOf([
      { parameters: 1e4, flops: 9e4 },
      { parameters: 1e6, flops: 7e6 },
    ]);
    expect(at(1e4)).toBeCloseTo(9e4, 6);
    expect(at(1e6)).toBeCloseTo(7e6, 4);
    expect(at(1e5)).toBeCloseTo(Math.sqrt(9e4 * 7e6), 4);
  });
});

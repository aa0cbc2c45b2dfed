import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { akimaMinimum, akimaSlope, akimaSpline, evaluateAkima } from "./akima.js";

/**
 * Values of SciPy 1.10.1 for each x and y below:
 * python3 -c "from scipy.interpolate import Akima1DInterpolator as A; import numpy as np; x, y = [1, 2, 4], [2, 1, 3];
 * f = A(x, y); q = np.linspace(x[0], x[-1], 9); print(f(q).tolist(), f(q, 1).tolist())"
 */
const scipy = [
  {
    name: "uneven knots",
    x: [0, 1, 2.5, 4, 5.5, 7, 8],
    y: [3.1, 2.4, 1.9, 1.75, 1.8, 2.2, 3],
    values: [3.1, 2.4, 2.012798353909465, 1.8287654320987654, 1.75, 1.7655555555555555, 1.873816425120773, 2.2, 3],
    slopes: [
      -0.8833333333333336, -0.475925925925926, -0.28580246913580243, -0.12222222222222215, -0.03333333333333329,
      0.055555555555555566, 0.21256038647343004, 0.42898550724637696, 1.0666666666666664,
    ],
  },
  {
    name: "equal slopes on both sides of a knot",
    x: [0, 1, 2, 3, 4, 5],
    y: [0, 0, 0, 1, 1, 1],
    values: [0, 0, 0, 0, 0.5, 1, 1, 1, 1],
    slopes: [0, 0, 0, 0, 1.5, 0, 0, 0, 0],
  },
  {
    name: "a straight line",
    x: [0, 1, 3, 4, 6],
    y: [1, 3, 7, 9, 13],
    values: [1, 2.5, 4, 5.5, 7, 8.5, 10, 11.5, 13],
    slopes: [2, 2, 2, 2, 2, 2, 2, 2, 2],
  },
  {
    name: "three knots",
    x: [1, 2, 4],
    y: [2, 1, 3],
    values: [2, 1.390625, 1.0625, 1.0078125, 1.125, 1.3828125, 1.78125, 2.3203125, 3],
    slopes: [-2, -1.25, -0.5, 0.125, 0.5, 0.875, 1.25, 1.625, 2],
  },
];

describe("the Akima spline", () => {
  test.each(scipy)("gives SciPy's values and slopes: $name", ({ x, y, values, slopes }) => {
    const spline = akimaSpline(x, y);
    values.forEach((value, i) => {
      const at = x[0]! + ((x.at(-1)! - x[0]!) * i) / 8;
      expect(evaluateAkima(spline, at)).toBeCloseTo(value, 13);
      expect(akimaSlope(spline, at)).toBeCloseTo(slopes[i]!, 13);
    });
  });
  test("finds SciPy's minimum: root of its derivative", () => {
    const minimum = akimaMinimum(akimaSpline(scipy[0]!.x, scipy[0]!.y));
    // f.derivative().roots(), f(root), f(root, 2)
    expect(minimum.x).toBeCloseTo(4.3107452123899925, 13);
    expect(minimum.y).toBeCloseTo(1.7449542747340046, 13);
    expect(minimum.curvature).toBeCloseTo(0.09898247756142257, 12);
    expect(minimum.edge).toBe(false);
  });
  test("of two points is their line", () => {
    const spline = akimaSpline([1, 3], [2, 6]);
    expect(evaluateAkima(spline, 2)).toBe(4);
    expect(akimaMinimum(spline)).toMatchObject({ x: 1, y: 2, edge: true });
  });
  test("has its minimum nowhere above a fine grid's, and on the edge only where the grid's is", () => {
    const points = fc.array(
      fc.tuple(fc.double({ min: 0.1, max: 3, noNaN: true }), fc.double({ min: 1, max: 9, noNaN: true })),
      {
        minLength: 3,
        maxLength: 9,
      },
    );
    fc.assert(
      fc.property(points, (pairs) => {
        const x: number[] = [];
        for (const [gap] of pairs) x.push((x.at(-1) ?? 0) + gap);
        const spline = akimaSpline(
          x,
          pairs.map(([, y]) => y),
        );
        const minimum = akimaMinimum(spline);
        const [low, high] = [x[0]!, x.at(-1)!];
        const grid = Array.from({ length: 2001 }, (_, i) => evaluateAkima(spline, low + ((high - low) * i) / 2000));
        const least = Math.min(...grid);
        expect(minimum.y).toBeLessThanOrEqual(least + 1e-9);
        expect(evaluateAkima(spline, minimum.x)).toBeCloseTo(minimum.y, 9);
        if (!minimum.edge) expect(akimaSlope(spline, minimum.x)).toBeCloseTo(0, 6);
        if (minimum.edge) expect(Math.min(grid[0]!, grid.at(-1)!)).toBeCloseTo(least, 9);
      }),
      { numRuns: 200, seed: 1 },
    );
  });
});

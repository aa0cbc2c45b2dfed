import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { minimiseBounded } from "./boundedNewton.js";
import { choleskySolve } from "./cholesky.js";
import { leastSquares } from "./leastSquares.js";
import { binCurve, localLinear } from "./localLinear.js";
import { bisect, goldenSection, gridThenGolden } from "./minimiseScalar.js";
import { nonNegativeLeastSquares } from "./nonNegativeLeastSquares.js";
import { evaluatePolynomial, fitPolynomial } from "./polynomial.js";
import { countDraws, createRandom } from "./random.js";
import { mean, quantile, standardDeviation } from "./statistics.js";

describe("random", () => {
  test("one seed, one stream; another seed, another", () => {
    const draw = (seed: number) => Array.from({ length: 5 }, createRandom(seed).uniform);
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw(7)).not.toEqual(draw(7 + 2 ** 32));
  });
  test("draws counted in one loop are the draws one by one, and leave the stream where those do", () => {
    const [counted, single, plain] = [createRandom(3), createRandom(3), createRandom(3)];
    const { tally: _, ...withoutTally } = plain;
    const tallies = [new Float64Array(77), new Float64Array(77), new Float64Array(77)];
    countDraws(counted, 77, 500, tallies[0]!);
    for (let k = 0; k < 500; k++) tallies[1]![single.integer(77)]!++;
    countDraws(withoutTally, 77, 500, tallies[2]!);
    expect(tallies[0]).toEqual(tallies[1]);
    expect(tallies[2]).toEqual(tallies[1]);
    expect(counted.uniform()).toBe(single.uniform());
    expect(counted.normal()).toBe(single.normal());
  });
  test("normal deviates have mean 0 and deviation 1, uniforms fill [0, 1)", () => {
    const random = createRandom(1);
    const normals = Array.from({ length: 20_000 }, random.normal);
    expect(Math.abs(mean(normals))).toBeLessThan(0.02);
    expect(Math.abs(standardDeviation(normals) - 1)).toBeLessThan(0.02);
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) counts[random.integer(10)]!++;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});

describe("linear algebra", () => {
  test("Cholesky solves what it accepts and refuses an indefinite matrix", () => {
    const x = Float64Array.of(1, 2);
    expect(choleskySolve(Float64Array.of(4, 2, 2, 3), x, 2)).toBe(true);
    expect(4 * x[0]! + 2 * x[1]!).toBeCloseTo(1, 12);
    expect(2 * x[0]! + 3 * x[1]!).toBeCloseTo(2, 12);
    expect(choleskySolve(Float64Array.of(1, 2, 2, 1), Float64Array.of(1, 1), 2)).toBe(false);
  });
  test("weighted least squares ignores points of no weight and gives the textbook covariance", () => {
    const fit = leastSquares(
      [
        [1, 1, 1, 1],
        [0, 1, 2, 9],
      ],
      [1, 3, 5, 99],
      [1, 1, 1, 0],
    )!;
    expect(fit.coefficients[0]).toBeCloseTo(1, 12);
    expect(fit.coefficients[1]).toBeCloseTo(2, 12);
    expect(fit.degreesOfFreedom).toBe(1);
    expect(fit.unscaledCovariance[1]![1]).toBeCloseTo(0.5, 12); // 1 / sum (x - mean)^2
    expect(
      leastSquares(
        [
          [1, 1],
          [2, 2],
        ],
        [1, 2],
      ),
    ).toBeUndefined();
  });
  test("a polynomial is recovered exactly", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 3, maxLength: 3 }), (c) => {
        const x = [20, 21, 22, 23, 24];
        const f = (v: number) => c[0]! + c[1]! * (v - 22) + c[2]! * (v - 22) ** 2;
        const fit = fitPolynomial(x, x.map(f), 2)!;
        expect(evaluatePolynomial(fit, 22.7)).toBeCloseTo(f(22.7), 9);
      }),
    );
  });
  test("non-negative least squares satisfies the optimality conditions", () => {
    const random = createRandom(3);
    for (let trial = 0; trial < 50; trial++) {
      const columns = [0, 1, 2].map(() => Float64Array.from({ length: 8 }, random.normal));
      const y = Float64Array.from({ length: 8 }, random.normal);
      const x = nonNegativeLeastSquares(columns, y);
      const residual = y.map((v, i) => v - columns.reduce((sum, column, j) => sum + x[j]! * column[i]!, 0));
      columns.forEach((column, j) => {
        const slope = column.reduce((sum, v, i) => sum + v * residual[i]!, 0);
        if (x[j]! > 0) expect(Math.abs(slope)).toBeLessThan(1e-9);
        else expect(slope).toBeLessThan(1e-9);
      });
    }
  });
});

describe("minimisers", () => {
  test("bounded Newton finds Rosenbrock's valley, and its foot on the bound", () => {
    const rosenbrock = (upper: number) => ({
      lower: [-5, -5],
      upper: [upper, 5],
      value: (x: Float64Array) => (1 - x[0]!) ** 2 + 100 * (x[1]! - x[0]! ** 2) ** 2,
      derivatives(x: Float64Array, g: Float64Array, h: Float64Array, m: Float64Array) {
        const r = x[1]! - x[0]! ** 2;
        g.set([-2 * (1 - x[0]!) - 400 * x[0]! * r, 200 * r]);
        h.set([2 - 400 * r + 800 * x[0]! ** 2, -400 * x[0]!, -400 * x[0]!, 200]);
        m.set([2 + 800 * x[0]! ** 2, -400 * x[0]!, -400 * x[0]!, 200]);
        return this.value(x);
      },
    });
    const free = minimiseBounded(rosenbrock(5), [-1.2, 1]);
    expect(free.converged).toBe(true);
    expect(free.x[0]).toBeCloseTo(1, 8);
    const held = minimiseBounded(rosenbrock(0.5), [-1.2, 1]);
    expect(held.x[0]).toBe(0.5);
    expect(held.x[1]).toBeCloseTo(0.25, 8);
  });
  test("scalar searches find a minimum, the deeper of two, and a root", () => {
    expect(goldenSection((x) => (x - 2) ** 2, 0, 5)).toBeCloseTo(2, 7);
    const wells = (x: number) => Math.min((x - 1) ** 2, (x - 4) ** 2 - 1);
    expect(gridThenGolden(wells, 0, 5, 21)).toBeCloseTo(4, 6);
    expect(bisect((x) => x ** 3 - 8, 0, 5)).toBeCloseTo(2, 10);
    expect(bisect((x) => x * x + 1, 0, 5)).toBeUndefined();
  });
});

test("local-linear smoothing is exact on a line, its ends included", () => {
  const x = Array.from({ length: 400 }, (_, i) => i / 100);
  const curve = binCurve(
    x,
    x.map((v) => 5 - 2 * v),
    0.025,
  );
  for (const at of [0, 0.01, 2, 3.99]) expect(localLinear(curve, at, 0.1)).toBeCloseTo(5 - 2 * at, 9);
});

test("quantiles interpolate linearly between order statistics", () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
  expect(quantile([4, 1, 3, 2], 0)).toBe(1);
  expect(quantile([4, 1, 3, 2], 1)).toBe(4);
});

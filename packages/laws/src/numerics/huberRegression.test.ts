import { describe, expect, test } from "vitest";
import { choleskySolve } from "./cholesky.js";
import { newPiece, type PiecedResiduals } from "./huberPieces.js";
import { createHuberRegression, type StepModel } from "./huberRegression.js";
import { COLUMNS, type LinearResiduals, ROW } from "./huberSums.js";
import { EXP_REACH, LOG_REACH, log1pNear0, timesExpNear0 } from "./nearby.js";
import { createRandom } from "./random.js";
import { conditionNumber, symmetricEigenvalues } from "./symmetricEigenvalues.js";

/** Rows of `size` random columns (the rest held at zero), with residuals around a planted step. */
function problem(seed: number, count: number, size: number, noise: number) {
  const random = createRandom(seed);
  const column = (scale: number) => Float64Array.from({ length: count }, () => scale * random.normal());
  const columns = [0, 1, 2, 3, 4].map((k) => column(k < size ? 1 : 0));
  const planted = columns.map((_, k) => (k < size ? k - 1.5 : 0));
  const weight = Float64Array.from({ length: count }, () => 1 + random.integer(3));
  const residual = Float64Array.from(
    { length: count },
    (_, i) => noise * random.normal() - planted.reduce((sum, p, k) => sum + p * columns[k]![i]!, 0),
  );
  const cells = new Float64Array(count * ROW);
  [residual, ...columns, weight].forEach((values, k) => {
    for (let i = 0; i < count; i++) cells[i * ROW + k] = values[i]!;
  });
  const rows: PiecedResiduals = { count, cells, piece: newPiece(count) };
  return { rows, planted, weight, residual, columns };
}

const box = (size: number, low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY): StepModel => ({
  linear: new Float64Array(COLUMNS),
  curvature: new Float64Array(COLUMNS * COLUMNS),
  lower: Float64Array.from({ length: COLUMNS }, (_, k) => (k < size ? low : 0)),
  upper: Float64Array.from({ length: COLUMNS }, (_, k) => (k < size ? high : 0)),
});

function objective({ cells, count }: LinearResiduals, model: StepModel, delta: number, p: ArrayLike<number>): number {
  let sum = 0;
  for (let o = 0; o < count * ROW; o += ROW) {
    let t = cells[o]!;
    for (let k = 0; k < COLUMNS; k++) t += cells[o + 1 + k]! * p[k]!;
    const size = Math.abs(t);
    sum += cells[o + 6]! * (size <= delta ? 0.5 * t * t : delta * (size - 0.5 * delta));
  }
  for (let k = 0; k < COLUMNS; k++) {
    sum += model.linear[k]! * p[k]!;
    for (let j = 0; j < COLUMNS; j++) sum += 0.5 * model.curvature[k * COLUMNS + j]! * p[k]! * p[j]!;
  }
  return sum;
}

function minimise(rows: PiecedResiduals, model: StepModel, delta: number) {
  const p = new Float64Array(COLUMNS);
  let spread = 0;
  for (let i = 0; i < rows.count; i++) spread += Math.abs(rows.cells[i * ROW]!) / rows.count;
  const decrease = createHuberRegression()(rows, delta, model, p, { tolerance: 1e-15, share: 0, spread });
  return { p, decrease };
}

describe("Huber regression", () => {
  test.each([1e-6, 1e-3, 0.1, 1, Number.POSITIVE_INFINITY])(
    "no step nearby is better, and the decrease is true (delta %s)",
    (delta) => {
      const random = createRandom(9);
      for (let seed = 1; seed <= 5; seed++) {
        const { rows } = problem(seed, 60, 5, 0.3);
        const model = box(5);
        const { p, decrease } = minimise(rows, model, delta);
        const value = objective(rows, model, delta, p);
        const before = objective(rows, model, delta, new Float64Array(COLUMNS));
        expect(Math.abs(decrease / (before - value) - 1)).toBeLessThan(1e-8);
        for (let k = 0; k < 200; k++) {
          const scale = 10 ** -(1 + random.integer(6));
          const near = p.map((v) => v + scale * random.normal());
          expect(objective(rows, model, delta, near)).toBeGreaterThanOrEqual(value * (1 - 1e-9));
        }
      }
    },
  );
  test("with delta = Infinity it is weighted least squares", () => {
    const { rows, weight, residual, columns } = problem(3, 40, 3, 0.5);
    const { p } = minimise(rows, box(3), Number.POSITIVE_INFINITY);
    const normal = new Float64Array(9);
    const right = new Float64Array(3);
    for (let i = 0; i < rows.count; i++) {
      for (let r = 0; r < 3; r++) {
        right[r]! -= weight[i]! * columns[r]![i]! * residual[i]!;
        for (let s = 0; s < 3; s++) normal[r * 3 + s]! += weight[i]! * columns[r]![i]! * columns[s]![i]!;
      }
    }
    choleskySolve(normal, right, 3);
    for (let k = 0; k < 3; k++) expect(p[k]).toBeCloseTo(right[k]!, 9);
  });
  test("a vanishing delta finds the vertex of least absolute deviations, by trying all of them", () => {
    for (let seed = 1; seed <= 10; seed++) {
      const { rows, residual, columns } = problem(seed, 12, 2, 0.5);
      const model = box(2);
      const delta = 1e-9;
      const absolute = (p: readonly number[]) => objective(rows, model, delta, [...p, 0, 0, 0]) / delta;
      let best = Number.POSITIVE_INFINITY;
      for (let i = 0; i < 12; i++) {
        for (let j = 0; j < i; j++) {
          const [a, b, c, d] = [columns[0]![i]!, columns[1]![i]!, columns[0]![j]!, columns[1]![j]!];
          const [e, f] = [-residual[i]!, -residual[j]!];
          const det = a * d - b * c;
          best = Math.min(best, absolute([(e * d - b * f) / det, (a * f - e * c) / det]));
        }
      }
      const { p } = minimise(rows, model, delta);
      expect(absolute([p[0]!, p[1]!]) / best - 1).toBeLessThan(1e-7);
    }
  });
  test("noise-free residuals are brought to nothing, and bounds are kept where they bind", () => {
    const { rows, planted } = problem(4, 30, 5, 0);
    const { p } = minimise(rows, box(5), 1e-3);
    planted.forEach((value, k) => {
      expect(p[k]).toBeCloseTo(value, 9);
    });
    const held = minimise(rows, box(5, -1, 1), 1e-3).p;
    expect(held.every((v) => v >= -1 && v <= 1)).toBe(true);
    expect(held.some((v) => v === -1 || v === 1)).toBe(true);
  });
  test("linear and quadratic terms count", () => {
    const { rows } = problem(6, 40, 4, 0.2);
    const model = box(4);
    model.linear.set([3, -2, 1, 0, 0]);
    for (let k = 0; k < 4; k++) model.curvature[k * (COLUMNS + 1)] = 20;
    const { p } = minimise(rows, model, 0.1);
    const value = objective(rows, model, 0.1, p);
    for (let k = 0; k < 4; k++) {
      for (const h of [1e-4, -1e-4]) {
        const near = p.slice();
        near[k]! += h;
        expect(objective(rows, model, 0.1, near)).toBeGreaterThan(value);
      }
    }
  });
});

test("the short series are those of exp and log to rounding, over their whole reach", () => {
  const out = new Float64Array(1);
  for (let k = -1000; k <= 1000; k++) {
    const x = (EXP_REACH * k) / 1000;
    const z = (LOG_REACH * k) / 1000;
    timesExpNear0(Float64Array.of(x, 3), 0, 1, 1, out, 0, 1);
    expect(Math.abs(out[0]! / (3 * Math.exp(x)) - 1)).toBeLessThan(5e-16);
    expect(Math.abs(log1pNear0(z) - Math.log1p(z))).toBeLessThan(3e-17 + 5e-16 * Math.abs(z));
  }
});

test("eigenvalues of matrices made of known ones", () => {
  // Q diag(1, 10, 1e6) Q' with a rotation Q.
  const [c, s] = [Math.cos(0.7), Math.sin(0.7)];
  const q = [c, -s, 0, s * c, c * c, -s, s * s, s * c, c];
  const values = [1, 10, 1e6];
  const matrix = Array.from({ length: 9 }, (_, k) =>
    values.reduce((sum, v, j) => sum + q[Math.floor(k / 3) * 3 + j]! * v * q[(k % 3) * 3 + j]!, 0),
  );
  const found = symmetricEigenvalues(matrix, 3);
  values.forEach((value, k) => {
    expect(Math.abs(found[k]! / value - 1)).toBeLessThan(1e-9);
  });
  expect(conditionNumber(matrix, 3)).toBeCloseTo(1e6, 0);
  expect(conditionNumber([1, 1, 1, 1], 2)).toBe(Number.POSITIVE_INFINITY);
});

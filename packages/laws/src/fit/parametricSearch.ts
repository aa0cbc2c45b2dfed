import { minimiseBounded, type NewtonResult } from "../numerics/boundedNewton.js";
import { nonNegativeLeastSquares } from "../numerics/nonNegativeLeastSquares.js";
import { type ParametricData, parametricObjective } from "./parametricObjective.js";

/** Exponents tried, for alpha and for beta: 0.05 to 2.5, each about a third above the last. */
const EXPONENTS = Array.from({ length: 14 }, (_, i) => 0.05 * 1.35 ** i);

/**
 * Starts by variable projection (Golub & Pereyra 1973): for each pair of exponents the law is linear in E, A and B,
 * which non-negative least squares on relative errors gives at once. Returned are the local minima of the grid, best
 * first, at most `count`.
 */
export function projectedStarts(data: ParametricData, count: number): number[][] {
  const runs = data.logN.length;
  const inverseLoss = data.logLoss.map((v) => Math.exp(-v));
  const ones = new Float64Array(runs).fill(1);
  const grid = EXPONENTS.map((alpha) =>
    EXPONENTS.map((beta) => {
      const model = inverseLoss.map((w, i) => w * Math.exp(-alpha * data.logN[i]!));
      const tokens = inverseLoss.map((w, i) => w * Math.exp(-beta * data.logD[i]!));
      const [E, A, B] = nonNegativeLeastSquares([inverseLoss, model, tokens], ones) as [number, number, number];
      let residual = 0;
      for (let i = 0; i < runs; i++) residual += (E * inverseLoss[i]! + A * model[i]! + B * tokens[i]! - 1) ** 2;
      // A vanished amplitude would have no logarithm, and no gradient by which to return.
      return { x: [Math.log(Math.max(A, 1e-6)), Math.log(Math.max(B, 1e-6)), E, alpha, beta], residual };
    }),
  );
  const minima = grid.flatMap((row, i) =>
    row.filter((cell, j) => {
      for (let di = -1; di <= 1; di++) {
        for (let dj = -1; dj <= 1; dj++) {
          const neighbour = grid[i + di]?.[j + dj];
          if (neighbour && neighbour.residual < cell.residual) return false;
        }
      }
      return true;
    }),
  );
  const ranked = grid.flat().sort((p, q) => p.residual - q.residual);
  const chosen = [...minima.sort((p, q) => p.residual - q.residual), ...ranked];
  return [...new Set(chosen)].slice(0, count).map((cell) => cell.x);
}

/**
 * Minimises the Huber objective at a small delta through a sequence of larger ones: with delta far below the residuals
 * the objective is nearly piecewise linear, and Newton's method needs to arrive near the right pieces.
 */
export function descend(
  data: ParametricData,
  weights: Float64Array,
  start: readonly number[],
  deltas: readonly number[],
  maxIterations: number,
): NewtonResult {
  let x: readonly number[] = start;
  let iterations = 0;
  for (const delta of deltas.slice(0, -1)) {
    const result = minimiseBounded(parametricObjective(data, weights, delta), x, {
      maxIterations: 40,
      tolerance: 1e-6,
    });
    x = result.x;
    iterations += result.iterations;
  }
  const last = minimiseBounded(parametricObjective(data, weights, deltas.at(-1)!), x, { maxIterations });
  return { ...last, iterations: iterations + last.iterations };
}

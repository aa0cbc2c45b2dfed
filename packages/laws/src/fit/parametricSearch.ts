import { nonNegativeFromGram } from "../numerics/nonNegativeLeastSquares.js";
import { A, ALPHA, B, BETA, E, type ParametricData } from "./parametricData.js";
import type { ParametricModel } from "./parametricModel.js";

/** Exponents tried, for alpha and for beta: 0.05 to 2.5, each about a third above the last. */
const EXPONENTS = Array.from({ length: 14 }, (_, i) => 0.05 * 1.35 ** i);

/** A vanished amplitude shows no gradient by which its exponent could be found again: starts keep a little of it. */
export const LEAST_START = 1e-4;

interface Cell {
  readonly theta: Float64Array;
  readonly residual: number;
}

/**
 * Starts by variable projection (Golub & Pereyra 1973): for each pair of exponents the law is linear in E, A and B,
 * which non-negative least squares on relative errors gives at once. Returned are the local minima of the grid, best
 * first, and then its next best points, `count` in all (fewer where the grid has fewer).
 */
export function projectedStarts(data: ParametricData, model: ParametricModel, count: number): Float64Array[] {
  const inverse = data.logLoss.map((v) => Math.exp(-v));
  const free = [E, A, B].filter((i) => model.lower[i] !== model.upper[i]);
  const fixed = [E, A, B].filter((i) => model.lower[i] === model.upper[i]);
  const alphas = exponentsOf(model, ALPHA, A, data.logN);
  const betas = model.ratio === undefined ? exponentsOf(model, BETA, B, data.logD) : [0];
  const scaled = (log: Float64Array) => (exponent: number) => inverse.map((w, i) => w * Math.exp(-exponent * log[i]!));
  const models = alphas.map(scaled(data.logN));
  const tokens = betas.map(scaled(data.logD));

  const grid = alphas.map((alpha, row) =>
    betas.map((free2, column): Cell => {
      const beta = model.ratio === undefined ? free2 : model.ratio * alpha;
      const columns: Float64Array[] = [];
      columns[A] = models[row]!;
      columns[B] = model.ratio === undefined ? tokens[column]! : scaled(data.logD)(beta);
      columns[E] = inverse;
      const theta = Float64Array.of(0, 0, 0, alpha, beta);
      for (const i of fixed) theta[i] = model.lower[i]!;
      // What the fixed terms leave of 1, the relative prediction that is wanted.
      const rest = fixed.length === 0 ? undefined : remainder(columns, fixed, theta);
      const gram = free.map((i) => free.map((j) => inner(columns[i]!, columns[j]!)));
      const right = free.map((i) => (rest ? inner(columns[i]!, rest) : total(columns[i]!)));
      const { x, gain } = nonNegativeFromGram(gram, right);
      free.forEach((i, k) => {
        theta[i] = Math.max(x[k]!, i === E ? 0 : LEAST_START);
      });
      return { theta, residual: (rest ? inner(rest, rest) : inverse.length) - gain };
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
  const byResidual = (p: Cell, q: Cell) => p.residual - q.residual;
  const chosen = [...minima.sort(byResidual), ...grid.flat().sort(byResidual)];
  return [...new Set(chosen)].slice(0, count).map((cell) => cell.theta);
}

/**
 * The grid of an exponent. Where its amplitude is held, the exponent alone decides how large the term is: those are tried
 * that make it a thousandth of the loss of a typical run, and so on up to all of it.
 */
function exponentsOf(model: ParametricModel, index: number, amplitude: number, log: Float64Array): readonly number[] {
  if (model.lower[index] === model.upper[index]) return [model.lower[index]!];
  if (model.lower[amplitude] !== model.upper[amplitude]) return EXPONENTS;
  const typical = total(log) / log.length;
  const shares = EXPONENTS.map((_, i) => 10 ** ((-3 * i) / (EXPONENTS.length - 1)));
  const exponents = shares.map((share) => Math.log(model.lower[amplitude]! / share) / typical);
  return exponents.filter((v) => v >= model.lower[index]! && v <= model.upper[index]!).concat(EXPONENTS);
}

function remainder(columns: readonly Float64Array[], fixed: readonly number[], theta: Float64Array): Float64Array {
  return columns[E]!.map((_, i) => 1 - fixed.reduce((sum, k) => sum + theta[k]! * columns[k]![i]!, 0));
}

function inner(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function total(a: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]!;
  return sum;
}

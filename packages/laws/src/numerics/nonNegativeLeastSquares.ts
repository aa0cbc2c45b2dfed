import { choleskySolve } from "./cholesky.js";

/**
 * Non-negative least squares for few columns: min ||sum_j x_j c_j - y||^2 with every x_j >= 0.
 * Solved exactly by trying every set of positive variables (2^p - 1 of them), which for p <= 4 is faster than an
 * active-set walk and cannot cycle. x is all zero when no set does better.
 */
export function nonNegativeLeastSquares(columns: readonly Float64Array[], y: Float64Array): number[] {
  const gram = columns.map((a) => columns.map((b) => inner(a, b)));
  return nonNegativeFromGram(
    gram,
    columns.map((column) => inner(column, y)),
  ).x;
}

/**
 * The same from the normal equations: gram_jk = c_j . c_k and right_j = c_j . y. `gain` is by how much the squared
 * residual falls below |y|^2.
 */
export function nonNegativeFromGram(
  gram: readonly (readonly number[])[],
  right: readonly number[],
): { x: number[]; gain: number } {
  const p = right.length;
  // Columns are brought to length 1, so that their units do not matter.
  const lengths = gram.map((row, j) => Math.sqrt(row[j]!) || 1);
  const matrix = new Float64Array(p * p);
  const solution = new Float64Array(p);
  const best = new Float64Array(p);
  let gain = 0;
  const every = (1 << p) - 1;
  for (let mask = every; mask > 0; mask--) {
    let m = 0;
    for (let j = 0; j < p; j++) {
      if (!(mask & (1 << j))) continue;
      let k = 0;
      for (let i = 0; i <= j; i++)
        if (mask & (1 << i)) matrix[m * p + k++] = gram[j]![i]! / (lengths[j]! * lengths[i]!);
      solution[m++] = right[j]! / lengths[j]!;
    }
    // Rows were laid out p apart; the solver wants them m apart.
    for (let r = 1; r < m; r++) matrix.copyWithin(r * m, r * p, r * p + m);
    if (!choleskySolve(matrix, solution, m)) continue;
    let found = 0;
    let negative = false;
    // At the unconstrained optimum of a set, the squared residual falls below |y|^2 by right . x.
    for (let j = 0, k = 0; j < p; j++) {
      if (!(mask & (1 << j))) continue;
      const value = solution[k++]!;
      negative ||= value < 0;
      found += (value * right[j]!) / lengths[j]!;
    }
    if (negative || !(found > gain)) continue;
    gain = found;
    for (let j = 0, k = 0; j < p; j++) best[j] = mask & (1 << j) ? solution[k++]! / lengths[j]! : 0;
    // The unconstrained optimum, where it is allowed, is not surpassed.
    if (mask === every) break;
  }
  return { x: Array.from(best), gain };
}

function inner(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

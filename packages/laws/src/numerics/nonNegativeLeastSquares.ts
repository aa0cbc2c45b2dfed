import { choleskySolve } from "./cholesky.js";

/**
 * Non-negative least squares for few columns: min ||sum_j x_j c_j - y||^2 with every x_j >= 0.
 * Solved exactly by trying every set of positive variables (2^p - 1 of them), which for p <= 4 is faster than an
 * active-set walk and cannot cycle. Columns are normalised first; x is all zero when no set does better.
 */
export function nonNegativeLeastSquares(columns: readonly Float64Array[], y: Float64Array): number[] {
  const p = columns.length;
  const lengths = columns.map((column) => Math.sqrt(inner(column, column)) || 1);
  const gram = columns.map((a, i) => columns.map((b, j) => inner(a, b) / (lengths[i]! * lengths[j]!)));
  const right = columns.map((column, i) => inner(column, y) / lengths[i]!);

  let best = new Array<number>(p).fill(0);
  let bestGain = 0;
  for (let mask = 1; mask < 1 << p; mask++) {
    const members: number[] = [];
    for (let j = 0; j < p; j++) if (mask & (1 << j)) members.push(j);
    const m = members.length;
    const matrix = Float64Array.from({ length: m * m }, (_, k) => gram[members[Math.floor(k / m)]!]![members[k % m]!]!);
    const x = Float64Array.from(members, (j) => right[j]!);
    if (!choleskySolve(matrix, x, m) || x.some((value) => value < 0)) continue;
    // At the unconstrained optimum of a set, the squared residual falls below |y|^2 by right . x.
    let gain = 0;
    for (let k = 0; k < m; k++) gain += x[k]! * right[members[k]!]!;
    if (gain > bestGain) {
      bestGain = gain;
      best = new Array<number>(p).fill(0);
      for (let k = 0; k < m; k++) best[members[k]!] = x[k]! / lengths[members[k]!]!;
    }
  }
  return best;
}

function inner(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

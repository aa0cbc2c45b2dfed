import { choleskySolve } from "../numerics/cholesky.js";
import { SIZE } from "./nextDesignLaw.js";

/** Inverse of a symmetric positive definite 5 x 5 matrix (row-major); undefined where it is not numerically so. */
export function inverse(matrix: Float64Array): Float64Array | undefined {
  const result = new Float64Array(SIZE * SIZE);
  for (let k = 0; k < SIZE; k++) {
    const unit = new Float64Array(SIZE);
    unit[k] = 1;
    const column = solve(matrix, unit);
    if (column === undefined) return undefined;
    for (let i = 0; i < SIZE; i++) result[i * SIZE + k] = column[i]!;
  }
  return result;
}

/** Solves such a system; undefined where that cannot be done. */
export function solve(matrix: Float64Array, right: Float64Array): Float64Array | undefined {
  const solution = right.slice();
  return choleskySolve(matrix.slice(), solution, SIZE) && solution.every(Number.isFinite) ? solution : undefined;
}

/** Adds factor * x y' to a matrix. */
export function addOuter(matrix: Float64Array, x: Float64Array, y: Float64Array, factor: number): void {
  for (let i = 0; i < SIZE; i++) {
    for (let j = 0; j < SIZE; j++) matrix[i * SIZE + j] = matrix[i * SIZE + j]! + factor * x[i]! * y[j]!;
  }
}

/** Matrix times vector. */
export function times(matrix: Float64Array, x: Float64Array): Float64Array {
  const result = new Float64Array(SIZE);
  multiply(matrix, x, result);
  return result;
}

/** The same, into a vector given. */
export function multiply(matrix: Float64Array, x: Float64Array, result: Float64Array): void {
  const a = x[0]!;
  const b = x[1]!;
  const c = x[2]!;
  const d = x[3]!;
  const e = x[4]!;
  for (let i = 0, o = 0; i < SIZE; i++, o += SIZE) {
    result[i] = matrix[o]! * a + matrix[o + 1]! * b + matrix[o + 2]! * c + matrix[o + 3]! * d + matrix[o + 4]! * e;
  }
}

/** x' y. */
export function dot(x: Float64Array, y: Float64Array): number {
  return x[0]! * y[0]! + x[1]! * y[1]! + x[2]! * y[2]! + x[3]! * y[3]! + x[4]! * y[4]!;
}

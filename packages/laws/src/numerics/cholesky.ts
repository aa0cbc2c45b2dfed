/**
 * Solves A x = b in place for a symmetric positive definite A (row-major, n x n; destroyed) and b (overwritten by x).
 * Returns false, with both destroyed, when A is not numerically positive definite.
 */
export function choleskySolve(matrix: Float64Array, right: Float64Array, n: number): boolean {
  for (let j = 0; j < n; j++) {
    let pivot = matrix[j * n + j]!;
    const before = pivot;
    for (let k = 0; k < j; k++) pivot -= matrix[j * n + k]! ** 2;
    // A pivot that cancellation ate to the last digits is noise, not curvature.
    if (!(pivot > 1e-14 * Math.abs(before))) return false;
    const root = Math.sqrt(pivot);
    matrix[j * n + j] = root;
    for (let i = j + 1; i < n; i++) {
      let sum = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= matrix[i * n + k]! * matrix[j * n + k]!;
      matrix[i * n + j] = sum / root;
    }
  }
  for (let i = 0; i < n; i++) {
    let sum = right[i]!;
    for (let k = 0; k < i; k++) sum -= matrix[i * n + k]! * right[k]!;
    right[i] = sum / matrix[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = right[i]!;
    for (let k = i + 1; k < n; k++) sum -= matrix[k * n + i]! * right[k]!;
    right[i] = sum / matrix[i * n + i]!;
  }
  return true;
}

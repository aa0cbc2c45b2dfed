/**
 * Eigenvalues of a small symmetric matrix (row-major, n x n; left as it is), ascending, by Jacobi's rotations (Golub & Van
 * Loan 2013, section 8.5). Absolute errors are of the order of 1e-16 of the largest.
 */
export function symmetricEigenvalues(matrix: ArrayLike<number>, n: number): number[] {
  const a = Float64Array.from(matrix);
  for (let sweep = 0; sweep < 50; sweep++) {
    let off = 0;
    let total = 0;
    for (let p = 0; p < n; p++) {
      for (let q = 0; q < n; q++) {
        total += a[p * n + q]! ** 2;
        if (p !== q) off += a[p * n + q]! ** 2;
      }
    }
    if (off <= 1e-34 * total) break;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) rotate(a, n, p, q);
    }
  }
  return Array.from({ length: n }, (_, i) => a[i * n + i]!).sort((x, y) => x - y);
}

/** Makes the element (p, q) zero. */
function rotate(a: Float64Array, n: number, p: number, q: number): void {
  const off = a[p * n + q]!;
  if (off === 0) return;
  const ratio = (a[q * n + q]! - a[p * n + p]!) / (2 * off);
  const t = Math.sign(ratio || 1) / (Math.abs(ratio) + Math.hypot(1, ratio));
  const c = 1 / Math.hypot(1, t);
  const s = t * c;
  for (let k = 0; k < n; k++) {
    const [x, y] = [a[k * n + p]!, a[k * n + q]!];
    a[k * n + p] = c * x - s * y;
    a[k * n + q] = s * x + c * y;
  }
  for (let k = 0; k < n; k++) {
    const [x, y] = [a[p * n + k]!, a[q * n + k]!];
    a[p * n + k] = c * x - s * y;
    a[q * n + k] = s * x + c * y;
  }
}

/** Largest eigenvalue over smallest; Infinity where the smallest is not positive beyond rounding. */
export function conditionNumber(matrix: ArrayLike<number>, n: number): number {
  const values = symmetricEigenvalues(matrix, n);
  const largest = values.at(-1)!;
  return values[0]! > 1e-15 * n * largest ? largest / values[0]! : Number.POSITIVE_INFINITY;
}

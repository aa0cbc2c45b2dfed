/** Outcome of a linear regression. */
export interface LeastSquaresFit {
  readonly coefficients: readonly number[];
  /** (X' W X)^-1: multiply by the variance of one unit-weight observation for the coefficients' covariance. */
  readonly unscaledCovariance: readonly (readonly number[])[];
  /** y - X coefficients, unweighted. */
  readonly residuals: readonly number[];
  /** Sum of weight * residual^2. */
  readonly residualSum: number;
  /** Observations of positive weight minus coefficients. */
  readonly degreesOfFreedom: number;
}

/**
 * Weighted linear least squares by modified Gram-Schmidt on sqrt(W) X, which unlike the normal equations does not
 * square the condition number. Returns undefined when the columns are linearly dependent or points are too few.
 * @param columns p columns of n values
 * @param y n values
 * @param weights n non-negative weights (inverse variances up to a factor); all one when absent
 */
export function leastSquares(
  columns: readonly ArrayLike<number>[],
  y: ArrayLike<number>,
  weights?: ArrayLike<number>,
): LeastSquaresFit | undefined {
  const n = y.length;
  const p = columns.length;
  const root = Float64Array.from({ length: n }, (_, i) => Math.sqrt(weights?.[i] ?? 1));
  let positive = 0;
  for (const r of root) if (r > 0) positive++;
  if (positive < p) return undefined;

  const q = columns.map((column) => Float64Array.from(column, (value, i) => value * root[i]!));
  const target = Float64Array.from(y, (value, i) => value * root[i]!);
  const upper = Array.from({ length: p }, () => new Float64Array(p));
  const projections = new Float64Array(p);
  for (let j = 0; j < p; j++) {
    const column = q[j]!;
    const before = norm(column);
    for (let k = 0; k < j; k++) {
      const r = dot(q[k]!, column);
      upper[k]![j] = r;
      subtract(column, q[k]!, r);
    }
    const length = norm(column);
    if (!(length > 1e-12 * before)) return undefined;
    upper[j]![j] = length;
    for (let i = 0; i < n; i++) column[i] = column[i]! / length;
    projections[j] = dot(column, target);
    subtract(target, column, projections[j]!);
  }

  const inverse = invertUpper(upper);
  const coefficients = inverse.map((row) => dot(row, projections));
  const unscaledCovariance = inverse.map((row) => inverse.map((other) => dot(row, other)));
  const residuals = Array.from({ length: n }, (_, i) => {
    let fitted = 0;
    for (let j = 0; j < p; j++) fitted += coefficients[j]! * columns[j]![i]!;
    return y[i]! - fitted;
  });
  let residualSum = 0;
  for (let i = 0; i < n; i++) residualSum += (root[i]! * residuals[i]!) ** 2;
  return { coefficients, unscaledCovariance, residuals, residualSum, degreesOfFreedom: positive - p };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

function norm(a: Float64Array): number {
  return Math.sqrt(dot(a, a));
}

function subtract(a: Float64Array, b: Float64Array, factor: number): void {
  for (let i = 0; i < a.length; i++) a[i] = a[i]! - factor * b[i]!;
}

function invertUpper(upper: readonly Float64Array[]): Float64Array[] {
  const p = upper.length;
  const inverse = Array.from({ length: p }, () => new Float64Array(p));
  for (let j = 0; j < p; j++) {
    inverse[j]![j] = 1 / upper[j]![j]!;
    for (let i = j - 1; i >= 0; i--) {
      let sum = 0;
      for (let k = i + 1; k <= j; k++) sum += upper[i]![k]! * inverse[k]![j]!;
      inverse[i]![j] = -sum / upper[i]![i]!;
    }
  }
  return inverse;
}

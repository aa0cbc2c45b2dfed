import { type LeastSquaresFit, leastSquares } from "./leastSquares.js";

/**
 * A polynomial in the centred and scaled variable t = (x - centre) / scale, which keeps the regression well
 * conditioned.
 */
export interface PolynomialFit {
  readonly centre: number;
  readonly scale: number;
  /** Coefficients of t^0, t^1, ..., with their covariance. */
  readonly regression: LeastSquaresFit;
}

/** Weighted least-squares polynomial of the given degree; undefined when x has too few distinct values. */
export function fitPolynomial(
  x: ArrayLike<number>,
  y: ArrayLike<number>,
  degree: number,
  weights?: ArrayLike<number>,
): PolynomialFit | undefined {
  if (new Set(Array.from(x)).size <= degree) return undefined;
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < x.length; i++) {
    low = Math.min(low, x[i]!);
    high = Math.max(high, x[i]!);
  }
  const centre = (low + high) / 2;
  const scale = high > low ? (high - low) / 2 : 1;
  const columns = Array.from({ length: degree + 1 }, (_, power) =>
    Float64Array.from({ length: x.length }, (_, i) => ((x[i]! - centre) / scale) ** power),
  );
  const regression = leastSquares(columns, y, weights);
  return regression && { centre, scale, regression };
}

/** Value of a fitted polynomial at x. */
export function evaluatePolynomial(fit: PolynomialFit, x: number): number {
  const t = (x - fit.centre) / fit.scale;
  let value = 0;
  for (let power = fit.regression.coefficients.length - 1; power >= 0; power--) {
    value = value * t + fit.regression.coefficients[power]!;
  }
  return value;
}

/** How far each observation pulls its own fitted value: x' (X' X)^-1 x, for an unweighted fit at its own points. */
export function leveragesOf(fit: PolynomialFit, x: ArrayLike<number>): number[] {
  const covariance = fit.regression.unscaledCovariance;
  return Array.from(x, (value) => {
    const t = (value - fit.centre) / fit.scale;
    return covariance.reduce((sum, row, j) => sum + row.reduce((s, c, k) => s + c * t ** (j + k), 0), 0);
  });
}

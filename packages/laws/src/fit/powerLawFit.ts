import { leastSquares } from "../numerics/leastSquares.js";

/** y = k x^exponent by regression of ln y on ln x. */
export interface PowerLawFit {
  readonly k: number;
  readonly exponent: number;
  /** ln y - ln(fit), in the order of the points. */
  readonly residuals: readonly number[];
}

/** Weighted regression of ln y on ln x; undefined with fewer than two distinct x. */
export function fitPowerLaw(
  logX: ArrayLike<number>,
  logY: ArrayLike<number>,
  weights?: ArrayLike<number>,
): PowerLawFit | undefined {
  // Centring keeps the slope's accuracy when ln x is large beside its spread.
  let centre = 0;
  for (let i = 0; i < logX.length; i++) centre += logX[i]! / logX.length;
  const line = leastSquares(
    [new Float64Array(logX.length).fill(1), Float64Array.from(logX, (value) => value - centre)],
    logY,
    weights,
  );
  if (!line) return undefined;
  const [level, exponent] = line.coefficients as [number, number];
  return { k: Math.exp(level - exponent * centre), exponent, residuals: line.residuals };
}

/** Arithmetic mean; NaN of nothing. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** Sample standard deviation (n - 1); NaN for fewer than two values. */
export function standardDeviation(values: ArrayLike<number>): number {
  const centre = mean(values);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i]! - centre) ** 2;
  return values.length < 2 ? Number.NaN : Math.sqrt(sum / (values.length - 1));
}

/** Quantile of an ascending sequence by linear interpolation (type 7 of Hyndman & Fan 1996); NaN of nothing. */
export function quantileOfSorted(sorted: ArrayLike<number>, probability: number): number {
  const last = sorted.length - 1;
  if (last < 0) return Number.NaN;
  const position = Math.min(Math.max(probability, 0), 1) * last;
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, last)]!;
  return low + (position - below) * (high - low);
}

/** Quantile of values in any order. */
export function quantile(values: ArrayLike<number>, probability: number): number {
  return quantileOfSorted(Float64Array.from(values).sort(), probability);
}

/** The central 95 % of the values: percentiles 2.5 and 97.5. */
export function central95(values: ArrayLike<number>): readonly [low: number, high: number] {
  const sorted = Float64Array.from(values).sort();
  return [quantileOfSorted(sorted, 0.025), quantileOfSorted(sorted, 0.975)];
}

/** The middle value; NaN of nothing. */
export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}

/** 1 - SS_residual / SS_total, as scikit-learn's r2_score. */
export function rSquared(measured: readonly number[], predicted: readonly number[]): number {
  const centre = mean(measured);
  const residual = measured.reduce((sum, y, i) => sum + (y - predicted[i]!) ** 2, 0);
  return 1 - residual / measured.reduce((sum, y) => sum + (y - centre) ** 2, 0);
}

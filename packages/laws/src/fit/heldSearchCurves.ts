import { DEFAULT_STEPS, type LikelihoodCurve } from "./likelihoodCurve.js";
import { equalRise95, unequalRises95 } from "./objectiveRise.js";
import { type HeldSearch, variableProfile } from "./variableProfile.js";

/** A search with the residuals that its objective sums. */
export interface SearchOfResiduals extends HeldSearch {
  /** ln of the prediction less ln of the measurement, row by row. */
  residuals(x: readonly number[]): Float64Array;
  /** Huber's delta; Infinity for half the squares. */
  readonly delta: number;
  /** Rows that err together, those of one run. */
  readonly clusters: readonly (readonly number[])[];
}

/** A variable of a search as it is reported. */
export interface ReportedVariable {
  readonly variable: number;
  /** From the variable to what is reported: monotonic. */
  value(v: number): number;
}

/**
 * The profile of one variable of a search as a curve, where rows may err by different sizes and those of one run together
 * (objectiveRise.ts), as under the bootstrap; undefined where its bounds hold the variable. What allows for that is too
 * small from few rows (here it held planted constants in 90 %): of it and of equal errors the larger rise is taken (Angrist
 * & Pischke 2009, Mostly Harmless Econometrics, section 8.1).
 */
export function searchCurve(
  search: SearchOfResiduals,
  { variable, value }: ReportedVariable,
  steps = DEFAULT_STEPS,
): LikelihoodCurve | undefined {
  const { best, lower, upper, delta, clusters } = search;
  const free = best.flatMap((_, k) => (lower[k]! < upper[k]! ? [k] : []));
  const place = free.indexOf(variable);
  if (place < 0) return undefined;
  const residuals = search.residuals(best);
  const jacobian = derivativesOf(search, free, residuals.length);
  const level = Math.max(
    unequalRises95(residuals, jacobian, free.length, delta, clusters)[place]!,
    equalRise95(residuals, free.length, delta),
  );
  const slope = Math.sqrt(residuals.reduce((sum, _, i) => sum + jacobian[i * free.length + place]! ** 2, 0));
  const profile = variableProfile(search, variable, level, Math.sqrt(2 * level) / slope);
  const limits = [lower[variable]!, upper[variable]!];
  const [low, high] = profile.ends.map((end, side) => ({
    value: value(end ?? limits[side]!),
    open: end === undefined,
  })) as [{ value: number; open: boolean }, { value: number; open: boolean }];
  const points = profile.points(steps).map((point) => ({ value: value(point.value), rise: point.rise }));
  // What is reported may fall where the variable rises.
  const [first, last] = low.value <= high.value ? [low, high] : [high, low];
  return {
    estimate: value(best[variable]!),
    interval: [first.value, last.value],
    open: [...(first.open ? (["low"] as const) : []), ...(last.open ? (["high"] as const) : [])],
    points: first === low ? points : points.reverse(),
    level,
  };
}

/** Derivatives of the residuals by the free variables, row-major: by differences within the bounds. */
function derivativesOf({ best, lower, upper, residuals }: SearchOfResiduals, free: readonly number[], rows: number) {
  const jacobian = new Float64Array(rows * free.length);
  free.forEach((k, place) => {
    const step = 1e-6 * Math.max(1e-2, Math.abs(best[k]!));
    const [low, high] = [Math.max(lower[k]!, best[k]! - step), Math.min(upper[k]!, best[k]! + step)];
    const moved = (v: number) => residuals(best.map((own, other) => (other === k ? v : own)));
    const [below, above] = [moved(low), moved(high)];
    for (let i = 0; i < rows; i++) jacobian[i * free.length + place] = (above[i]! - below[i]!) / (high - low);
  });
  return jacobian;
}

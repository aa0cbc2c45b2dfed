import type { Random } from "../numerics/random.js";
import { median, standardDeviation } from "../numerics/statistics.js";
import type { SeedNoise } from "../uncertainty/bootstrap.js";
import { noiseAt } from "../uncertainty/seedNoise.js";
import { isInside, minimumAt, type ProfileMinimum } from "./profile.js";
import type { CurveMinimum } from "./profileCurve.js";
import type { ResampledProfile } from "./profileResampling.js";

/** Floor of a minimum's error in ln N for the regression, in spacings of the sizes: Porian et al. 2024's 0.33. */
const LEAST_ERROR = 0.33;

/** One budget's minimum under noise from seed to seed. */
export interface NoisyMinimum {
  /** At the median of the draws' ln N, with the median of their losses. */
  readonly median: ProfileMinimum;
  /** Standard deviation of the draws' ln N. */
  readonly standardError: number;
  /** Draws whose minimum lies inside the grid. */
  readonly draws: readonly ProfileMinimum[];
  /**
   * What the regression weighs this budget by, as a standard error of ln N: that of the draws, but at least 0.33 of
   * the spacing of the sizes, and more where draws were lost at the edge.
   */
  readonly regressionError: number;
}

/**
 * The noise bootstrap of Porian et al. 2024, every loss gets a normal error of the seed noise at that loss, the
 * curve goes through them anew, minima at an edge are dropped, and a budget with fewer than half its draws left is
 * dropped too (undefined). Draws of budgets are independent of each other.
 */
export function noisyMinimum(
  profile: ResampledProfile,
  noise: SeedNoise,
  resamples: number,
  random: Random,
): NoisyMinimum | undefined {
  const { design, members } = profile;
  const sds = members.map((r) => noiseAt(noise, r.loss));
  const losses = new Float64Array(members.length);
  const minima: CurveMinimum[] = [];
  for (let k = 0; k < resamples; k++) {
    members.forEach((r, i) => {
      losses[i] = r.loss + sds[i]! * random.normal();
    });
    // Noise beyond the loss itself has no logarithm, and no meaning.
    const minimum = losses.every((loss) => loss > 0) ? profile.minimum(losses) : undefined;
    if (minimum && isInside(design, minimum)) minima.push(minimum);
  }
  if (minima.length < resamples / 2) return undefined;
  const logN = minima.map((m) => m.logN);
  const standardError = minima.length < 2 ? 0 : standardDeviation(logN);
  const spacing = (design.high - design.low) / (design.sizes - 1);
  return {
    median: minimumAt(design, median(logN), median(minima.map((m) => m.loss))),
    standardError,
    draws: minima.map((m) => minimumAt(design, m.logN, m.loss)),
    regressionError: Math.max(standardError, LEAST_ERROR * spacing) * (resamples / minima.length),
  };
}

import { fitPolynomial, leveragesOf } from "../numerics/polynomial.js";
import type { Random } from "../numerics/random.js";
import type { RunRecord } from "../record.js";
import { resampleCounts } from "../uncertainty/bootstrap.js";
import { fitProfile, type IsoflopProfile } from "./profile.js";

/**
 * "residual": the design stays, and every run's loss is its parabola's value with an error drawn from all profiles'
 * residuals. "case": runs are drawn with replacement within their budget, as Hoffmann et al. 2022 and Besiroglu et al.
 * 2024 do over hundreds of runs.
 */
export type ProfileResampling = "residual" | "case";

/** A profile that is fitted, with its runs. */
export interface ResampledProfile {
  readonly profile: IsoflopProfile;
  readonly members: readonly RunRecord[];
}

type Vertex = NonNullable<IsoflopProfile["vertex"]>;

/** One draw of all minima; a minimum that fell off its grid is missing. */
export type VertexDraw = (random: Random) => Vertex[];

/** Run-to-run noise as several parabolas show it together. */
export interface PooledNoise {
  /** ln-loss residuals, each over sqrt(1 - leverage), centred. */
  readonly errors: readonly number[];
  /** Runs minus fitted coefficients, over all profiles. */
  readonly degreesOfFreedom: number;
}

/**
 * Residuals of all parabolas, made one pool: a parabola through seven runs leaves four degrees of freedom, too few to
 * resample by themselves, and the noise of ln loss is taken to be the same at every budget (as the weights of the
 * minima do). A residual is smaller than its error by sqrt(1 - leverage): Davison & Hinkley 1997, Bootstrap Methods and
 * their Application, equation 6.9.
 */
export function poolNoise(profiles: readonly IsoflopProfile[]): PooledNoise {
  const raw: number[] = [];
  let degreesOfFreedom = 0;
  for (const profile of profiles) {
    if (!profile.coefficients || profile.degreesOfFreedom < 1) continue;
    degreesOfFreedom += profile.degreesOfFreedom;
    const logN = profile.points.map((point) => Math.log(point.parameters));
    const losses = profile.points.map((point) => point.loss);
    const leverages = leveragesOf(fitPolynomial(logN, losses, 2)!, logN);
    const fitted = fittedLosses(profile);
    losses.forEach((loss, i) => {
      // A run that its parabola passes through whatever its loss says nothing of the noise.
      if (leverages[i]! < 1 - 1e-9) raw.push(Math.log(loss / fitted[i]!) / Math.sqrt(1 - leverages[i]!));
    });
  }
  const mean = raw.reduce((sum, value) => sum + value, 0) / Math.max(1, raw.length);
  return { errors: raw.map((value) => value - mean), degreesOfFreedom };
}

/** How to draw the minima once more, in one of the two ways; undefined where no run is left over to show any noise. */
export function vertexDraws(
  used: readonly ResampledProfile[],
  noise: PooledNoise,
  resampling: ProfileResampling,
): VertexDraw | undefined {
  // Three sizes a budget: every parabola passes through its runs, and any resample gives the same minimum again.
  if (noise.degreesOfFreedom < 1) return undefined;
  if (resampling === "case") return (random) => used.flatMap((each) => resampleRuns(each, random));
  const fitted = used.map(({ profile }) => fittedLosses(profile));
  return (random) => {
    const scale = noiseScale(noise.degreesOfFreedom, random);
    return used.flatMap(({ profile, members }, p) => {
      const redrawn = members.map((record, i): RunRecord => {
        const error = noise.errors[random.integer(noise.errors.length)]!;
        return { ...record, loss: fitted[p]![i]! * Math.exp(scale * error) };
      });
      const again = fitProfile(profile.budget, redrawn, new Float64Array(members.length).fill(1));
      return again.status === "used" ? [again.vertex!] : [];
    });
  };
}

/**
 * sqrt(nu / chi-squared(nu)): the noise level is itself only known from nu degrees of freedom, and drawing it anew each
 * time turns normal percentiles into Student's (Gelman et al. 2013, Bayesian Data Analysis, section 3.2).
 */
function noiseScale(degreesOfFreedom: number, random: Random): number {
  let chiSquared = 0;
  for (let i = 0; i < degreesOfFreedom; i++) chiSquared += random.normal() ** 2;
  return Math.sqrt(degreesOfFreedom / chiSquared);
}

function fittedLosses({ coefficients, points }: IsoflopProfile): number[] {
  const [c0, c1, c2] = coefficients!;
  return points.map((point) => {
    const x = Math.log(point.parameters);
    return c0 + x * (c1 + x * c2);
  });
}

/** Resamples that repeat too few sizes to bend a parabola are drawn again, at most so often. */
const REDRAWS = 20;

/** A resample's vertex, or none where it fell off the grid: that budget then sits out this draw. */
function resampleRuns({ profile, members }: ResampledProfile, random: Random): Vertex[] {
  const distinct = new Set(members.map((r) => r.parameters)).size;
  const needed = Math.min(4, distinct);
  const stratum = [members.map((_, i) => i)];
  const counts = new Float64Array(members.length);
  for (let attempt = 0; attempt < REDRAWS; attempt++) {
    resampleCounts(stratum, random, counts);
    const sizes = new Set(members.filter((_, i) => counts[i]! > 0).map((r) => r.parameters)).size;
    if (sizes < needed) continue;
    const again = fitProfile(profile.budget, members, counts);
    return again.status === "used" ? [again.vertex!] : [];
  }
  return [];
}

import type { Random } from "../numerics/random.js";
import { resampleCounts } from "../uncertainty/bootstrap.js";
import { isInside, type PreparedProfile, type ProfileVertex, vertexAt } from "./profile.js";
import type { CurveMinimum } from "./profileCurve.js";
import type { ProfileDesign } from "./profileDesign.js";

/**
 * "residual": the design stays, and every run's loss is its parabola's value with an error drawn from all profiles'
 * residuals. "case": runs are drawn with replacement, as Hoffmann et al. 2022 and Besiroglu et al. 2024 do over hundreds
 * of them; the only way for splines, which leave no residuals.
 */
export type ProfileResampling = "residual" | "case";

/** A profile that can be resampled: it has a design. */
export interface ResampledProfile extends PreparedProfile {
  readonly design: ProfileDesign;
}

/** One draw of all minima, in the order of the profiles; undefined where a minimum fell off its grid. */
export type VertexDraw = (random: Random) => (ProfileVertex | undefined)[];

/** Run-to-run noise as several parabolas show it together. */
export interface PooledNoise {
  /** ln-loss residuals, each over sqrt(1 - leverage), centred. */
  readonly errors: readonly number[];
  /** Standard deviation of ln loss: root of the squared residuals over the degrees of freedom. */
  readonly sd: number;
  /** Runs minus fitted coefficients, over all profiles. */
  readonly degreesOfFreedom: number;
}

/**
 * Residuals of all parabolas, made one pool: a parabola through seven runs leaves four degrees of freedom, too few to
 * resample by themselves, and the noise of ln loss is taken to be the same at every budget (as the weights of the
 * minima do). A residual is smaller than its error by sqrt(1 - leverage): Davison & Hinkley 1997, Bootstrap Methods and
 * their Application, equation 6.9.
 */
export function poolNoise(profiles: readonly ResampledProfile[]): PooledNoise {
  const errors: number[] = [];
  let degreesOfFreedom = 0;
  let squares = 0;
  for (const profile of profiles) {
    if (profile.curve !== "parabola" || profile.design.degreesOfFreedom < 1) continue;
    degreesOfFreedom += profile.design.degreesOfFreedom;
    const fitted = fittedLosses(profile);
    profile.members.forEach(({ loss }, i) => {
      const residual = Math.log(loss / fitted[i]!);
      const leverage = profile.design.leverages[i]!;
      squares += residual ** 2;
      // A run that its parabola passes through whatever its loss says nothing of the noise.
      if (leverage < 1 - 1e-9) errors.push(residual / Math.sqrt(1 - leverage));
    });
  }
  const mean = errors.reduce((sum, value) => sum + value, 0) / Math.max(1, errors.length);
  return {
    errors: errors.map((value) => value - mean),
    sd: degreesOfFreedom < 1 ? Number.NaN : Math.sqrt(squares / degreesOfFreedom),
    degreesOfFreedom,
  };
}

/**
 * How to draw the minima once more; undefined where no run is left over to show any noise.
 * @param over "runs": all observations of one training run share one random sign of their errors (residual; the wild
 * cluster bootstrap of Cameron, Gelbach & Miller 2008), or are drawn together (case)
 */
export function vertexDraws(
  used: readonly ResampledProfile[],
  noise: PooledNoise,
  resampling: ProfileResampling,
  over: "rows" | "runs",
): VertexDraw | undefined {
  if (resampling === "case") {
    // Three sizes a budget: any resample with a minimum gives the same minimum again.
    if (used.every(({ members }) => members.length <= 3)) return undefined;
    return over === "runs" ? drawRuns(used) : (random) => used.map((profile) => drawRows(profile, random));
  }
  if (noise.degreesOfFreedom < 1) return undefined;
  const fitted = used.map(fittedLosses);
  const own = used.map((profile, p) =>
    profile.members.map(({ loss }, i) => {
      const spare = 1 - profile.design.leverages[i]!;
      return spare > 1e-9 ? Math.log(loss / fitted[p]![i]!) / Math.sqrt(spare) : 0;
    }),
  );
  return (random) => {
    const scale = noiseScale(noise.degreesOfFreedom, random);
    const signs = new Map<string, number>();
    const signOf = (run: string) => {
      const sign = signs.get(run) ?? (random.uniform() < 0.5 ? -1 : 1);
      signs.set(run, sign);
      return sign;
    };
    return used.map((profile, p) => {
      const losses = Float64Array.from(profile.members, (record, i) => {
        const error =
          over === "runs"
            ? signOf(record.run ?? record.id) * own[p]![i]!
            : noise.errors[random.integer(noise.errors.length)]!;
        return fitted[p]![i]! * Math.exp(scale * error);
      });
      return insideVertex(profile, profile.minimum(losses));
    });
  };
}

/**
 * sqrt(nu / chi^2_nu): the noise itself is known no better than its degrees of freedom allow, which turns the draws'
 * normal tails into Student's.
 */
function noiseScale(degreesOfFreedom: number, random: Random): number {
  let chiSquared = 0;
  for (let i = 0; i < degreesOfFreedom; i++) chiSquared += random.normal() ** 2;
  return Math.sqrt(degreesOfFreedom / chiSquared);
}

function fittedLosses({ design, members }: ResampledProfile): number[] {
  const coefficients = design.coefficients(members.map((r) => r.loss))!;
  return members.map((_, i) => design.fitted(coefficients, i));
}

function insideVertex({ design }: ResampledProfile, minimum: CurveMinimum | undefined): ProfileVertex | undefined {
  return minimum && isInside(design, minimum) ? vertexAt(design, minimum) : undefined;
}

/** Resamples that repeat too few sizes to bend a parabola are drawn again, at most so often. */
const REDRAWS = 20;

/** A resample's vertex, or none where it fell off the grid: that budget then sits out this draw. */
function drawRows(profile: ResampledProfile, random: Random): ProfileVertex | undefined {
  const { members } = profile;
  const stratum = [members.map((_, i) => i)];
  const counts = new Float64Array(members.length);
  for (let attempt = 0; attempt < REDRAWS; attempt++) {
    resampleCounts(stratum, random, counts);
    if (enoughSizes(profile, counts)) return weighedVertex(profile, counts);
  }
  return undefined;
}

/** Draws training runs with replacement, each with its observations at all budgets. */
function drawRuns(used: readonly ResampledProfile[]): VertexDraw {
  const runOf = used.map(({ members }) => members.map((record) => record.run ?? record.id));
  const runs = [...new Set(runOf.flat())];
  const index = new Map(runs.map((run, i) => [run, i]));
  const stratum = [runs.map((_, i) => i)];
  const drawn = new Float64Array(runs.length);
  return (random) => {
    resampleCounts(stratum, random, drawn);
    return used.map((profile, p) => {
      const counts = Float64Array.from(runOf[p]!, (run) => drawn[index.get(run)!]!);
      return enoughSizes(profile, counts) ? weighedVertex(profile, counts) : undefined;
    });
  };
}

function enoughSizes({ members, design }: ResampledProfile, counts: Float64Array): boolean {
  const sizes = new Set(members.filter((_, i) => counts[i]! > 0).map((r) => r.parameters)).size;
  return sizes >= Math.min(4, design.sizes);
}

function weighedVertex(profile: ResampledProfile, counts: Float64Array): ProfileVertex | undefined {
  return insideVertex(
    profile,
    profile.minimum(
      profile.members.map((r) => r.loss),
      counts,
    ),
  );
}

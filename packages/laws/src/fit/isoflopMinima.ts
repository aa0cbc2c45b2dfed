import { createRandom } from "../numerics/random.js";
import { central95, standardDeviation } from "../numerics/statistics.js";
import {
  type BootstrapDraws,
  type BootstrapOptions,
  bootstrap,
  FEWEST_DRAWS,
  type SeedNoise,
} from "../uncertainty/bootstrap.js";
import { noiseAt } from "../uncertainty/seedNoise.js";
import { fitLossFrontier, type LossFrontierFit } from "./lossFrontierFit.js";
import { fitPowerLaw } from "./powerLawFit.js";
import type { IsoflopProfile, ProfileMinimum, ProfileVertex } from "./profile.js";
import {
  type PooledNoise,
  type ProfileResampling,
  poolNoise,
  type ResampledProfile,
  vertexDraws,
} from "./profileResampling.js";
import { noisyMinimum } from "./seedNoiseDraws.js";

export const DRAW_NAMES = ["kN", "a", "kD", "b", "E", "k", "gamma"] as const;

/** A profile with a minimum, and what it was fitted by. */
export interface UsedProfile {
  readonly prepared: ResampledProfile;
  readonly profile: IsoflopProfile;
}

/** The minima of a study with the power laws through them, and the draws of both. */
export interface IsoflopMinima {
  readonly used: readonly UsedProfile[];
  readonly laws: IsoflopLaws;
  readonly draws: BootstrapDraws;
  /** False where no noise can be shown, so that there are no draws. */
  readonly drawable: boolean;
  /** Run-to-run errors of ln loss. */
  readonly errors: readonly number[];
  readonly noiseDegreesOfFreedom: number;
}

export interface IsoflopLaws {
  readonly parameters: Readonly<Record<(typeof DRAW_NAMES)[number], number>>;
  readonly frontier: LossFrontierFit;
  readonly residualsN: readonly number[];
  readonly residualsD: readonly number[];
  readonly objective: number;
}

/**
 * N_opt = kN C^a and D_opt = kD C^b by regression of logarithms, L_opt = E + k C^-gamma by relative errors.
 * @param weights of the regressions: inverse variances of ln N up to a factor; all alike where any is not finite
 */
export function fitMinima(minima: readonly ProfileMinimum[], weights?: readonly number[]): IsoflopLaws | undefined {
  const usable = weights?.every(Number.isFinite) ? weights : undefined;
  const logC = minima.map((v) => Math.log(v.flops));
  const logs = (key: "parameters" | "tokens") => minima.map((v) => Math.log(v[key]));
  const n = fitPowerLaw(logC, logs("parameters"), usable);
  const d = fitPowerLaw(logC, logs("tokens"), usable);
  const frontier = fitLossFrontier(
    minima.map((v) => v.flops),
    minima.map((v) => v.loss),
  );
  if (!n || !d || !frontier) return undefined;
  const parameters = { kN: n.k, a: n.exponent, kD: d.k, b: d.exponent, ...frontier.parameters };
  const objective = n.residuals.reduce((sum, r) => sum + r * r, 0);
  return { parameters, frontier, residualsN: n.residuals, residualsD: d.residuals, objective };
}

/** How runs are drawn anew. */
export interface RowResampling {
  readonly over: "rows" | "runs" | "none";
  readonly resampling: ProfileResampling;
  /** Where known, the standard errors of the minima are by it. */
  readonly noise?: SeedNoise;
  readonly byVertex: boolean;
}

/** Minima as the curves have them, redrawn with their runs. */
export function resampledMinima(
  used: readonly UsedProfile[],
  how: RowResampling,
  options: BootstrapOptions,
): IsoflopMinima {
  const vertices = used.map(({ profile }) => profile.vertex!);
  // The noise of one run is taken to be the same at every budget, so that only its factor, the geometry of the profile,
  // weighs.
  const fit = (of: readonly ProfileVertex[]) =>
    fitMinima(of, how.byVertex ? of.map((v) => v.logParametersPerNoise ** -2) : undefined);
  const laws = fit(vertices)!;
  const prepared = used.map((each) => each.prepared);
  const noise = poolNoise(prepared);
  const draw = how.over === "none" ? undefined : vertexDraws(prepared, noise, how.resampling, how.over);
  const drawn = used.map((): ProfileVertex[] => []);
  const draws = bootstrap(DRAW_NAMES, draw ? options : { ...options, resamples: 0 }, (random) => {
    const redrawn = draw!(random);
    redrawn.forEach((vertex, i) => {
      if (vertex) drawn[i]!.push(vertex);
    });
    const refit = fit(redrawn.filter((vertex) => vertex !== undefined));
    // With minima lost, the loss would be drawn from another law than the one it was fitted by.
    if (refit?.frontier.form !== laws.frontier.form) return undefined;
    return DRAW_NAMES.map((name) => refit.parameters[name]);
  });
  return {
    used: used.map(({ prepared: each, profile }, i) => {
      const error = errorOf(profile.vertex!, drawn[i]!, noise, how.noise);
      return {
        prepared: each,
        profile: withVertex(profile, { ...profile.vertex!, ...error, ...intervals(drawn[i]!) }),
      };
    }),
    laws,
    draws,
    drawable: draw !== undefined,
    errors: noise.errors,
    noiseDegreesOfFreedom: noise.degreesOfFreedom,
  };
}

function errorOf(vertex: ProfileVertex, drawn: readonly ProfileVertex[], pooled: PooledNoise, seeds?: SeedNoise) {
  if (seeds) return { standardError: vertex.logParametersPerNoise * noiseAt(seeds, vertex.loss) };
  if (pooled.degreesOfFreedom > 0) return { standardError: vertex.logParametersPerNoise * pooled.sd * vertex.loss };
  if (drawn.length < FEWEST_DRAWS) return {};
  return { standardError: standardDeviation(drawn.map((v) => Math.log(v.parameters))) };
}

/**
 * The whole procedure of Porian et al. 2024: minima as medians under seed noise, weighted by their spread; draw i of the
 * laws goes through the i-th valid draw of every budget (which are independent of each other), with the same weights.
 * Profiles that keep fewer than half their draws are returned in `lost`. Fewer than two minima: no laws.
 */
export function noisyMinima(
  candidates: readonly UsedProfile[],
  noise: SeedNoise,
  byVertex: boolean,
  options: BootstrapOptions,
): { readonly lost: readonly UsedProfile[]; readonly minima?: IsoflopMinima } {
  const { resamples = 1000, random = createRandom(0) } = options;
  const all = candidates.map((each) => ({ ...each, noisy: noisyMinimum(each.prepared, noise, resamples, random) }));
  const lost = all.filter(({ noisy }) => noisy === undefined);
  const kept = all.flatMap(({ noisy, ...each }) => (noisy ? [{ ...each, noisy }] : []));
  if (kept.length < 2) return { lost };
  const weights = byVertex ? kept.map(({ noisy }) => noisy.regressionError ** -2) : undefined;
  const laws = fitMinima(
    kept.map(({ noisy }) => noisy.median),
    weights,
  )!;
  let next = 0;
  const draws = bootstrap(DRAW_NAMES, options, () => {
    const i = next++;
    const minima = kept.map(({ noisy }) => noisy.draws[i]);
    const refit = minima.every((m) => m !== undefined) ? fitMinima(minima, weights) : undefined;
    return refit && DRAW_NAMES.map((name) => refit.parameters[name]);
  });
  const last = kept.at(-1)!.noisy.median.loss;
  const share = noiseAt(noise, last) / last;
  return {
    lost,
    minima: {
      used: kept.map(({ prepared, profile, noisy }) => ({
        prepared,
        profile: withVertex(profile, {
          ...profile.vertex!,
          ...noisy.median,
          standardError: noisy.standardError,
          regressionError: noisy.regressionError,
          ...intervals(noisy.draws),
        }),
      })),
      laws,
      draws,
      drawable: true,
      // Of one new run at the largest budget: forecasts look that way.
      errors: Array.from({ length: 200 }, () => share * random.normal()),
      noiseDegreesOfFreedom: 0,
    },
  };
}

function withVertex(profile: IsoflopProfile, vertex: ProfileVertex): IsoflopProfile {
  return { ...profile, vertex };
}

/** Percentiles of the draws that have a minimum inside the grid. */
function intervals(drawn: readonly ProfileMinimum[]): Pick<ProfileVertex, "intervals95"> {
  if (drawn.length < FEWEST_DRAWS) return {};
  const of = (key: "parameters" | "tokens" | "loss") => central95(drawn.map((v) => v[key]));
  return { intervals95: { parameters: of("parameters"), tokens: of("tokens"), loss: of("loss") } };
}

import { fitIsoflop } from "../fit/isoflop.js";
import { fitParametric } from "../fit/parametric.js";
import { type ChinchillaParameters, chinchilla, chinchillaExponents } from "../laws/chinchilla.js";
import { powerLawAllocation } from "../laws/powerLaw.js";
import type { RunRecord } from "../record.js";

/** A design of isoFLOP profiles, relative to the true optimum. */
export interface ProfileGrid {
  /** Factor from the smallest to the largest size of a budget. */
  readonly width: number;
  /** Sizes of a budget, evenly spaced in ln N. */
  readonly sizes: number;
  /** Middle of the sizes over the true N_opt, at the middle budget; default 1. */
  readonly offset?: number;
  /** The middle of the sizes drifts off N_opt as C^drift; default 0. */
  readonly drift?: number;
}

export interface BiasStudy extends ProfileGrid {
  readonly truth: ChinchillaParameters;
  /** FLOPs, ascending. */
  readonly budgets: readonly number[];
  /** Budget to forecast, over the largest one fitted; default 100. */
  readonly extrapolation?: number;
}

/** Approach 2 by its curve, or Approach 3. */
export type BiasedProcedure = "parabola" | "akima" | "parametric";

/** What a procedure makes of runs without any noise: its own error. */
export interface ProcedureBias {
  /** Exponent a as fitted minus the true one. */
  readonly exponent: number;
  /** ln of N_opt found over the true one, at each budget fitted; by Approach 2 where its curve has its minimum. */
  readonly logParameters: readonly number[];
  /** The same by the fitted law, at the extrapolated budget. */
  readonly extrapolated: number;
}

/** Runs of a planted L(N, D), C = 6ND, without noise, on a grid that need not lie where it should. */
export function noiseFreeProfiles({ truth, budgets, width, sizes, offset = 1, drift = 0 }: BiasStudy): RunRecord[] {
  const middle = Math.sqrt(budgets[0]! * budgets.at(-1)!);
  return budgets.flatMap((budget) => {
    const centre = chinchilla.optimum(truth, budget).parameters * offset * (budget / middle) ** drift;
    return Array.from({ length: sizes }, (_, i): RunRecord => {
      const parameters = centre * width ** (i / (sizes - 1) - 0.5);
      const tokens = budget / (6 * parameters);
      const loss = chinchilla.loss(truth, parameters, tokens);
      return { id: `${budget}-${i}`, parameters, tokens, flops: budget, budget, loss };
    });
  });
}

/**
 * The error of a procedure without noise (Czech et al. 2026, arXiv:2603.22339, for Approach 2). Approach 3 has the planted
 * law's own form, and none.
 * @throws IsoflopError "too-few-minima" where the grid does not hold the minima
 */
export function procedureBias(study: BiasStudy, procedure: BiasedProcedure): ProcedureBias {
  const { truth, budgets, extrapolation = 100 } = study;
  const records = noiseFreeProfiles(study);
  const target = extrapolation * budgets.at(-1)!;
  const error = (flops: number, found: number) => Math.log(found / chinchilla.optimum(truth, flops).parameters);
  const a = chinchillaExponents(truth).a;
  if (procedure === "parametric") {
    const fit = fitParametric(records, { loss: "mse", resamples: 0 });
    const at = (flops: number) => error(flops, chinchilla.optimum(fit.parameters, flops).parameters);
    return { exponent: fit.exponents.a - a, logParameters: budgets.map(at), extrapolated: at(target) };
  }
  const fit = fitIsoflop(records, { curve: procedure, resamples: 0 });
  return {
    exponent: fit.exponents.a - a,
    logParameters: fit.profiles.flatMap((p) => (p.status === "used" ? [error(p.budget, p.vertex!.parameters)] : [])),
    extrapolated: error(target, powerLawAllocation.optimum(fit.parameters, target).parameters),
  };
}

/**
 * Leading orders of what a least-squares parabola does to N_opt: ln of the N it finds over the true one, for L = E +
 * A/N^alpha + B/D^beta along an isoFLOP. With x = ln(N/N_opt), and alpha A N^-alpha = beta B D^-beta at the optimum, L
 * is E plus a multiple of e^(-alpha x)/alpha + e^(beta x)/beta, whose derivatives at 0 are in the ratios f'' : f''' : f''''
 * = 1 : t : q, t = beta - alpha, q = alpha^2 - alpha beta + beta^2. Least squares over u = x - c, symmetric about the grid's
 * middle c, make of them the slope f' + f''' k h^2/6 and the curvature f'' + f'''' l h^2/12 at c, where h is half the
 * range, k h^2 = <u^4>/<u^2> and l h^2 = cov(u^4, u^2)/var(u^2) (3/5 and 6/7 for very many sizes). So
 *
 *   shift = t (c^2/2 - k h^2/6) + q (c^3/3 - c h^2 (k/6 - l/12)) - t^2 (c^3/2 - c k h^2/6) + fourth order in (c, h).
 *
 * The shift does not depend on the budget: a grid that is equally wide and equally off at every budget biases N_opt by a
 * constant factor and leaves the exponent alone; one that drifts biases the exponent, by d(shift)/dc times the drift.
 */
export function parabolaShift(
  { alpha, beta }: Pick<ChinchillaParameters, "alpha" | "beta">,
  { width, sizes, offset = 1 }: Omit<ProfileGrid, "drift">,
): number {
  const h = Math.log(width) / 2;
  const c = Math.log(offset);
  const u = Array.from({ length: sizes }, (_, i) => (2 * i) / (sizes - 1) - 1);
  const moment = (power: number) => u.reduce((sum, value) => sum + value ** power, 0) / sizes;
  const k = moment(4) / moment(2);
  const l = (moment(6) - moment(4) * moment(2)) / (moment(4) - moment(2) ** 2);
  const t = beta - alpha;
  const q = alpha ** 2 - alpha * beta + beta ** 2;
  return (
    t * (c ** 2 / 2 - (k * h ** 2) / 6) +
    q * (c ** 3 / 3 - c * h ** 2 * (k / 6 - l / 12)) -
    t ** 2 * (c ** 3 / 2 - (c * k * h ** 2) / 6)
  );
}

import { type BudgetGrouping, groupByBudget as group } from "../fit/budgets.js";
import {
  type DataConstrainedFit,
  type DataConstrainedOptions,
  fitDataConstrained as repeated,
} from "../fit/dataConstrained.js";
import { type EnvelopeFit, type EnvelopeOptions, fitEnvelope as envelope } from "../fit/envelope.js";
import { type IsoflopFit, type IsoflopOptions, fitIsoflop as isoflop } from "../fit/isoflop.js";
import {
  type KaplanComputeFit,
  type KaplanModelDataFit,
  type KaplanOptions,
  fitKaplan as kaplan,
} from "../fit/kaplan.js";
import { type ParametricFit, type ParametricOptions, fitParametric as parametric } from "../fit/parametric.js";
import type { ResidualLoss } from "../fit/parametricData.js";
import type { ProfileCurve } from "../fit/profileCurve.js";
import type { ProfileResampling } from "../fit/profileResampling.js";
import { checkRecords } from "../fit/records.js";
import type { DecayForm } from "../laws/forms/repetition.js";
import { attempt, type Outcome } from "../outcome.js";
import { checkOptions, checkPositive, named, namesOf, type OptionRules, type RunInput } from "./input.js";

const ISOFLOP: OptionRules = {
  choices: {
    curve: namesOf<ProfileCurve>({ parabola: true, akima: true }),
    weights: namesOf<NonNullable<IsoflopOptions["weights"]>>({ vertex: true, equal: true }),
    resampling: namesOf<ProfileResampling>({ residual: true, case: true }),
  },
  positive: ["clusterTolerance"],
};
const PARAMETRIC: OptionRules = {
  choices: { loss: namesOf<ResidualLoss>({ huber: true, lad: true, mse: true }) },
  positive: ["delta"],
};
const DATA_CONSTRAINED: OptionRules = {
  choices: {
    ...PARAMETRIC.choices,
    decaying: namesOf<NonNullable<DataConstrainedOptions["decaying"]>>({
      both: true,
      data: true,
      parameters: true,
      none: true,
    }),
    form: namesOf<DecayForm>({ exponential: true, geometric: true }),
  },
  positive: ["delta"],
};

/**
 * Approach 1 of Hoffmann et al. 2022 (arXiv:2203.15556, section 3.1): smooth each training curve, find the run of least
 * loss at 1,500 log-spaced values of compute, fit N_opt = kN C^a and D_opt = kD C^b to the winners. Stretches that the
 * smallest or the largest size wins are left out. The loss is the smoothed TRAINING loss.
 *
 * @param runs at least 3, with `curve` (tokens, FLOPs, nats per token; ascending in tokens) on two sizes or more
 * @param options resamples of whole runs (default 1000), generator, counting convention, smoothing
 * @returns exponents a, b; L_opt(C) = E + k C^-gamma in nats per token; the envelope; 95 % intervals and their draws.
 * Errors: "bad-record" (with `rows`), "too-few-records", "no-curves", "no-envelope", "bad-option"
 *
 * @example
 * const fit = fitEnvelope(runs);
 * if (isIsoflopError(fit)) throw fit;
 * fit.exponents.a; // N_opt ∝ C^a
 */
export function fitEnvelope(runs: readonly RunInput[], options?: EnvelopeOptions): Outcome<EnvelopeFit> {
  return attempt(() => {
    checkOptions(options, { positive: ["bandwidth", "gridPoints"] });
    return envelope(named(runs), options);
  });
}

/**
 * Approach 2 of Hoffmann et al. 2022 (arXiv:2203.15556, section 3.2): a parabola in ln N through the final losses of each
 * budget, N_opt = kN C^a and D_opt = kD C^b through the minima, and L_opt(C) = E + k C^-gamma along them. Minima on the
 * edge of their profile are reported and not fitted. With `curve: "akima"` and seed noise, the procedure of Porian et al.
 * 2024 (arXiv:2406.19146): splines, minima as medians under noise, power laws weighted by what noise does to each minimum.
 *
 * @param runs at least 6, of two budgets or more with three sizes each. Grouped by `budget` where every run has one,
 * else by clusters of C
 * @param options curve; resamples (default 1000), over what and how they are drawn, seed noise (nats per token);
 * generator, counting convention, weights of the minima
 * @returns exponents a, b; every profile with its status, its minimum and the error of that; 95 % intervals and their
 * draws. Losses in nats per token. Errors: "bad-record" (with `rows`), "too-few-records", "too-few-minima",
 * "some-budgets", "bad-noise", "no-replicates", "bad-option"
 *
 * @example
 * const fit = fitIsoflop(runs, { random: createRandom(7) });
 * if (isIsoflopError(fit)) throw fit;
 * fit.profiles.map((profile) => profile.status);
 */
export function fitIsoflop(runs: readonly RunInput[], options?: IsoflopOptions): Outcome<IsoflopFit> {
  return attempt(() => {
    checkOptions(options, ISOFLOP);
    return isoflop(named(runs), options);
  });
}

/**
 * Approach 3 of Hoffmann et al. 2022 (arXiv:2203.15556, section 3.3): L(N, D) = E + A/N^alpha + B/D^beta by the least
 * SUM of Huber losses (delta 1e-3) of ln-loss residuals; Besiroglu et al. 2024 (arXiv:2404.10102) show why summed.
 *
 * @param runs at least one more than free parameters, of several sizes and amounts of data: N, D > 0, C in FLOPs, loss in
 * nats per token
 * @param options loss of the residuals, Huber's delta, starts; parameters held (`fixed`) or alpha = beta (`tied`);
 * resamples (default 1000) and over what; `profile` likelihood; generator, counting convention
 * @returns E (nats per token), A, B, alpha, beta; exponents a, b of N_opt and D_opt; 95 % intervals and their draws; all
 * minima found; diagnostics.
 * Errors: "bad-record" (with `rows`), "too-few-records", "no-variation", "bad-option", "bad-fixed", "nothing-to-fit",
 * "no-replicates", "bad-noise"
 *
 * @example
 * const fit = fitParametric(runs, { resamples: 200 });
 * if (isIsoflopError(fit)) console.error(fit.message, fit.rows);
 * else console.log(fit.parameters.alpha, fit.intervals95.alpha);
 */
export function fitParametric(runs: readonly RunInput[], options?: ParametricOptions): Outcome<ParametricFit> {
  return attempt(() => {
    checkOptions(options, PARAMETRIC);
    return parametric(named(runs), options);
  });
}

/**
 * How repeated data and excess parameters lose their value (Muennighoff et al. 2023, arXiv:2305.16264, section 3 and
 * appendix A): R_D* and R_N* of L = E + A / N'^alpha + B / D'^beta, over base constants held fixed, by minimising the
 * SUM of Huber losses of ln-loss residuals. The objective has several minima: all are reported, the lowest is the fit.
 *
 * @param runs some with `uniqueTokens` below their `tokens`; losses in nats per token
 * @param options the base (default: Approach 3 over the runs that repeat nothing, if fifteen), or all parameters
 * jointly; what decays and how; a start that chooses a minimum; loss and delta; resamples (default 1000) and over what
 * @returns RD and RN in repetitions (1e12: no decay), every minimum, 95 % intervals and their draws.
 * Errors: "bad-record" (with `rows`), "too-few-records", "no-repetition", "no-base", "no-replicates", "bad-option"
 *
 * @example
 * const fit = fitDataConstrained(runs, { base: muennighoffConstants });
 * if (!isIsoflopError(fit)) fit.basins.map(({ parameters, objective }) => [parameters.RD, objective]);
 */
export function fitDataConstrained(
  runs: readonly RunInput[],
  options?: DataConstrainedOptions,
): Outcome<DataConstrainedFit> {
  return attempt(() => {
    checkOptions(options, DATA_CONSTRAINED);
    if (options?.base !== undefined) checkPositive("base", options.base, ["E", "A", "B", "alpha", "beta"]);
    if (options?.near !== undefined) checkPositive("near", options.near, ["RD", "RN"]);
    return repeated(named(runs), options);
  });
}

/**
 * The two pure power laws of Kaplan et al. 2020 (arXiv:2001.08361), neither with an irreducible loss:
 * L(C) = (Cc/C)^alphaC (equation 1.3) through the isoFLOP minima, or the runs that no cheaper run beats; and L(N, D)
 * (equation 1.5) by least squares in ln L.
 *
 * @param runs at least 5, of several sizes and several amounts of data; losses in nats per token
 * @param options resamples (default 1000), generator, counting convention
 * @returns both fits: Cc in FLOPs as the runs count them; Nc in parameters, Dc in tokens; 95 % intervals and their draws.
 * Errors: "bad-record" (with `rows`), "too-few-records", "no-variation", "no-frontier", "bad-option"
 *
 * @example
 * const fits = fitKaplan(runs);
 * if (isIsoflopError(fits)) throw fits;
 * const [compute, modelData] = fits;
 */
export function fitKaplan(
  runs: readonly RunInput[],
  options?: KaplanOptions,
): Outcome<readonly [compute: KaplanComputeFit, modelData: KaplanModelDataFit]> {
  return attempt(() => {
    checkOptions(options);
    return kaplan(named(runs), options);
  });
}

/**
 * Groups runs by their nominal budget where every run names one, otherwise by single-linkage clusters of ln C.
 *
 * @param runs C in FLOPs
 * @param tolerance largest gap of C between neighbours in a cluster, as a share; default 0.1
 * @returns groups of indices into the runs, ascending in budget. Errors: "bad-record" (with `rows`), "some-budgets"
 *
 * @example
 * const grouping = groupByBudget(runs);
 * if (!isIsoflopError(grouping)) grouping.groups.map((group) => group.budget);
 */
export function groupByBudget(runs: readonly RunInput[], tolerance?: number): Outcome<BudgetGrouping> {
  return attempt(() => {
    const records = named(runs);
    checkRecords(records, 1, "Grouping by budget");
    return group(records, tolerance);
  });
}

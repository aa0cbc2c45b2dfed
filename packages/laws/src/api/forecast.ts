import { IsoflopError } from "../error.js";
import type { DataConstrainedFit } from "../fit/dataConstrained.js";
import type { KaplanComputeFit } from "../fit/kaplan.js";
import type { LikelihoodCurve, LikelihoodCurveOptions } from "../fit/likelihoodCurve.js";
import { likelihoodCurves as curvesOf, type ProfiledFit } from "../fit/likelihoodCurves.js";
import type { ParametricFit } from "../fit/parametric.js";
import { type ProfileForecast, profileForecast as profileOf } from "../fit/parametricProfile.js";
import { checkRecords } from "../fit/records.js";
import { isPositive, show } from "../fit/rowFaults.js";
import {
  type DataConstrainedForecast,
  type DataConstrainedForecastOptions,
  forecastDataConstrained as repeatedForecast,
  predictDataConstrained as repeatedLoss,
} from "../forecast/dataConstrained.js";
import {
  type Forecast,
  type ForecastOptions,
  forecast as forecastOf,
  forecastLoss as frontierLossOf,
  type LossPrediction,
  predictLoss as lossOf,
} from "../forecast/forecast.js";
import type { AllocationFit, LossFit } from "../forecast/laws.js";
import { attempt, type Outcome, orThrow } from "../outcome.js";
import { checkOptions, fitOf, named, type RunInput } from "./input.js";

/**
 * What a fit expects of a compute budget that it need not have seen: N_opt, D_opt and the loss there, with percentile
 * intervals from the fit's bootstrap draws.
 *
 * @param fit of Approach 1, 2, 3 or Kaplan's L(N, D); the error of a fit that failed is handed on
 * @param flops C in the fit's own counting convention
 * @returns N in parameters, D in tokens, loss in nats per token; warnings where it extrapolates far.
 * Errors: "bad-fit", "bad-budget", "convention-mismatch", "bad-option"
 *
 * @example
 * const expected = forecast(fitParametric(runs), 1e21);
 * if (!isIsoflopError(expected)) expected.intervals95?.parameters;
 */
export function forecast(fit: Outcome<AllocationFit>, flops: number, options?: ForecastOptions): Outcome<Forecast> {
  return attempt(() => {
    checkOptions(options);
    return forecastOf(fitOf(fit), flops, options);
  });
}

/**
 * Loss for a compute budget by Kaplan's L(C), which says nothing of N and D, with 95 % intervals from its draws.
 *
 * @param fit the first fit of fitKaplan; the error of a fit that failed is handed on
 * @param flops C in the fit's own counting convention
 * @returns nats per token; warnings where it extrapolates far. Errors: "bad-fit", "bad-budget", "convention-mismatch",
 * "bad-option"
 *
 * @example
 * const [compute] = orThrow(fitKaplan(runs));
 * const expected = forecastLoss(compute, 1e21);
 */
export function forecastLoss(
  fit: Outcome<KaplanComputeFit>,
  flops: number,
  options?: ForecastOptions,
): Outcome<LossPrediction & Pick<Forecast, "warnings">> {
  return attempt(() => {
    checkOptions(options);
    const law = orThrow(fit);
    if (law?.law !== "kaplan-compute") {
      throw new IsoflopError({
        code: "bad-fit",
        message: `Only Kaplan's L(C) forecasts a loss without N and D, not ${show((law as { law?: unknown } | null)?.law)}.`,
        hint: "Give the first fit of fitKaplan, or use forecast.",
      });
    }
    return frontierLossOf(law, flops, options);
  });
}

/**
 * Loss of one run of N parameters on D tokens by a fit of L(N, D), with 95 % intervals from its draws: of the law's mean,
 * and of one new run with its noise.
 *
 * @param fit of Approach 3 or Kaplan's L(N, D); the error of a fit that failed is handed on
 * @param parameters N, as the fit counts it
 * @param tokens D
 * @returns nats per token. Errors: "bad-fit", "bad-size", "bad-option"
 *
 * @example
 * const expected = predictLoss(fitParametric(runs), 70e9, 1.4e12);
 */
export function predictLoss(
  fit: Outcome<LossFit>,
  parameters: number,
  tokens: number,
  options?: Pick<ForecastOptions, "random">,
): Outcome<LossPrediction> {
  return attempt(() => {
    checkOptions(options);
    const law = fitOf(fit);
    if (law.law !== "chinchilla" && law.law !== "kaplan-model-data") {
      throw new IsoflopError({
        code: "bad-fit",
        message: `A fit of the law ${show((law as AllocationFit).law)} predicts the loss of optima only, not of any N and D.`,
        hint: "Give a fit of fitParametric, or the second fit of fitKaplan.",
      });
    }
    checkSizes(parameters, tokens, "predictLoss(fit, 70e9, 1.4e12)");
    return lossOf(law, parameters, tokens, options);
  });
}

/**
 * Intervals of N_opt, D_opt and the mean loss at a budget by profile likelihood: all values that some law gives whose
 * ln likelihood is within 1.92 of the best (Venzon & Moolgavkar 1988). They need no bootstrap, and know no shape.
 *
 * @param fit of fitParametric; the error of a fit that failed is handed on
 * @param runs the ones that it was fitted to
 * @param flops C in the fit's own counting convention
 * @returns intervals of N (parameters), D (tokens) and loss (nats per token); an open end is one that nothing stops.
 * Errors: "bad-fit", "bad-budget", "bad-record", "too-few-records"
 *
 * @example
 * const intervals = profileForecast(fitParametric(runs), runs, 1e21);
 * if (!isIsoflopError(intervals)) intervals.parameters.interval;
 */
export function profileForecast(
  fit: Outcome<ParametricFit>,
  runs: readonly RunInput[],
  flops: number,
): Outcome<ProfileForecast> {
  return attempt(() => profileOf(profiledFit(fit), profiledRuns(runs), flops));
}

/**
 * The profile likelihoods of a fit: how much worse its best fit becomes with one quantity held at a value and all others
 * free (Venzon & Moolgavkar 1988). Of Approach 3 and Kaplan's L(N, D): the parameters and the exponent a; of Approach 2: a,
 * kN, and E and gamma of its frontier; of Kaplan's L(C): both parameters; of the data-constrained law: R_D* and R_N*. Where
 * a budget is given and the procedure says what to train for it, of N_opt there too. Approach 1 has no likelihood.
 *
 * @param fit of any procedure; the error of a fit that failed is handed on
 * @param runs the ones that were fitted
 * @param options points a side; FLOPs of a budget
 * @returns by name ("E", "alpha", "a", "kN", "N_opt", "RD", …): estimate, 95 % interval, points of the curve, and the rise
 * at which the interval ends, in the objective's unit. Errors: "bad-fit", "bad-record", "too-few-records", "bad-budget",
 * "bad-option"; "no-likelihood" (Approach 1), "no-profile" (no residual is left to tell the scatter by)
 *
 * @example
 * const curves = likelihoodCurves(fitParametric(runs), runs, { flops: 1e21 });
 * if (!isIsoflopError(curves)) curves.alpha?.points;
 */
export function likelihoodCurves(
  fit: Outcome<ProfiledFit>,
  runs: readonly RunInput[],
  options?: LikelihoodCurveOptions,
): Outcome<Readonly<Record<string, LikelihoodCurve>>> {
  return attempt(() => {
    checkOptions(options, { positive: ["steps"] });
    return curvesOf(wholeFit(fit), profiledRuns(runs), options);
  });
}

/** What a fit must have to be profiled, beside its parameters. */
const PROFILED: Readonly<Record<ProfiledFit["law"], string>> = {
  chinchilla: "setting",
  "isoflop-power-law": "profiles",
  "envelope-power-law": "envelope",
  "kaplan-compute": "frontier",
  "kaplan-model-data": "residuals",
  "data-constrained": "residuals",
};

/** @throws IsoflopError "bad-fit" for a summary that lacks what the fit was made of, or the error given */
function wholeFit(fit: Outcome<ProfiledFit>): ProfiledFit {
  const given = orThrow(fit);
  const law = (given as { law?: unknown } | null | undefined)?.law;
  if (typeof law === "string" && Object.hasOwn(PROFILED, law)) {
    const needed = PROFILED[law as ProfiledFit["law"]];
    if (typeof (given as unknown as Record<string, unknown>)[needed] === "object") return given;
  }
  throw new IsoflopError({
    code: "bad-fit",
    message: `A profile needs a whole fit, not ${law === undefined ? show(given) : `a summary of the law ${show(law)}`}.`,
    hint: "Give what fitParametric, fitIsoflop, fitKaplan or fitDataConstrained return.",
  });
}

function profiledFit(fit: Outcome<ParametricFit>): ParametricFit {
  const law = fitOf(fit);
  if (law.law === "chinchilla" && law.setting !== undefined) return law;
  throw new IsoflopError({
    code: "bad-fit",
    message: `A profile needs a fit of Approach 3 with its setting, not one of the law ${show(law.law)}.`,
    hint: "Give what fitParametric returns.",
  });
}

function profiledRuns(runs: readonly RunInput[]) {
  const records = named(runs);
  checkRecords(records, 2, "A profile");
  return records;
}

/**
 * What to train for a compute budget when only so many unique tokens exist (Muennighoff et al. 2023, arXiv:2305.16264,
 * section 5): N_opt, D_opt, the passes over the data and the loss, with percentile intervals from the fit's draws.
 *
 * @param fit of fitDataConstrained; the error of a fit that failed is handed on
 * @param flops C in the fit's own counting convention
 * @param options unique tokens, default as many as are wanted; generator of the prediction interval
 * @returns N in parameters, D in tokens, epochs, loss in nats per token.
 * Errors: "bad-fit", "bad-budget", "bad-unique-tokens", "bad-option"
 *
 * @example
 * const expected = forecastDataConstrained(fitDataConstrained(runs), 1e22, { uniqueTokens: 25e9 });
 * if (!isIsoflopError(expected)) expected.optimum.epochs;
 */
export function forecastDataConstrained(
  fit: Outcome<DataConstrainedFit>,
  flops: number,
  options?: DataConstrainedForecastOptions,
): Outcome<DataConstrainedForecast> {
  return attempt(() => {
    checkOptions(options);
    return repeatedForecast(fitOf(fit, DATA_CONSTRAINED), flops, options);
  });
}

/**
 * Loss of one run of N parameters on D tokens, of which only so many are unique, with 95 % intervals from the fit's
 * draws: of the law's mean, and of one new run with its noise.
 *
 * @param fit of fitDataConstrained; the error of a fit that failed is handed on
 * @param parameters N, as the fit counts it
 * @param tokens D, repeats included
 * @param options unique tokens, default all
 * @returns nats per token. Errors: "bad-fit", "bad-size", "bad-unique-tokens", "bad-option"
 *
 * @example
 * const expected = predictDataConstrained(fitDataConstrained(runs), 6.34e9, 242e9, { uniqueTokens: 25e9 });
 */
export function predictDataConstrained(
  fit: Outcome<DataConstrainedFit>,
  parameters: number,
  tokens: number,
  options?: DataConstrainedForecastOptions,
): Outcome<LossPrediction> {
  return attempt(() => {
    checkOptions(options);
    checkSizes(parameters, tokens, "predictDataConstrained(fit, 6.34e9, 242e9)");
    return repeatedLoss(fitOf(fit, DATA_CONSTRAINED), parameters, tokens, options);
  });
}

const DATA_CONSTRAINED = { "data-constrained": true } as const;

function checkSizes(parameters: unknown, tokens: unknown, example: string): void {
  if (isPositive(parameters) && isPositive(tokens)) return;
  throw new IsoflopError({
    code: "bad-size",
    message: `N and D must be positive, finite numbers, not ${show(parameters)} and ${show(tokens)}.`,
    hint: `Write ${example}.`,
  });
}

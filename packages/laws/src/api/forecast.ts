import { IsoflopError } from "../error.js";
import { isPositive, show } from "../fit/rowFaults.js";
import {
  type Forecast,
  type ForecastOptions,
  forecast as forecastOf,
  type LossPrediction,
  predictLoss as lossOf,
} from "../forecast/forecast.js";
import type { AllocationFit, LossFit } from "../forecast/laws.js";
import { attempt, type Outcome } from "../outcome.js";
import { checkOptions, fitOf } from "./input.js";

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
    if (!(isPositive(parameters) && isPositive(tokens))) {
      throw new IsoflopError({
        code: "bad-size",
        message: `N and D must be positive, finite numbers, not ${show(parameters)} and ${show(tokens)}.`,
        hint: "Write predictLoss(fit, 70e9, 1.4e12).",
      });
    }
    return lossOf(law, parameters, tokens, options);
  });
}

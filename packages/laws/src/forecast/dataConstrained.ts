import { IsoflopError } from "../error.js";
import type { DataConstrainedFit } from "../fit/dataConstrained.js";
import type { FitWarning, Interval, Optimum, OptimumIntervals } from "../fit/result.js";
import { type DataConstrainedParameters, dataConstrained } from "../laws/dataConstrained.js";
import { createRandom, type Random } from "../numerics/random.js";
import { central95 } from "../numerics/statistics.js";
import {
  checkBudget,
  extrapolationWarnings,
  FEWEST_DRAWS,
  type LossPrediction,
  predictionInterval,
} from "./forecast.js";
import { inflate } from "./laws.js";

/** What to train for a budget when only so many unique tokens exist, and what to expect of it. */
export interface DataConstrainedForecast {
  /** `epochs` = D/U, at least 1. */
  readonly optimum: Optimum & { readonly loss: number; readonly epochs: number };
  /** Percentiles over the fit's draws, in whichever minimum they fell; absent when there are too few. */
  readonly intervals95?: OptimumIntervals & { readonly epochs: Interval };
  /** For the loss of one new run at the optimum. */
  readonly predictionInterval95?: Interval;
  readonly warnings: readonly FitWarning[];
}

/** How many unique tokens there are. */
export interface DataConstrainedForecastOptions {
  /** U; default: as many as are wanted. */
  readonly uniqueTokens?: number;
  /** For the prediction interval's residuals; default seeded with 0. */
  readonly random?: Random;
}

/**
 * The compute-optimal N and D, hence passes over the data, for C FLOPs on U unique tokens (Muennighoff et al. 2023,
 * section 5, "allocation"), with intervals from the fit's draws.
 * @throws IsoflopError "bad-budget", "bad-unique-tokens"
 */
export function forecastDataConstrained(
  fit: DataConstrainedFit,
  flops: number,
  options: DataConstrainedForecastOptions = {},
): DataConstrainedForecast {
  checkBudget(flops);
  const unique = uniqueOf(options);
  const law = dataConstrained(unique, fit.form);
  const at = (p: DataConstrainedParameters) => {
    const found = law.optimum(p, flops, fit.compute);
    return { ...found, loss: found.loss!, epochs: Math.max(1, found.tokens / unique) };
  };
  const optimum = at(fit.parameters);
  const warnings = extrapolationWarnings(fit, flops);
  const drawn = drawsOf(fit).map(at);
  if (drawn.length < FEWEST_DRAWS) return { optimum, warnings };
  const interval = (of: "parameters" | "tokens" | "loss" | "epochs") => central95(drawn.map((one) => one[of]));
  return {
    optimum,
    intervals95: {
      parameters: interval("parameters"),
      tokens: interval("tokens"),
      loss: interval("loss"),
      epochs: interval("epochs"),
    },
    predictionInterval95: prediction(
      fit,
      drawn.map((one) => one.loss),
      options.random,
    ),
    warnings,
  };
}

/**
 * Loss of a run of N parameters on D tokens, U of them unique, with intervals from the fit's draws.
 * @throws IsoflopError "bad-unique-tokens"
 */
export function predictDataConstrained(
  fit: DataConstrainedFit,
  parameters: number,
  tokens: number,
  options: DataConstrainedForecastOptions = {},
): LossPrediction {
  const law = dataConstrained(uniqueOf(options), fit.form);
  const loss = law.loss(fit.parameters, parameters, tokens);
  const drawn = drawsOf(fit).map((p) => law.loss(p, parameters, tokens));
  if (drawn.length < FEWEST_DRAWS) return { loss };
  return {
    loss,
    interval95: central95(drawn),
    predictionInterval95: prediction(fit, drawn, options.random),
  };
}

function uniqueOf({ uniqueTokens = Number.POSITIVE_INFINITY }: DataConstrainedForecastOptions): number {
  if (uniqueTokens > 0) return uniqueTokens;
  throw new IsoflopError({
    code: "bad-unique-tokens",
    message: `Unique tokens must be positive, not ${uniqueTokens}.`,
    hint: "Write 25e9, or leave them out where there are enough.",
  });
}

function drawsOf({ draws }: DataConstrainedFit): DataConstrainedParameters[] {
  return draws.rows.map(
    (row) => Object.fromEntries(draws.names.map((name, i) => [name, row[i]!])) as DataConstrainedParameters,
  );
}

function prediction(
  { residuals, diagnostics }: DataConstrainedFit,
  losses: readonly number[],
  random: Random = createRandom(0),
): Interval {
  const errors = residuals.map((r) => r.logResidual);
  return predictionInterval({ run: inflate(errors, Number(diagnostics.freeParameters)), misfit: [] }, losses, random);
}

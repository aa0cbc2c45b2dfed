import { IsoflopError } from "../error.js";
import type { KaplanComputeFit } from "../fit/kaplan.js";
import type { FitResult, FitWarning, Interval, Optimum, OptimumIntervals } from "../fit/result.js";
import { kaplanCompute } from "../laws/kaplanCompute.js";
import { createRandom, type Random } from "../numerics/random.js";
import { central95 } from "../numerics/statistics.js";
import type { CountingConvention } from "../record.js";
import { warn } from "../statements/fit.js";
import { type AllocationFit, drawsOf, type LogNoise, type LossFit, logNoiseOf, lossBy, optimumBy } from "./laws.js";

/** How a forecast counts compute and draws noise. */
export interface ForecastOptions {
  /** The convention in which the budget is counted; refused when the fit's is known and another. */
  readonly convention?: CountingConvention;
  /** For the prediction interval's residuals; default seeded with 0. */
  readonly random?: Random;
}

/** What a fit expects of a budget it need not have seen. */
export interface Forecast {
  readonly optimum: Optimum;
  /** Of the law's optimum and mean loss; absent when the fit has too few bootstrap draws. */
  readonly intervals95?: OptimumIntervals;
  /**
   * For the loss of ONE new run at the optimum: the law's uncertainty and the run-to-run noise. For approach 1, a
   * training loss.
   */
  readonly predictionInterval95?: Interval;
  readonly warnings: readonly FitWarning[];
}

/** Predicted loss of one run of given size and data. */
export interface LossPrediction {
  readonly loss: number;
  /** Of the law's mean loss. */
  readonly interval95?: Interval;
  /** For the loss of one new run. */
  readonly predictionInterval95?: Interval;
}

/** Fewer draws give no interval. */
export const FEWEST_DRAWS = 20;
/** Beyond this many times the largest budget fitted, or below the smallest by it, the forecast carries a warning. */
const FAR = 30;

/**
 * The compute-optimal model for a budget, by a fit of approach 1, 2, 3 or Kaplan's L(N, D), with percentile intervals
 * from the fit's draws.
 * @param flops C in the fit's own convention
 * @throws IsoflopError "bad-budget", "convention-mismatch"
 */
export function forecast(fit: AllocationFit, flops: number, options: ForecastOptions = {}): Forecast {
  checkBudget(flops);
  checkConvention(fit, options.convention);
  const optimum = optimumBy(fit, fit.parameters, flops);
  const warnings = [...extrapolationWarnings(fit, flops), ...lossWarnings(fit)];
  const drawn = [...drawsOf(fit)].map((values) => optimumBy(fit, values, flops));
  if (drawn.length < FEWEST_DRAWS) return { optimum, warnings };
  const losses = drawn.map((o) => o.loss!);
  return {
    optimum,
    intervals95: {
      parameters: central95(drawn.map((o) => o.parameters)),
      tokens: central95(drawn.map((o) => o.tokens)),
      ...(predictsLoss(fit) && { loss: central95(losses) }),
    },
    ...(predictsLoss(fit) &&
      showsNoise(fit) && {
        predictionInterval95: predictionInterval(logNoiseOf(fit), losses, options.random ?? createRandom(0)),
      }),
    warnings,
  };
}

/** @throws IsoflopError "bad-budget" */
export function checkBudget(flops: number): void {
  if (!(flops > 0 && Number.isFinite(flops))) {
    throw new IsoflopError({
      code: "bad-budget",
      message: `The budget must be a positive number of FLOPs, not ${flops}.`,
      hint: "Write 1e21.",
    });
  }
}

/**
 * Loss for C FLOPs by Kaplan's L(C), which says nothing of N and D.
 * @throws IsoflopError "bad-budget", "convention-mismatch"
 */
export function forecastLoss(
  fit: KaplanComputeFit,
  flops: number,
  options: ForecastOptions = {},
): LossPrediction & Pick<Forecast, "warnings"> {
  checkBudget(flops);
  checkConvention(fit, options.convention);
  const { loss: lossAt } = kaplanCompute;
  const loss = lossAt(fit.parameters, flops);
  const warnings = extrapolationWarnings(fit, flops);
  const drawn = [...drawsOf(fit)].map((values) => lossAt(values as typeof fit.parameters, flops));
  if (drawn.length < FEWEST_DRAWS) return { loss, warnings };
  return {
    loss,
    interval95: central95(drawn),
    predictionInterval95: predictionInterval(logNoiseOf(fit), drawn, options.random ?? createRandom(0)),
    warnings,
  };
}

export function extrapolationWarnings({ diagnostics }: FitResult, flops: number): FitWarning[] {
  const { smallestFlops, largestFlops } = diagnostics;
  if (typeof smallestFlops !== "number" || typeof largestFlops !== "number") return [];
  if (flops > FAR * largestFlops) return [warn("extrapolation", { factor: flops / largestFlops, than: "largest" })];
  if (FAR * flops >= smallestFlops) return [];
  return [warn("extrapolation", { factor: flops / smallestFlops, than: "smallest" })];
}

/** Two minima cannot show an irreducible loss; their power law is no forecast, and draws of it no interval. */
export function predictsLoss(fit: AllocationFit): boolean {
  return fit.law !== "isoflop-power-law" || fit.diagnostics.lossForm !== "power-law";
}

/** Splines through every run, resampled by runs, leave no residuals: what one new run would add is not known. */
function showsNoise(fit: AllocationFit): boolean {
  return fit.law !== "isoflop-power-law" || fit.noise.length > 0;
}

function lossWarnings(fit: AllocationFit): FitWarning[] {
  if (predictsLoss(fit)) return [];
  return [warn("few-minima/forecast")];
}

/** Loss of a run of N parameters on D tokens, by a fit of L(N, D), with intervals from its draws. */
export function predictLoss(
  fit: LossFit,
  parameters: number,
  tokens: number,
  options: Pick<ForecastOptions, "random"> = {},
): LossPrediction {
  const loss = lossBy(fit, fit.parameters, parameters, tokens);
  const drawn = [...drawsOf(fit)].map((values) => lossBy(fit, values, parameters, tokens));
  if (drawn.length < FEWEST_DRAWS) return { loss };
  return {
    loss,
    interval95: central95(drawn),
    predictionInterval95: predictionInterval(logNoiseOf(fit), drawn, options.random ?? createRandom(0)),
  };
}

/** At least this many values stand behind a prediction interval. */
const PREDICTIONS = 4000;

export function predictionInterval({ run, misfit }: LogNoise, losses: readonly number[], random: Random): Interval {
  const pick = (errors: readonly number[]) => (errors.length === 0 ? 0 : errors[random.integer(errors.length)]!);
  const repeats = Math.ceil(PREDICTIONS / losses.length);
  const values = losses.flatMap((loss) =>
    Array.from({ length: repeats }, () => loss * Math.exp(pick(run) + pick(misfit))),
  );
  return central95(values);
}

function checkConvention(fit: FitResult, asked?: CountingConvention): void {
  if (!asked) return;
  for (const [key, wanted] of [
    ["conventionParameters", asked.parameters],
    ["conventionFlops", asked.flops],
  ] as const) {
    const own = fit.diagnostics[key];
    if (own === wanted || own === undefined || own === "given" || wanted === "given") continue;
    throw new IsoflopError({
      code: "convention-mismatch",
      message: `The budget is counted by "${wanted}", the fit by "${String(own)}".`,
      hint: "Convert the budget, or fit the records again under the budget's convention.",
    });
  }
}

import type { LawFit } from "../fit/fitLaw.js";
import { drawnParameters, predictFrom } from "../fit/lawPrediction.js";
import type { FitWarning, Interval, OptimumIntervals } from "../fit/result.js";
import { createRandom, type Random } from "../numerics/random.js";
import { lawFromLawFit } from "../plan/anyLaw.js";
import { lawNamed } from "../registry/everyLaw.js";
import { FEWEST_DRAWS } from "../uncertainty/bootstrap.js";
import { checkBudget, extrapolationWarnings, predictionInterval } from "./forecast.js";
import { inflate } from "./laws.js";

/** What the fit of a law by itself expects of a compute budget. */
export interface LawFitForecast {
  /** N_opt and D_opt; absent for laws of the loss over C alone. Loss in the output's unit, where the law has one. */
  readonly optimum: {
    readonly flops: number;
    readonly parameters?: number;
    readonly tokens?: number;
    readonly loss?: number;
  };
  /** Percentiles over the fit's draws; absent with too few. */
  readonly intervals95?: Partial<OptimumIntervals>;
  /** For the loss of one new run: the law's uncertainty, and the noise of the rows. */
  readonly predictionInterval95?: Interval;
  readonly warnings: readonly FitWarning[];
}

/**
 * N_opt, D_opt and loss for C FLOPs, C = 6ND; for a law whose only input is C, the loss.
 * @throws IsoflopError "bad-budget", "law-without-optimum"
 */
export function forecastLawFit(fit: LawFit, flops: number, random: Random = createRandom(0)): LawFitForecast {
  checkBudget(flops);
  const warnings = extrapolationWarnings(fit, flops);
  const definition = lawNamed(fit.law);
  if (definition.output.unit === "nats/token" && Object.keys(definition.inputs).join() === "C") {
    const { value, interval95 } = predictFrom(fit, { C: flops }, definition);
    const losses = drawnParameters(fit).map((p) => definition.value(p, { C: flops }));
    return {
      optimum: { flops, loss: value },
      ...(interval95 && { intervals95: { loss: interval95 } }),
      ...ofOneRun(fit, losses, random),
      warnings,
    };
  }
  const law = lawFromLawFit(fit);
  const intervals95 = law.intervals95!(flops);
  const losses = drawnParameters(fit).flatMap(
    (p) => lawFromLawFit({ ...fit, parameters: p }).optimum(flops).loss ?? [],
  );
  return {
    optimum: law.optimum(flops),
    ...(intervals95 && { intervals95 }),
    ...ofOneRun(fit, losses, random),
    warnings,
  };
}

/** Draws of the loss with the rows' residuals; a summary of a fit has none of either. */
function ofOneRun(
  fit: LawFit,
  losses: readonly number[],
  random: Random,
): Pick<LawFitForecast, "predictionInterval95"> {
  if (losses.length < FEWEST_DRAWS || fit.residuals.length === 0) return {};
  const relative = fit.diagnostics.residualsOf === "y";
  // A residual is what the law has too much.
  const errors = fit.residuals.map(({ predicted, residual }) =>
    relative ? Math.log1p(-residual / predicted) : -residual,
  );
  const run = inflate(errors.filter(Number.isFinite), Number(fit.diagnostics.freeParameters));
  return { predictionInterval95: predictionInterval({ run, misfit: [] }, losses, random) };
}

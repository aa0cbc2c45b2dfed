import type { EnvelopeFit } from "../fit/envelope.js";
import type { IsoflopFit } from "../fit/isoflop.js";
import type { KaplanComputeFit, KaplanModelDataFit } from "../fit/kaplan.js";
import type { ParametricFit } from "../fit/parametric.js";
import type { FitResult, Optimum } from "../fit/result.js";
import { type ChinchillaParameters, chinchilla } from "../laws/chinchilla.js";
import { type KaplanModelDataParameters, kaplanModelData } from "../laws/kaplanModelData.js";
import { type LossFrontierParameters, lossFrontier } from "../laws/lossFrontier.js";
import { type PowerLawAllocationParameters, powerLawAllocation } from "../laws/powerLaw.js";

/** A fit of L(N, D): it predicts any run. */
export type LossFit = ParametricFit | KaplanModelDataFit;

/** A fit that says what to train for a budget. */
export type AllocationFit = LossFit | IsoflopFit | EnvelopeFit;

/**
 * N_opt, D_opt and loss for C FLOPs, by a fit's law with the given parameter values (its own, or one bootstrap draw's).
 */
export function optimumBy(fit: AllocationFit, values: Readonly<Record<string, number>>, flops: number): Optimum {
  switch (fit.law) {
    case "chinchilla":
      return chinchilla.optimum(values as ChinchillaParameters, flops, fit.compute);
    case "kaplan-model-data":
      return kaplanModelData.optimum(values as KaplanModelDataParameters, flops, fit.compute);
    case "isoflop-power-law":
    case "envelope-power-law":
      return {
        ...powerLawAllocation.optimum(values as PowerLawAllocationParameters, flops),
        loss: lossFrontier.loss(values as LossFrontierParameters, flops),
      };
  }
}

/** L(N, D) by a fit's law with the given parameter values. */
export function lossBy(fit: LossFit, values: Readonly<Record<string, number>>, n: number, d: number): number {
  return fit.law === "chinchilla"
    ? chinchilla.loss(values as ChinchillaParameters, n, d)
    : kaplanModelData.loss(values as KaplanModelDataParameters, n, d);
}

/** A fit's bootstrap draws as named values. */
export function* drawsOf(fit: Pick<FitResult, "draws">): Generator<Readonly<Record<string, number>>> {
  for (const row of fit.draws.rows) yield Object.fromEntries(fit.draws.names.map((name, i) => [name, row[i]!]));
}

export interface LogNoise {
  readonly run: readonly number[];
  readonly misfit: readonly number[];
}

/**
 * Errors in ln loss that one new run may have beyond those of the law's parameters: the fit's residuals, inflated by
 * sqrt(n / (n - p)) because a fit of p parameters bends towards its n points. For Approach 2, the parabolas' noise and,
 * crossed with it, the minima's misfit.
 */
export function logNoiseOf(fit: AllocationFit | KaplanComputeFit): LogNoise {
  switch (fit.law) {
    case "kaplan-compute":
      return {
        run: [],
        misfit: inflate(
          fit.frontier.map((p) => p.logResidual),
          2,
        ),
      };
    case "chinchilla":
      return {
        run: inflate(
          fit.residuals.map((r) => r.logResidual),
          5,
        ),
        misfit: [],
      };
    case "kaplan-model-data":
      return {
        run: inflate(
          fit.residuals.map((r) => r.logResidual),
          4,
        ),
        misfit: [],
      };
    case "isoflop-power-law":
      return {
        run: fit.noise,
        misfit: inflate(
          fit.residuals.map((r) => r.logLoss),
          3,
        ),
      };
    case "envelope-power-law":
      return { run: inflate(fit.noise, 3), misfit: [] };
  }
}

/** Residuals times sqrt(n / (n - p)): a fit of p parameters bends towards its n points. */
export function inflate(residuals: readonly number[], parameters: number): number[] {
  const n = residuals.length;
  // With no degree of freedom left the residuals are zero and say nothing; one is assumed.
  const factor = Math.sqrt(n / Math.max(1, n - parameters));
  return residuals.map((r) => r * factor);
}

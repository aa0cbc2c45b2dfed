import type { ParametricFit } from "../fit/parametric.js";
import { median } from "../numerics/statistics.js";
import type { RunRecord } from "../record.js";
import { type DriftEstimate, estimateDrift, type Place, type RunPoint } from "./nextDesignDrift.js";
import { type Centre, logLossGradient, SIZE } from "./nextDesignLaw.js";

/** What the residuals of a fit say of its runs. */
export function errorsOf(
  records: readonly RunRecord[],
  fit: ParametricFit,
  centre: Centre,
  placeOf: (run: RunPoint) => Place,
): DriftEstimate {
  const gradients = records.map((r) => logLossGradient(fit.parameters, centre, r.parameters, r.tokens));
  const residuals = fit.residuals.map(({ logResidual }) => logResidual);
  return estimateDrift(records.map(placeOf), gradients, residuals);
}

/** Deviation of single runs where the law is held to be true: of the residuals, those beyond three robust deviations counted as three. */
export function noiseAlone(fit: ParametricFit): number {
  const sizes = fit.residuals.map(({ logResidual }) => Math.abs(logResidual));
  const degrees = Math.max(1, sizes.length - SIZE);
  const limit = 3 * 1.4826 * median(sizes) * Math.sqrt(sizes.length / degrees);
  return Math.sqrt(sizes.reduce((sum, size) => sum + Math.min(size, limit) ** 2, 0) / degrees);
}

/**
 * Variance of an M-estimate over that of least squares, for normal noise: E psi^2 / (E psi')^2 over the noise's variance
 * (Huber 1964). Huber's loss with delta = k deviations: E psi' = P, the probability within k; E psi^2 = P - 2 k phi(k) + k^2 (1 - P).
 * Least absolute deviations are its limit, pi / 2.
 */
export function estimatorVariance({ loss, delta }: ParametricFit["setting"], noise: number): number {
  if (loss === "mse") return 1;
  const k = delta / noise;
  if (loss === "lad" || k < 1e-3) return Math.PI / 2;
  if (k > 6) return 1;
  const within = normalWithin(k);
  const density = Math.exp(-0.5 * k * k) / Math.sqrt(2 * Math.PI);
  return (within - 2 * k * density + k * k * (1 - within)) / within ** 2;
}

/** Probability that a standard normal lies within k of 0: Simpson's rule on its density. */
function normalWithin(k: number): number {
  const steps = 200;
  const h = k / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++)
    sum += (i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2) * Math.exp(-0.5 * (i * h) ** 2);
  return ((2 / Math.sqrt(2 * Math.PI)) * sum * h) / 3;
}

import type { ResidualLoss } from "../fit/parametricData.js";
import { goldenSection } from "../numerics/minimiseScalar.js";

/** 95 % point of chi-square with one degree of freedom. */
export const CHI_SQUARE_95 = 3.841459;

/** Error function: its series below 2.5, the continued fraction of its complement above (Abramowitz & Stegun 7.1.6, 7.1.14). */
export function erf(x: number): number {
  if (x < 0) return -erf(-x);
  const square = x * x;
  if (x < 2.5) {
    let term = x;
    let sum = x;
    for (let n = 1; term > 1e-17 * sum; n++) {
      term *= (2 * square) / (2 * n + 1);
      sum += term;
    }
    return (2 / Math.sqrt(Math.PI)) * Math.exp(-square) * sum;
  }
  let fraction = x;
  for (let k = 60; k >= 1; k--) fraction = x + k / 2 / fraction;
  return 1 - Math.exp(-square) / (Math.sqrt(Math.PI) * fraction);
}

/**
 * ln of the integral of exp(-Huber_delta(r) / tau) over r: within delta a normal's, sqrt(2 pi tau) erf(delta / sqrt(2
 * tau)), beyond it two exponential tails, (2 tau / delta) exp(-delta^2 / (2 tau)).
 */
export function logHuberNormaliser(delta: number, tau: number): number {
  const middle = Math.sqrt(2 * Math.PI * tau) * erf(delta / Math.sqrt(2 * tau));
  return Math.log(middle + ((2 * tau) / delta) * Math.exp((-delta * delta) / (2 * tau)));
}

/**
 * ln likelihood of a fit whose summed objective is `sum`, at the best scale of the noise: normal noise behind mse (sum of
 * r^2), Laplace's behind lad (sum of |r|), density exp(-Huber(r) / tau) behind huber (sum of Huber).
 */
export function logLikelihood(loss: ResidualLoss, delta: number, sum: number, runs: number): number {
  if (loss === "mse") return -0.5 * runs * (Math.log((2 * Math.PI * sum) / runs) + 1);
  if (loss === "lad") return -runs * (Math.log((2 * sum) / runs) + 1);
  const cost = (logTau: number) => sum / Math.exp(logTau) + runs * logHuberNormaliser(delta, Math.exp(logTau));
  // The best tau lies between the normal's, 2 sum / n, and the exponential's, sum / n.
  const guess = Math.log(sum / runs);
  return -cost(goldenSection(cost, guess - 1, guess + 2, 1e-9));
}

/** How far the summed objective may rise above its least until 2 ln(likelihood ratio) is 3.841: its value there. */
export function objectiveAt95(loss: ResidualLoss, delta: number, least: number, runs: number): number {
  if (loss === "mse") return least * Math.exp(CHI_SQUARE_95 / runs);
  if (loss === "lad") return least * Math.exp(CHI_SQUARE_95 / (2 * runs));
  const best = logLikelihood(loss, delta, least, runs);
  const excess = (factor: number) => 2 * (best - logLikelihood(loss, delta, least * factor, runs)) - CHI_SQUARE_95;
  // Between the exponential's factor and the normal's.
  let low = 1;
  let high = Math.exp(CHI_SQUARE_95 / runs) * 1.5;
  while (high - low > 1e-9 * (high - 1)) {
    const middle = (low + high) / 2;
    if (excess(middle) < 0) low = middle;
    else high = middle;
  }
  return least * low;
}

import { type ChinchillaParameters, chinchilla } from "../laws/chinchilla.js";
import { type ComputeCost, tokensFor } from "../model/computeCost.js";

/** Coordinates of the law in which designs are judged: ln A', ln B', E, alpha, beta. */
export const SIZE = 5;

/** Where A' = A / N0^alpha and B' = B / D0^beta are taken: amid the runs they hardly correlate with the exponents. */
export interface Centre {
  readonly logN: number;
  readonly logD: number;
}

/** Gradient of ln L(N, D) = ln(E + A/N^alpha + B/D^beta), Hoffmann et al. 2022, equation 2, in those coordinates. */
export function logLossGradient(p: ChinchillaParameters, centre: Centre, n: number, d: number): Float64Array {
  const nTerm = p.A * n ** -p.alpha;
  const dTerm = p.B * d ** -p.beta;
  const loss = p.E + nTerm + dTerm;
  return Float64Array.of(
    nTerm / loss,
    dTerm / loss,
    1 / loss,
    (-nTerm * (Math.log(n) - centre.logN)) / loss,
    (-dTerm * (Math.log(d) - centre.logD)) / loss,
  );
}

/** What is asked of the law at the target compute, and how it moves with the law's parameters (delta method). */
export interface Target {
  readonly parameters: number;
  readonly tokens: number;
  readonly loss: number;
  /** Gradient of ln L(N_opt, D_opt): by the envelope theorem that of ln L with N and D held. */
  readonly logLoss: Float64Array;
  /** Gradient of ln N_opt. */
  readonly logParameters: Float64Array;
  /** Half the curvature of ln L in ln N along the isoFLOP at its minimum: what a wrong N costs. */
  readonly halfCurvature: number;
  /** -d ln L_opt / d ln C: what compute buys there. */
  readonly returnOnCompute: number;
}

/**
 * With C = k N^q D, ln N_opt = [ln(alpha A / (q beta B)) + beta ln(C/k)] / (alpha + q beta): Hoffmann et al. 2022, equation 4, for q = 1.
 */
export function targetOf(p: ChinchillaParameters, centre: Centre, flops: number, cost: ComputeCost): Target {
  const { coefficient: k, exponent: q } = cost;
  const { alpha, beta } = p;
  const parameters = chinchilla.optimum(p, flops, cost).parameters;
  const tokens = tokensFor(cost, flops, parameters);
  const loss = chinchilla.loss(p, parameters, tokens);
  const s = alpha + q * beta;
  const logN = Math.log(parameters);
  const logParameters = Float64Array.of(
    1 / s,
    -1 / s,
    0,
    (1 / alpha + centre.logN - logN) / s,
    (-1 / beta - centre.logD + Math.log(flops / k) - q * logN) / s,
  );
  const nTerm = p.A * parameters ** -alpha;
  const dTerm = p.B * tokens ** -beta;
  return {
    parameters,
    tokens,
    loss,
    logLoss: logLossGradient(p, centre, parameters, tokens),
    logParameters,
    halfCurvature: (alpha ** 2 * nTerm + (q * beta) ** 2 * dTerm) / (2 * loss),
    returnOnCompute: (beta * dTerm) / loss,
  };
}

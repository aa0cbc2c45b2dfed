import { type ComputeCost, sixND, tokensFor } from "../model/computeCost.js";
import { D_INPUT, LOSS, N_INPUT } from "./forms/quantities.js";
import type { Parameters } from "./law.js";
import type { LossLaw } from "./lossLaw.js";

/** Parameters of E + A/N^alpha + B/D^beta, by name. */
export type ChinchillaParameterName = "E" | "A" | "B" | "alpha" | "beta";
/** Values of the parameters of E + A/N^alpha + B/D^beta; units as the law describes them. */
export type ChinchillaParameters = Parameters<ChinchillaParameterName>;

/**
 * Hoffmann et al. 2022, equation 2. Its optimum, equation 4: N = G (C/6)^a, D = G^-1 (C/6)^b, G = (alpha A / beta
 * B)^(1/(alpha+beta)), a = beta/(alpha+beta), b = alpha/(alpha+beta); generalised here to C = k N^q D.
 */
export const chinchilla: LossLaw<ChinchillaParameterName> = {
  name: "chinchilla",
  form: "L(N, D) = E + A / N^alpha + B / D^beta",
  source: "Hoffmann et al. 2022 (arXiv:2203.15556), section 3.3, equation 2",
  inputs: { N: N_INPUT, D: D_INPUT },
  output: LOSS,
  residuals: "log",
  parameters: {
    E: {
      unit: "nats/token",
      meaning: "irreducible loss: the entropy of the text",
      support: "non-negative",
      linear: true,
    },
    A: { unit: "nats/token * parameters^alpha", meaning: "amplitude of the model-size term", linear: true },
    B: { unit: "nats/token * tokens^beta", meaning: "amplitude of the data term", linear: true },
    alpha: { unit: "1", meaning: "exponent of model size", bounds: [0.01, 5] },
    beta: { unit: "1", meaning: "exponent of data", bounds: [0.01, 5] },
  },
  loss: (p, n, d) => p.E + p.A * n ** -p.alpha + p.B * d ** -p.beta,
  value: (p, x) => chinchilla.loss(p, x.N, x.D),
  gradient(p, { N: n, D: d }) {
    const nTerm = n ** -p.alpha;
    const dTerm = d ** -p.beta;
    return { E: 1, A: nTerm, B: dTerm, alpha: -p.A * nTerm * Math.log(n), beta: -p.B * dTerm * Math.log(d) };
  },
  optimum(p, flops, cost = sixND) {
    const parameters = chinchillaOptimalParameters(p, flops, cost);
    const tokens = tokensFor(cost, flops, parameters);
    return { flops, parameters, tokens, loss: chinchilla.loss(p, parameters, tokens) };
  },
  rescale: (p, by, output) => ({
    ...p,
    E: p.E * output,
    A: p.A * output * by.N ** p.alpha,
    B: p.B * output * by.D ** p.beta,
  }),
  // From the TeX source: a = 6.0073404, b = 6.0179186, e = .5267228, with A = exp(a), B = exp(b), E = exp(e).
  published: {
    parameters: {
      E: Math.exp(0.5267228),
      A: Math.exp(6.0073404),
      B: Math.exp(6.0179186),
      alpha: 0.33917084,
      beta: 0.2849083,
    },
    source: "Hoffmann et al. 2022 (arXiv:2203.15556), equation 10, unrounded from the paper's TeX source",
  },
};

/**
 * Exponents of N_opt ∝ C^a and D_opt ∝ C^b. With C = k N^q D, setting the derivative of L along the isoFLOP to zero
 * gives N^(alpha + q beta) = (alpha A / (q beta B)) (C/k)^beta; for q = 1 these are Hoffmann's.
 */
export function chinchillaExponents(
  p: Pick<ChinchillaParameters, "alpha" | "beta">,
  cost: ComputeCost = sixND,
): { a: number; b: number } {
  const a = p.beta / (p.alpha + cost.exponent * p.beta);
  return { a, b: 1 - cost.exponent * a };
}

function chinchillaOptimalParameters(p: ChinchillaParameters, flops: number, cost: ComputeCost): number {
  const { coefficient: k, exponent: q } = cost;
  const logRatio = Math.log((p.alpha * p.A) / (q * p.beta * p.B)) + p.beta * Math.log(flops / k);
  return Math.exp(logRatio / (p.alpha + q * p.beta));
}

/**
 * The N for which D tokens are compute-optimal (Muennighoff et al. 2023 call it U_N for D = U_D unique tokens):
 * ln N = (1/alpha) ln(alpha A / beta B) + (beta/alpha) ln D, for C = 6ND.
 */
export function chinchillaParametersForTokens(p: ChinchillaParameters, tokens: number): number {
  return Math.exp((Math.log((p.alpha * p.A) / (p.beta * p.B)) + p.beta * Math.log(tokens)) / p.alpha);
}

import { chinchilla } from "./chinchilla.js";
import { C_INPUT, LOSS } from "./forms/quantities.js";
import type { Law, Parameters } from "./law.js";

/** Parameters of L_opt(C) = E + k C^-gamma, by name. */
export type LossFrontierParameterName = "E" | "k" | "gamma";
/** Values of the parameters of L_opt(C) = E + k C^-gamma; units as the law describes them. */
export type LossFrontierParameters = Parameters<LossFrontierParameterName>;

interface LossFrontier extends Law<LossFrontierParameterName, "C"> {
  /** Loss in nats per token at C FLOPs. */
  loss(p: LossFrontierParameters, flops: number): number;
}

/**
 * Least loss that compute can buy: L_opt(C) = E + k C^-gamma. It is what the chinchilla law gives along its own optimum
 * (gamma = alpha beta / (alpha + beta)), and with E = 0 Kaplan's equation 1.3.
 */
export const lossFrontier: LossFrontier = {
  name: "loss-frontier",
  form: "L_opt(C) = E + k C^-gamma",
  source:
    "Hoffmann et al. 2022 (arXiv:2203.15556), equations 2 and 4 combined; Kaplan et al. 2020 (arXiv:2001.08361), equation 1.3 for E = 0",
  inputs: { C: C_INPUT },
  output: LOSS,
  residuals: "log",
  parameters: {
    E: { unit: "nats/token", meaning: "irreducible loss", support: "non-negative", linear: true },
    k: { unit: "nats/token * FLOPs^gamma", meaning: "amplitude", linear: true },
    gamma: { unit: "1", meaning: "exponent of compute", bounds: [0.001, 3] },
  },
  loss: (p, flops) => p.E + p.k * flops ** -p.gamma,
  value: (p, x) => lossFrontier.loss(p, x.C),
  gradient(p, { C: flops }) {
    const power = flops ** -p.gamma;
    return { E: 1, k: power, gamma: -p.k * power * Math.log(flops) };
  },
  rescale: (p, by, output) => ({ ...p, E: p.E * output, k: p.k * output * by.C ** p.gamma }),
  published: {
    parameters: frontierOf(chinchilla.published.parameters),
    source: `along the optimum of ${chinchilla.published.source}`,
  },
};

/** The frontier of a chinchilla law under C = 6ND. */
function frontierOf(p: typeof chinchilla.published.parameters): LossFrontierParameters {
  const gamma = (p.alpha * p.beta) / (p.alpha + p.beta);
  const at = chinchilla.optimum(p, 1e21);
  return { E: p.E, k: (chinchilla.loss(p, at.parameters, at.tokens) - p.E) * 1e21 ** gamma, gamma };
}

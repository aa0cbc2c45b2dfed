import { type ChinchillaParameters, chinchilla } from "./chinchilla.js";
import { C_INPUT, LOSS } from "./forms/quantities.js";
import type { Parameters } from "./law.js";
import type { AllocatingLaw } from "./lossLaw.js";

/** Names of the parameters. */
export type OverTrainingParameterName = "E" | "a" | "b" | "eta";
/** Values of the parameters. */
export type OverTrainingParameters = Parameters<OverTrainingParameterName>;

/**
 * Gadre et al. 2024, equation 4: models trained on M tokens a parameter, whatever M, scale with one exponent of compute.
 * It is the chinchilla law with alpha = beta = 2 eta, under C = 6ND and D = M N; the paper's optimal M = (b / a)^(1 / (2
 * eta)), equation 10, lies below every M it fitted, and the authors do not trust it.
 */
export const overTraining: AllocatingLaw<OverTrainingParameterName, "C" | "M"> = {
  name: "over-training",
  form: "L(C, M) = E + (a M^eta + b M^-eta) C^-eta",
  source: "Gadre et al. 2024 (arXiv:2403.08540), equation 4",
  inputs: {
    C: C_INPUT,
    M: { unit: "tokens/parameter", meaning: "token multiplier M = D / N", range: [5, 640] },
  },
  output: LOSS,
  residuals: "log",
  parameters: {
    E: { unit: "nats/token", meaning: "irreducible loss", support: "non-negative", linear: true },
    a: { unit: "nats/token * FLOPs^eta", meaning: "amplitude of the model-size term", linear: true },
    b: { unit: "nats/token * FLOPs^eta", meaning: "amplitude of the data term", linear: true },
    eta: { unit: "1", meaning: "exponent of compute at any fixed multiplier", bounds: [0.005, 2.5] },
  },
  value: (p, { C, M }) => p.E + (p.a * M ** p.eta + p.b * M ** -p.eta) * C ** -p.eta,
  gradient(p, { C, M }) {
    const model = (M / C) ** p.eta;
    const data = (M * C) ** -p.eta;
    const eta = p.a * model * Math.log(M / C) - p.b * data * Math.log(M * C);
    return { E: 1, a: model, b: data, eta };
  },
  optimum: (p, flops, cost) => chinchilla.optimum(overTrainingAsChinchilla(p), flops, cost),
  rescale: (p, by, output) => ({
    ...p,
    E: p.E * output,
    a: p.a * output * (by.C / by.M) ** p.eta,
    b: p.b * output * (by.C * by.M) ** p.eta,
  }),
  published: {
    parameters: { E: 1.51, a: 141, b: 190, eta: 0.121 },
    source: "Gadre et al. 2024 (arXiv:2403.08540v2), Table 6, trained on C4; gadre2024 has its other data sets",
  },
};

/** The same law over N and D: a M^eta C^-eta = a 6^-eta N^(-2 eta), b M^-eta C^-eta = b 6^-eta D^(-2 eta). */
export function overTrainingAsChinchilla(p: OverTrainingParameters): ChinchillaParameters {
  const six = 6 ** -p.eta;
  return { E: p.E, A: p.a * six, B: p.b * six, alpha: 2 * p.eta, beta: 2 * p.eta };
}

import { D_INPUT, N_INPUT } from "./forms/quantities.js";
import type { Law } from "./law.js";

/** Names of the parameters. */
export type OptimalLearningRateParameterName = "k" | "alpha" | "beta";

/** The peak learning rate of least loss as a power law of model size and training data: Step Law. */
export const optimalLearningRate: Law<OptimalLearningRateParameterName, "N" | "D"> = {
  name: "optimal-learning-rate",
  form: "LR_opt(N, D) = k N^alpha D^beta",
  source: "Li et al. 2025, Predictable Scale: Step Law (arXiv:2503.04715v7), equation 1 and Table 2",
  inputs: {
    N: { ...N_INPUT, meaning: "model size N without embeddings", range: [6e7, 1e9] },
    D: { ...D_INPUT, range: [2e9, 1e11] },
  },
  output: { unit: "1", meaning: "peak learning rate of least loss" },
  residuals: "log",
  parameters: {
    k: { unit: "parameters^-alpha * tokens^-beta", meaning: "amplitude" },
    alpha: { unit: "1", meaning: "exponent of model size", support: "real", bounds: [-3, 3] },
    beta: { unit: "1", meaning: "exponent of data", support: "real", bounds: [-3, 3] },
  },
  value: (p, x) => p.k * x.N ** p.alpha * x.D ** p.beta,
  gradient(p, x) {
    const power = x.N ** p.alpha * x.D ** p.beta;
    const rate = p.k * power;
    return { k: power, alpha: rate * Math.log(x.N), beta: rate * Math.log(x.D) };
  },
  rescale: (p, by, output) => ({ ...p, k: p.k * output * by.N ** -p.alpha * by.D ** -p.beta }),
  published: {
    parameters: { k: 1.79, alpha: -0.713, beta: 0.307 },
    source: "Li et al. 2025 (arXiv:2503.04715v7), equation 1; 60M to 1B parameters on 2B to 100B tokens",
  },
};

import { D_INPUT } from "./forms/quantities.js";
import type { Law } from "./law.js";

/** Names of the parameters. */
export type OptimalBatchParameterName = "k" | "gamma";

/** The batch of least loss as a power law of training data, whatever the model's size: Step Law. */
export const optimalBatch: Law<OptimalBatchParameterName, "D"> = {
  name: "optimal-batch",
  form: "B_opt(D) = k D^gamma",
  source: "Li et al. 2025, Predictable Scale: Step Law (arXiv:2503.04715v7), equation 1 and Table 2",
  inputs: { D: { ...D_INPUT, range: [2e9, 1e11] } },
  output: { unit: "tokens", meaning: "batch of least loss" },
  residuals: "log",
  parameters: {
    k: { unit: "tokens^(1 - gamma)", meaning: "amplitude" },
    gamma: { unit: "1", meaning: "exponent of data", support: "real", bounds: [-3, 3] },
  },
  value: (p, x) => p.k * x.D ** p.gamma,
  gradient(p, x) {
    const power = x.D ** p.gamma;
    return { k: power, gamma: p.k * power * Math.log(x.D) };
  },
  rescale: (p, by, output) => ({ ...p, k: p.k * output * by.D ** -p.gamma }),
  published: {
    parameters: { k: 0.58, gamma: 0.571 },
    source: "Li et al. 2025 (arXiv:2503.04715v7), equation 1; 60M to 1B parameters on 2B to 100B tokens",
  },
};

import type { Law } from "./law.js";

/** Names of the parameters. */
export type CriticalBatchParameterName = "Bstar" | "alphaB";

/**
 * The batch above which more of it saves few steps, as a power law of the loss reached: Kaplan et al. 2020, equations
 * 1.4 and 5.3. It does not depend on model size.
 */
export const criticalBatch: Law<CriticalBatchParameterName, "L"> = {
  name: "critical-batch",
  form: "B_crit(L) = Bstar / L^(1 / alphaB)",
  source: "Kaplan et al. 2020 (arXiv:2001.08361), equation 5.3",
  inputs: { L: { unit: "nats/token", meaning: "loss reached", range: [2.5, 10] } },
  output: { unit: "tokens", meaning: "critical batch" },
  residuals: "log",
  parameters: {
    Bstar: { unit: "tokens", meaning: "critical batch at one nat per token" },
    alphaB: { unit: "1", meaning: "inverse exponent of the loss", bounds: [0.01, 10] },
  },
  value: (p, x) => p.Bstar * x.L ** (-1 / p.alphaB),
  gradient(p, x) {
    const power = x.L ** (-1 / p.alphaB);
    return { Bstar: power, alphaB: (p.Bstar * power * Math.log(x.L)) / p.alphaB ** 2 };
  },
  rescale: (p, by, output) => ({ ...p, Bstar: p.Bstar * output * by.L ** (1 / p.alphaB) }),
  published: {
    parameters: { Bstar: 2.1e8, alphaB: 0.21 },
    source: "Kaplan et al. 2020 (arXiv:2001.08361), Figure 10 (the text rounds to 2e8 tokens)",
  },
};

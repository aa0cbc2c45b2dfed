import type { Law } from "./law.js";

/** Names of the parameters. */
export type DownstreamErrorParameterName = "epsilon" | "k" | "gamma";

/**
 * Gadre et al. 2024, equation 5: the top-1 error averaged over tasks falls exponentially as the loss falls, that is as a
 * power of perplexity.
 */
export const downstreamError: Law<DownstreamErrorParameterName, "L"> = {
  name: "downstream-error",
  form: "Err(L) = epsilon - k exp(-gamma L)",
  source: "Gadre et al. 2024 (arXiv:2403.08540), equation 5",
  inputs: { L: { unit: "nats/token", meaning: "validation loss, in the paper on C4", range: [2, 5] } },
  output: { unit: "1", meaning: "average top-1 error, a share, in the paper of 17 tasks" },
  residuals: "linear",
  parameters: {
    epsilon: { unit: "1", meaning: "error of a model that has learnt nothing", linear: true },
    k: { unit: "1", meaning: "how much error there is to lose", linear: true },
    gamma: { unit: "tokens/nat", meaning: "how fast it is lost with loss", bounds: [1e-4, 1e4] },
  },
  value: (p, x) => p.epsilon - p.k * Math.exp(-p.gamma * x.L),
  gradient(p, x) {
    const gained = Math.exp(-p.gamma * x.L);
    return { epsilon: 1, k: -gained, gamma: p.k * gained * x.L };
  },
  rescale: (p, by, output) => ({ epsilon: p.epsilon * output, k: p.k * output, gamma: p.gamma / by.L }),
  published: {
    parameters: { epsilon: 0.85, k: 2.08, gamma: 0.756 },
    source: "Gadre et al. 2024 (arXiv:2403.08540v2), Table 6, trained on C4; gadre2024 has its other data sets",
  },
};

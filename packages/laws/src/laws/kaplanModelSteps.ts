import { LOSS, N_INPUT } from "./forms/quantities.js";
import type { Law } from "./law.js";

/** Names of the parameters. */
export type KaplanModelStepsParameterName = "Nc" | "alphaN" | "Sc" | "alphaS";

/**
 * Learning curves where data are plentiful: Kaplan et al. 2020, equation 1.6, over the steps S_min that the run would
 * have taken at a batch far above the critical one (model/criticalBatch.ts converts).
 */
export const kaplanModelSteps: Law<KaplanModelStepsParameterName, "N" | "S"> = {
  name: "kaplan-model-steps",
  form: "L(N, S_min) = (Nc / N)^alphaN + (Sc / S_min)^alphaS",
  source: "Kaplan et al. 2020 (arXiv:2001.08361), equations 1.6 and 5.6",
  inputs: {
    N: { ...N_INPUT, meaning: "model size N without embeddings", range: [1e5, 1.5e9] },
    S: { unit: "steps", meaning: "least optimiser steps S_min", range: [3e2, 1e6] },
  },
  output: LOSS,
  residuals: "log",
  parameters: {
    Nc: { unit: "parameters", meaning: "scale of model size" },
    alphaN: { unit: "1", meaning: "exponent of model size", bounds: [0.002, 3] },
    Sc: { unit: "steps", meaning: "scale of steps" },
    alphaS: { unit: "1", meaning: "exponent of steps", bounds: [0.01, 5] },
  },
  value: (p, x) => (p.Nc / x.N) ** p.alphaN + (p.Sc / x.S) ** p.alphaS,
  gradient(p, x) {
    const model = (p.Nc / x.N) ** p.alphaN;
    const steps = (p.Sc / x.S) ** p.alphaS;
    return {
      Nc: (model * p.alphaN) / p.Nc,
      alphaN: model * Math.log(p.Nc / x.N),
      Sc: (steps * p.alphaS) / p.Sc,
      alphaS: steps * Math.log(p.Sc / x.S),
    };
  },
  rescale: (p, by, output) => ({
    ...p,
    Nc: p.Nc * by.N * output ** (1 / p.alphaN),
    Sc: p.Sc * by.S * output ** (1 / p.alphaS),
  }),
  published: {
    parameters: { Nc: 6.5e13, alphaN: 0.077, Sc: 2.1e3, alphaS: 0.76 },
    source: "Kaplan et al. 2020 (arXiv:2001.08361), Table 3",
  },
};

import { N_INPUT } from "./forms/quantities.js";
import { scaleLaw } from "./forms/scaleLaw.js";

/** Loss of a converged model of N non-embedding parameters whose data do not limit it; Kaplan et al. 2020, equation 1.1. */
export const kaplanParameters = scaleLaw({
  name: "kaplan-parameters",
  form: "L(N) = (Nc / N)^alphaN",
  source: "Kaplan et al. 2020 (arXiv:2001.08361), equation 1.1",
  scale: ["Nc", { unit: "parameters", meaning: "model size at which the law reaches one nat per token" }],
  exponent: ["alphaN", { unit: "1", meaning: "exponent of model size", bounds: [0.001, 3] }],
  input: ["N", { ...N_INPUT, meaning: "model size N without embeddings", range: [1e5, 1.5e9] }],
  published: { scale: 8.8e13, exponent: 0.076, source: "Kaplan et al. 2020 (arXiv:2001.08361), equation 1.1" },
});

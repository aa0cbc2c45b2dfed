import { chinchilla } from "../laws/chinchilla.js";
import { type DataConstrainedParameters, dataConstrainedLaw } from "../laws/dataConstrained.js";
import type { NamedLaw, Repetition } from "./law.js";

/**
 * Muennighoff et al. 2023: a = 6.255414, b = 7.3049974, e = .6254804, alpha = beta = .3526596 held; R_D*, R_N* over 182
 * runs.
 */
export const muennighoffConstants: DataConstrainedParameters = dataConstrainedLaw.published.parameters;

/** The published fit is one of several minima on its own data (fitDataConstrained), and not the lowest. */
export const muennighoffRepetition: Repetition = {
  RD: muennighoffConstants.RD,
  RN: muennighoffConstants.RN,
  form: "exponential",
  source: "Muennighoff et al. 2023",
};

/** Muennighoff et al. 2023 (arXiv:2305.16264): its law for data that do not repeat. */
export const muennighoff2023: NamedLaw = {
  name: "muennighoff-2023",
  title: "Data-constrained scaling, its law for unique tokens",
  source: "Muennighoff et al. 2023, Scaling Data-Constrained Language Models (arXiv:2305.16264)",
  convention: { parameters: "total", flops: "6N" },
  notes: [
    "alpha = beta was imposed. With --unique-tokens, repeated data decay with R_D* 15.39 and excess parameters with R_N* 5.31.",
  ],
  optimum: (flops) => chinchilla.optimum(muennighoffConstants, flops),
  loss: (n, d) => chinchilla.loss(muennighoffConstants, n, d),
  chinchilla: muennighoffConstants,
  repetition: muennighoffRepetition,
};

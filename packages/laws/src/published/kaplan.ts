import { kaplanCompute } from "../laws/kaplanCompute.js";
import { FLOPS_PER_PF_DAY } from "../units/flops.js";
import type { NamedLaw } from "./law.js";

/** Kaplan et al. 2020, Table 6 with C_min in PF-days: N = 1.3e9 C^0.73, D = 2e10 C^0.27. */
export const kaplanAllocation = {
  parametersAtOnePfDay: 1.3e9,
  a: 0.73,
  tokensAtOnePfDay: 2e10,
  b: 0.27,
} as const;

/** L(C_min) = (3.1e8 PF-days / C_min)^0.050, equation 1.3. */
export const kaplanComputeConstants = { Cc: 3.1e8 * FLOPS_PER_PF_DAY, alphaC: 0.05 } as const;

/** L(N, D), Table 2, N without embeddings. */
export const kaplanModelDataConstants = { Nc: 6.4e13, Dc: 1.8e13, alphaN: 0.076, alphaD: 0.103 } as const;

/** Kaplan et al. 2020 (arXiv:2001.08361): the allocation of its Table 6. */
export const kaplan2020: NamedLaw = {
  name: "kaplan-2020",
  title: "Kaplan: large models, few tokens",
  source: "Kaplan et al. 2020, Scaling Laws for Neural Language Models (arXiv:2001.08361), Table 6 and equation 1.3",
  convention: { parameters: "non-embedding", flops: "6N" },
  notes: [
    "N counts no embeddings; C is C_min, the compute at batches far below the critical one, so 6ND exceeds it by about 1.8.",
    "L(N, D) of equation 1.5 has another optimum than Table 6, and is therefore no part of this law.",
    "Its steep exponent owes to uncounted head FLOPs, long warm-up, unmatched cosines and untuned small models (Porian et al. 2024).",
  ],
  optimum(flops) {
    const pfDays = flops / FLOPS_PER_PF_DAY;
    return {
      flops,
      parameters: kaplanAllocation.parametersAtOnePfDay * pfDays ** kaplanAllocation.a,
      tokens: kaplanAllocation.tokensAtOnePfDay * pfDays ** kaplanAllocation.b,
      loss: kaplanCompute.loss(kaplanComputeConstants, flops),
    };
  },
};

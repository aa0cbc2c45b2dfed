import { kaplanCompute } from "../laws/kaplanCompute.js";
import { kaplanModelData } from "../laws/kaplanModelData.js";
import { FLOPS_PER_PF_DAY } from "../units/flops.js";
import type { NamedLaw } from "./law.js";

/** Kaplan et al. 2020, Table 6 with C_min in PF-days: N = 1.3e9 C^0.73, B = 2.0e6 C^0.24, S = 5.4e3 C^0.03, D = 2e10 C^0.27. */
export const kaplanAllocation = {
  parametersAtOnePfDay: 1.3e9,
  a: 0.73,
  tokensAtOnePfDay: 2e10,
  b: 0.27,
  batchTokensAtOnePfDay: 2.0e6,
  batchExponent: 0.24,
  stepsAtOnePfDay: 5.4e3,
  stepsExponent: 0.03,
} as const;

/** What Kaplan et al. 2020, Table 6, would train for a least compute C_min. */
export interface KaplanRecipe {
  /** N without embeddings. */
  readonly parameters: number;
  /** The critical batch B, tokens. */
  readonly batchTokens: number;
  /** The least steps S_min. */
  readonly steps: number;
  /** D, tokens of one epoch. */
  readonly tokens: number;
}

/** Kaplan et al. 2020, Table 6, for C_min FLOPs. */
export function kaplanRecipe(leastFlops: number): KaplanRecipe {
  const c = leastFlops / FLOPS_PER_PF_DAY;
  const k = kaplanAllocation;
  return {
    parameters: k.parametersAtOnePfDay * c ** k.a,
    batchTokens: k.batchTokensAtOnePfDay * c ** k.batchExponent,
    steps: k.stepsAtOnePfDay * c ** k.stepsExponent,
    tokens: k.tokensAtOnePfDay * c ** k.b,
  };
}

/** L(C_min) = (3.1e8 PF-days / C_min)^0.050, equation 1.3. */
export const kaplanComputeConstants = kaplanCompute.published.parameters;

/** L(N, D), Table 2, N without embeddings. */
export const kaplanModelDataConstants = kaplanModelData.published.parameters;

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
  // At most: 1.5e9 parameters for 2.5e5 steps of 512 sequences of 1024 tokens (section 2.2).
  largestFlops: 6 * 1.5e9 * 2.5e5 * 512 * 1024,
  optimum(flops) {
    const { parameters, tokens } = kaplanRecipe(flops);
    return { flops, parameters, tokens, loss: kaplanCompute.loss(kaplanComputeConstants, flops) };
  },
};

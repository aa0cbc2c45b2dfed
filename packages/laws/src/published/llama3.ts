import type { NamedLaw } from "./law.js";

/** Grattafiori et al. 2024 (arXiv:2407.21783): the allocation behind Llama 3 405B, from isoFLOP profiles. */
export const llama3: NamedLaw = {
  name: "llama-3-2024",
  title: "Llama 3: isoFLOP profiles on its own mix of data",
  source: "Grattafiori et al. 2024, The Llama 3 Herd of Models (arXiv:2407.21783), section 3.2.1 and Figure 3",
  convention: { parameters: "total", flops: "6N" },
  notes: [
    "D = 0.299 C^0.537, the legend of Figure 3; the text's rounded 0.29 C^0.53 gives a third less data at 3.8e25 FLOPs.",
    "N = C / 6D: the paper does not say how it counts, but its 405B on 15.6T tokens are its 3.8e25 FLOPs in this way.",
    "Parabolas through profiles of 6e18 to 1e22 FLOPs, which are biased towards too few parameters (Czech et al. 2026, arXiv:2603.22339). The law says nothing on loss.",
    "The paper's own forecast, 402B on 16.55T tokens, is met within 1.2 % at their 6ND, 3.99e25, not at the 3.8e25 it names.",
  ],
  smallestFlops: 6e18,
  largestFlops: 1e22,
  optimum(flops) {
    const tokens = 0.299 * flops ** 0.537;
    return { flops, parameters: flops / (6 * tokens), tokens };
  },
};

import { C_INPUT } from "./forms/quantities.js";
import { scaleLaw } from "./forms/scaleLaw.js";
import type { Parameters } from "./law.js";

/** Parameters of L(C) = (Cc/C)^alphaC, by name. */
export type KaplanComputeParameterName = "Cc" | "alphaC";
/** Values of the parameters of L(C) = (Cc/C)^alphaC; units as the law describes them. */
export type KaplanComputeParameters = Parameters<KaplanComputeParameterName>;

const law = scaleLaw({
  name: "kaplan-compute",
  form: "L(C) = (Cc / C)^alphaC",
  source: "Kaplan et al. 2020 (arXiv:2001.08361), equation 1.3",
  scale: ["Cc", { unit: "FLOPs", meaning: "compute at which the law reaches one nat per token" }],
  exponent: ["alphaC", { unit: "1", meaning: "exponent of compute", bounds: [0.001, 3] }],
  input: ["C", { ...C_INPUT, meaning: "least training compute C_min, at batches far below the critical one" }],
  // 3.1e8 PF-days of 8.64e19 FLOPs.
  published: {
    scale: 3.1e8 * 8.64e19,
    exponent: 0.05,
    source: "Kaplan et al. 2020 (arXiv:2001.08361), equation 1.3",
  },
});

/** Loss at the compute-efficient frontier as a pure power law of compute; Kaplan et al. 2020, equation 1.3. */
export const kaplanCompute = {
  ...law,
  /** Loss in nats per token at C FLOPs. */
  loss: (p: KaplanComputeParameters, flops: number): number => law.value(p, { C: flops }),
  /** The compute, FLOPs, that reaches a loss. */
  flopsForLoss: (p: KaplanComputeParameters, loss: number): number => law.inverse(p, loss),
} as const;

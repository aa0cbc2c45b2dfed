import type { ParameterDescription, Parameters } from "./lossLaw.js";

/** Parameters of L(C) = (Cc/C)^alphaC, by name. */
export type KaplanComputeParameterName = "Cc" | "alphaC";
/** Values of the parameters of L(C) = (Cc/C)^alphaC; units as the law describes them. */
export type KaplanComputeParameters = Parameters<KaplanComputeParameterName>;

/** Loss at the compute-efficient frontier as a pure power law of compute; Kaplan et al. 2020, equation 1.3. */
export const kaplanCompute = {
  name: "kaplan-compute",
  form: "L(C) = (Cc / C)^alphaC",
  source: "Kaplan et al. 2020 (arXiv:2001.08361), equation 1.3",
  parameters: {
    Cc: { unit: "FLOPs", meaning: "compute at which the law reaches one nat per token" },
    alphaC: { unit: "1", meaning: "exponent of compute" },
  } satisfies Readonly<Record<KaplanComputeParameterName, ParameterDescription>>,
  /** Loss in nats per token at C FLOPs. */
  loss: (p: KaplanComputeParameters, flops: number): number => (p.Cc / flops) ** p.alphaC,
  /** dL / d(parameter). */
  gradient(p: KaplanComputeParameters, flops: number): Record<KaplanComputeParameterName, number> {
    const loss = kaplanCompute.loss(p, flops);
    return { Cc: (loss * p.alphaC) / p.Cc, alphaC: loss * Math.log(p.Cc / flops) };
  },
  /** The compute, FLOPs, that reaches a loss. */
  flopsForLoss: (p: KaplanComputeParameters, loss: number): number => p.Cc * loss ** (-1 / p.alphaC),
} as const;

import type { ParameterDescription, Parameters } from "./lossLaw.js";

/** Parameters of L_opt(C) = E + k C^-gamma, by name. */
export type LossFrontierParameterName = "E" | "k" | "gamma";
/** Values of the parameters of L_opt(C) = E + k C^-gamma; units as the law describes them. */
export type LossFrontierParameters = Parameters<LossFrontierParameterName>;

/**
 * Least loss that compute can buy: L_opt(C) = E + k C^-gamma. It is what the chinchilla law gives along its own optimum
 * (gamma = alpha beta / (alpha + beta)), and with E = 0 Kaplan's equation 1.3.
 */
export const lossFrontier = {
  name: "loss-frontier",
  form: "L_opt(C) = E + k C^-gamma",
  source: "Hoffmann et al. 2022, equations 2 and 4 combined; Kaplan et al. 2020, equation 1.3 for E = 0",
  parameters: {
    E: { unit: "nats/token", meaning: "irreducible loss" },
    k: { unit: "nats/token * FLOPs^gamma", meaning: "amplitude" },
    gamma: { unit: "1", meaning: "exponent of compute" },
  } satisfies Readonly<Record<LossFrontierParameterName, ParameterDescription>>,
  /** Loss in nats per token at C FLOPs. */
  loss: (p: LossFrontierParameters, flops: number): number => p.E + p.k * flops ** -p.gamma,
  /** dL / d(parameter). */
  gradient(p: LossFrontierParameters, flops: number): Record<LossFrontierParameterName, number> {
    const power = flops ** -p.gamma;
    return { E: 1, k: power, gamma: -p.k * power * Math.log(flops) };
  },
} as const;

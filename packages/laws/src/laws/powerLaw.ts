import type { Optimum } from "../fit/result.js";
import type { ParameterDescription, Parameters } from "./lossLaw.js";

/** Parameters of N_opt = kN C^a, D_opt = kD C^b, by name. */
export type PowerLawAllocationParameterName = "kN" | "a" | "kD" | "b";
/** Values of the parameters of N_opt = kN C^a, D_opt = kD C^b; units as the law describes them. */
export type PowerLawAllocationParameters = Parameters<PowerLawAllocationParameterName>;

/** How to split compute, without a word on loss: Hoffmann et al. 2022, section 3: N_opt ∝ C^a, D_opt ∝ C^b. */
export const powerLawAllocation = {
  name: "power-law-allocation",
  form: "N_opt = kN C^a, D_opt = kD C^b",
  source: "Hoffmann et al. 2022 (arXiv:2203.15556), sections 3.1 and 3.2; Kaplan et al. 2020, equation 1.7",
  parameters: {
    kN: { unit: "parameters / FLOPs^a", meaning: "amplitude of N_opt" },
    a: { unit: "1", meaning: "exponent of N_opt" },
    kD: { unit: "tokens / FLOPs^b", meaning: "amplitude of D_opt" },
    b: { unit: "1", meaning: "exponent of D_opt" },
  } satisfies Readonly<Record<PowerLawAllocationParameterName, ParameterDescription>>,
  /** N_opt and D_opt for C FLOPs. */
  optimum: (p: PowerLawAllocationParameters, flops: number): Optimum => ({
    flops,
    parameters: p.kN * flops ** p.a,
    tokens: p.kD * flops ** p.b,
  }),
  /** d ln(N_opt) and d ln(D_opt) by every parameter. */
  logGradient: (p: PowerLawAllocationParameters, flops: number) => ({
    parameters: { kN: 1 / p.kN, a: Math.log(flops), kD: 0, b: 0 },
    tokens: { kN: 0, a: 0, kD: 1 / p.kD, b: Math.log(flops) },
  }),
} as const;

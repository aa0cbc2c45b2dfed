import type { Optimum } from "../fit/result.js";
import { C_INPUT } from "./forms/quantities.js";
import type { Law, ParameterDescription, Parameters, QuantityDescription } from "./law.js";

/** Parameters of N_opt = kN C^a, D_opt = kD C^b, by name. */
export type PowerLawAllocationParameterName = "kN" | "a" | "kD" | "b";
/** Values of the parameters of N_opt = kN C^a, D_opt = kD C^b; units as the law describes them. */
export type PowerLawAllocationParameters = Parameters<PowerLawAllocationParameterName>;

/** How to split compute, without a word on loss: Hoffmann et al. 2022, section 3: N_opt ∝ C^a, D_opt ∝ C^b. */
export const powerLawAllocation = {
  name: "power-law-allocation",
  form: "N_opt = kN C^a, D_opt = kD C^b",
  source:
    "Hoffmann et al. 2022 (arXiv:2203.15556), sections 3.1 and 3.2; Kaplan et al. 2020 (arXiv:2001.08361), equation 1.7",
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

/** One half of the allocation as a law of its own: y = k C^exponent. */
function allocationLaw<K extends string, A extends string>(
  name: string,
  [k, a]: readonly [K, A],
  symbol: string,
  output: QuantityDescription,
  atOnePfDay: number,
  exponent: number,
): Law<K | A, "C"> {
  const named = <T>(ofAmplitude: T, ofExponent: T) =>
    ({ [k]: ofAmplitude, [a]: ofExponent }) as unknown as Record<K | A, T>;
  return {
    name,
    form: `${symbol} = ${k} C^${a}`,
    source: powerLawAllocation.source,
    inputs: { C: C_INPUT },
    output,
    residuals: "log",
    parameters: named<ParameterDescription>(
      { unit: `${output.unit} / FLOPs^${a}`, meaning: `amplitude of ${symbol}` },
      { unit: "1", meaning: `exponent of ${symbol}`, support: "real", bounds: [-3, 3] },
    ),
    value: (p, x) => p[k] * x.C ** p[a],
    gradient(p, x) {
      const power = x.C ** p[a];
      return named(power, p[k] * power * Math.log(x.C));
    },
    rescale: (p, by, factor) => named(p[k] * factor * by.C ** -p[a], p[a]),
    published: {
      // C in PF-days of 8.64e19 FLOPs there, in FLOPs here.
      parameters: named(atOnePfDay * 8.64e19 ** -exponent, exponent),
      source: "Kaplan et al. 2020 (arXiv:2001.08361), Table 6, C_min in FLOPs",
    },
  };
}

/** N_opt = kN C^a. */
export const optimalParameters = allocationLaw(
  "optimal-parameters",
  ["kN", "a"],
  "N_opt",
  { unit: "parameters", meaning: "compute-optimal model size" },
  1.3e9,
  0.73,
);

/** D_opt = kD C^b. */
export const optimalTokens = allocationLaw(
  "optimal-tokens",
  ["kD", "b"],
  "D_opt",
  { unit: "tokens", meaning: "compute-optimal training data" },
  2e10,
  0.27,
);

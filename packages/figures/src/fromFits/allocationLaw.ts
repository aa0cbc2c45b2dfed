import {
  type EnvelopeFit,
  type IsoflopFit,
  type PowerLawAllocationParameters,
  powerLawAllocation,
} from "@isoflop/laws";
import { central95, namedDraws } from "@isoflop/laws/procedures";
import type { PowerLaw } from "../data.js";

/** Fewer draws give no band. */
export const FEWEST_DRAWS = 20;

/** N_opt(C) or D_opt(C) by Approach 1 or 2, with its band over the given compute where there are draws. */
export function allocationLaw(
  fit: IsoflopFit | EnvelopeFit,
  quantity: "parameters" | "tokens",
  reach: readonly number[],
): PowerLaw {
  const [k, exponent] = quantity === "parameters" ? (["kN", "a"] as const) : (["kD", "b"] as const);
  const interval = fit.intervals95[exponent];
  const draws = namedDraws<keyof PowerLawAllocationParameters>(fit.draws);
  return {
    coefficient: fit.parameters[k],
    exponent: fit.parameters[exponent],
    ...(interval === undefined ? {} : { exponentInterval: interval }),
    ...(draws.length < FEWEST_DRAWS
      ? {}
      : {
          band: reach.map((flops) => ({
            flops,
            ...bandOf(draws.map((values) => powerLawAllocation.optimum(values, flops)[quantity])),
          })),
        }),
  };
}

/** Percentiles 2.5 and 97.5, as intervals of fits have them. */
export function bandOf(values: readonly number[]): { readonly low: number; readonly high: number } {
  const [low, high] = central95(values);
  return { low, high };
}

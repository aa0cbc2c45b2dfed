import {
  criticalBatch,
  FLOPS_PER_PF_DAY,
  kaplanComputeExponent,
  kaplanEfficient,
  kaplanAllocation as published,
} from "@isoflop/laws";
import { batchFitOf, efficientRuns, type FittedRows, type LeastFit, namedDraws } from "@isoflop/laws/procedures";
import type { KaplanAllocationData, PowerLaw } from "../data.js";
import { logSpace } from "../ticks.js";
import { bandOf, FEWEST_DRAWS } from "./allocationLaw.js";
import { named } from "./names.js";

const table6 = (atOnePfDay: number, exponent: number): PowerLaw => ({
  coefficient: atOnePfDay / FLOPS_PER_PF_DAY ** exponent,
  exponent,
});

interface AllocationSources {
  readonly least?: Pick<LeastFit, "curves" | "fit" | "batchHeld">;
  readonly parts: readonly FittedRows[];
  readonly names: ReadonlyMap<string, string>;
}

/** N, S_min and B_crit against C_min: Kaplan et al. 2020, equation 6.5 and Figure 14, beside the runs that were best. */
export function kaplanAllocationOf({ least, parts, names }: AllocationSources): KaplanAllocationData | undefined {
  const batch = batchFitOf(parts)?.parameters;
  if (least?.fit === undefined || batch === undefined) return undefined;
  const all = least.curves.flatMap(({ points }) => points.map(({ flops }) => flops));
  if (all.length === 0) return undefined;
  const trained = [Math.min(...all), Math.max(...all)] as const;
  const reach = logSpace(trained[0], trained[1], 30);
  const { Nc = 1, Sc = 1, alphaN = 1, alphaS = 1 } = least.fit.parameters;
  const fitted = { Nc, Sc, alphaN, alphaS, ...batch };
  const draws = namedDraws<keyof typeof fitted>(least.fit.draws);
  const law = (quantity: keyof typeof QUANTITIES): PowerLaw => {
    const { of, power } = QUANTITIES[quantity];
    const exponent = power(fitted);
    const at = reach[0] ?? 1;
    if (draws.length < FEWEST_DRAWS) return { coefficient: of(fitted, at) / at ** exponent, exponent };
    const { low, high } = bandOf(draws.map(power));
    return {
      coefficient: of(fitted, at) / at ** exponent,
      exponent,
      exponentInterval: [low, high],
      band: reach.map((flops) => ({ flops, ...bandOf(draws.map((p) => of(p, flops))) })),
    };
  };
  return {
    points: efficientRuns(least.curves).map(({ id, loss, ...point }) => ({
      ...named(id, names),
      ...point,
      batch: criticalBatch.value(batch, { L: loss }),
    })),
    fitted: trained,
    parametersLaw: law("parameters"),
    stepsLaw: law("steps"),
    batchLaw: law("batch"),
    ...(least.batchHeld && { batchHeld: true }),
    published: {
      name: "Kaplan et al. 2020, Table 6",
      parametersLaw: table6(published.parametersAtOnePfDay, published.a),
      stepsLaw: table6(published.stepsAtOnePfDay, published.stepsExponent),
      batchLaw: table6(published.batchTokensAtOnePfDay, published.batchExponent),
    },
  };
}

type Constants = Readonly<Record<"Nc" | "Sc" | "alphaN" | "alphaS" | "Bstar" | "alphaB", number>>;

/** Each grows as C_min to alpha_C over its own exponent. */
const QUANTITIES = {
  parameters: {
    of: (p: Constants, flops: number) => kaplanEfficient(p, p, flops).parameters,
    power: (p: Constants) => kaplanComputeExponent(p, p) / p.alphaN,
  },
  steps: {
    of: (p: Constants, flops: number) => kaplanEfficient(p, p, flops).steps,
    power: (p: Constants) => kaplanComputeExponent(p, p) / p.alphaS,
  },
  batch: {
    of: (p: Constants, flops: number) => kaplanEfficient(p, p, flops).batchTokens,
    power: (p: Constants) => kaplanComputeExponent(p, p) / p.alphaB,
  },
} as const;

import {
  type AllocationFit,
  type ChinchillaParameters,
  chinchilla,
  type DataConstrainedFit,
  type FitResult,
  type Interval,
  type LikelihoodCurve,
  type NamedLaw,
  optimumBy,
  type RunRecord,
} from "@isoflop/laws";
import type { BootstrapPairsData, InfluenceData, LawComparisonData, ProfileLikelihoodData } from "../data.js";
import { logSpace } from "../ticks.js";
import { bandOf, namedDraws } from "./allocationLaw.js";

const SYMBOLS: Readonly<Record<string, string>> = { alpha: "α", beta: "β", gamma: "γ", alphaN: "α_N", alphaD: "α_D" };
const symbol = (name: string): string => SYMBOLS[name] ?? name;
/** Amplitudes and scales, which range over orders of magnitude. */
const LOGARITHMIC: ReadonlySet<string> = new Set(["A", "B", "N_opt", "kN", "kD", "k", "Nc", "Dc"]);

/** Profiles of likelihood as their figure draws them. */
export function profileLikelihoodOf(curves: Readonly<Record<string, LikelihoodCurve>>): ProfileLikelihoodData {
  return {
    parameters: Object.entries(curves).map(([name, { interval, open, estimate, points, level }]) => ({
      name: symbol(name),
      estimate,
      interval95: interval,
      ...(open.length > 0 && { open }),
      points,
      level,
      ...(LOGARITHMIC.has(name) && { logarithmic: true }),
    })),
  };
}

/** More would be a wall of small panels: the exponents b and D's follow from the others. */
const MOST_PAIRED = 5;

/** Bootstrap draws by pairs of parameters; absent without draws, or with fewer than two that vary. */
export function bootstrapPairsOf(
  fit: Pick<FitResult, "draws" | "parameters" | "intervals95">,
): BootstrapPairsData | undefined {
  const columns = fit.draws.names
    .map((name, index) => ({ name, index }))
    .filter(({ name }) => fit.parameters[name] !== undefined && fit.intervals95[name] !== undefined)
    .slice(0, MOST_PAIRED);
  if (columns.length < 2 || fit.draws.rows.length === 0) return undefined;
  return {
    parameters: columns.map(({ name }) => ({
      name: symbol(name),
      estimate: fit.parameters[name] ?? Number.NaN,
      ...(LOGARITHMIC.has(name) && { logarithmic: true }),
    })),
    draws: fit.draws.rows.map((row) => columns.map(({ index }) => row[index] ?? Number.NaN)),
  };
}

/** The exponent a of a fit, and of the fits made without each of some runs. */
export function influenceOf(
  fit: Pick<FitResult, "exponents" | "intervals95">,
  without: readonly { readonly id: string; readonly a: number }[],
  records: readonly RunRecord[],
  names: ReadonlyMap<string, string>,
): InfluenceData | undefined {
  if (fit.exponents === undefined) return undefined;
  const byId = new Map(records.map((record) => [record.id, record]));
  const interval = fit.intervals95.a;
  return {
    quantity: "a",
    estimate: fit.exponents.a,
    ...(interval && { interval95: interval }),
    runs: without.flatMap(({ id, a }) => {
      const record = byId.get(id);
      if (record === undefined) return [];
      const { parameters, tokens } = record;
      return [{ id, name: names.get(id) ?? id, parameters, tokens, without: a }];
    }),
  };
}

/** A law of these runs under the name that the reader knows it by. */
export interface ComparedFit {
  readonly name: string;
  readonly fit: AllocationFit | DataConstrainedFit;
}

/** N_opt(C) of fits, with bands, beside published laws; from the runs' least compute to their largest or the one asked. */
export function lawComparisonOf(
  fits: readonly ComparedFit[],
  published: readonly Pick<NamedLaw, "title" | "optimum">[],
  trained: Interval,
  at: number,
): LawComparisonData {
  const reach = logSpace(Math.min(trained[0], at), Math.max(trained[1], at), 30);
  const optimum = (fit: ComparedFit["fit"], values: Readonly<Record<string, number>>, flops: number): number =>
    fit.law === "data-constrained"
      ? chinchilla.optimum(values as ChinchillaParameters, flops, fit.compute).parameters
      : optimumBy(fit, values, flops).parameters;
  return {
    laws: [
      ...fits.map(({ name, fit }) => {
        const draws = namedDraws<string>(fit.draws);
        return {
          name,
          optima: reach.map((flops) => ({ flops, parameters: optimum(fit, fit.parameters, flops) })),
          ...(draws.length < 20
            ? {}
            : { band: reach.map((flops) => ({ flops, ...bandOf(draws.map((p) => optimum(fit, p, flops))) })) }),
        };
      }),
      ...published.map((law) => ({
        name: law.title,
        published: true,
        optima: reach.map((flops) => ({ flops, parameters: law.optimum(flops).parameters })),
      })),
    ],
    trained,
    at,
  };
}

import {
  type AllocationFit,
  type ChinchillaParameters,
  chinchilla,
  chinchillaExponents,
  type DataConstrainedFit,
  type FitResult,
  forecast,
  type Interval,
  type KaplanComputeFit,
  type LikelihoodCurve,
  type NamedLaw,
  NO_DECAY,
  type Optimum,
  optimumBy,
  orThrow,
  type RunRecord,
} from "@isoflop/laws";
import { central95, namedDraws } from "@isoflop/laws/procedures";
import type {
  BootstrapPairsData,
  InfluenceData,
  InfluencedQuantity,
  LawComparisonData,
  ProfileLikelihoodData,
} from "../data.js";
import { logSpace } from "../ticks.js";
import { bandOf, FEWEST_DRAWS } from "./allocationLaw.js";

const SYMBOLS: Readonly<Record<string, string>> = {
  alpha: "α",
  beta: "β",
  gamma: "γ",
  alphaN: "α_N",
  alphaD: "α_D",
  alphaC: "α_C",
  Nc: "N_c",
  Dc: "D_c",
  Cc: "C_c",
  kN: "k_N",
  kD: "k_D",
  RD: "R_D*",
  RN: "R_N*",
};
const symbol = (name: string): string => SYMBOLS[name] ?? name;
/** Amplitudes and scales, which range over orders of magnitude. */
const LOGARITHMIC: ReadonlySet<string> = new Set(["A", "B", "N_opt", "kN", "kD", "k", "Nc", "Dc", "Cc", "RD", "RN"]);
const DECAYS: ReadonlySet<string> = new Set(["RD", "RN"]);

/** Any fit whose procedure the reader may have chosen. */
type AnyFit = AllocationFit | DataConstrainedFit | KaplanComputeFit;

/**
 * Profiles of likelihood as their figure draws them, beside the bootstrap's intervals of the same fit.
 * @param flops of N_opt and L_opt, where they are among the curves
 */
export function profileLikelihoodOf(
  curves: Readonly<Record<string, LikelihoodCurve>>,
  fit?: AnyFit,
  flops?: number,
): ProfileLikelihoodData {
  const optimum = fit === undefined || flops === undefined ? {} : optimumIntervals(fit, flops);
  const bootstrap: Readonly<Record<string, Interval | undefined>> = { ...fit?.intervals95, ...optimum };
  const held = fit?.law === "data-constrained" && fit.base.held ? ["E", "A", "B", "α", "β"] : [];
  return {
    ...(flops !== undefined && { flops }),
    ...(held.length > 0 && { held }),
    parameters: Object.entries(curves).map(([name, { interval, open, estimate, points, level }]) => {
      const bootstrap95 = bootstrap[name];
      return {
        name: symbol(name),
        estimate,
        ...(DECAYS.has(name) && { infiniteFrom: NO_DECAY }),
        ...(name === "Cc" && { compute: true as const }),
        interval95: interval,
        ...(bootstrap95 && { bootstrap95 }),
        ...(open.length > 0 && { open }),
        points,
        level,
        ...(LOGARITHMIC.has(name) && { logarithmic: true }),
      };
    }),
  };
}

/** Percentile intervals of N_opt and the least loss at a compute, as a forecast has them; none of a law that says neither. */
function optimumIntervals(fit: AnyFit, flops: number): Partial<Record<InfluencedQuantity, Interval>> {
  if (fit.law === "kaplan-compute") return {};
  if (fit.law !== "data-constrained") {
    const { parameters, loss } = orThrow(forecast(fit, flops)).intervals95 ?? {};
    return { ...(parameters && { N_opt: parameters }), ...(loss && { L_opt: loss }) };
  }
  const draws = namedDraws<string>(fit.draws);
  if (draws.length < FEWEST_DRAWS || fit.intervals95.alpha === undefined) return {};
  const optima = draws.map((values) => optimumOf(fit, values, flops));
  return {
    N_opt: central95(optima.map(({ parameters }) => parameters)),
    L_opt: central95(optima.map(({ loss = Number.NaN }) => loss)),
  };
}

/** The optimum of a compute by a fit's law, with fresh tokens without end. */
function optimumOf(
  fit: AllocationFit | DataConstrainedFit,
  values: Readonly<Record<string, number>>,
  flops: number,
): Optimum {
  return fit.law === "data-constrained"
    ? chinchilla.optimum(values as ChinchillaParameters, flops, fit.compute)
    : optimumBy(fit, values, flops);
}

/** More would be a wall of small panels. */
const MOST_PAIRED = 5;
/** What follows from the others: D_opt and its exponent from N_opt's. */
const FOLLOWING: ReadonlySet<string> = new Set(["kD", "b"]);

/** Bootstrap draws by pairs of parameters; absent without draws, or with fewer than two that vary. */
export function bootstrapPairsOf(
  fit: Pick<FitResult, "draws" | "parameters" | "intervals95">,
): BootstrapPairsData | undefined {
  const columns = fit.draws.names
    .map((name, index) => ({ name, index }))
    .filter(({ name }) => fit.parameters[name] !== undefined && fit.intervals95[name] !== undefined)
    .filter(({ name }) => !FOLLOWING.has(name))
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

/** What a fit tells of the quantities that runs have influence on, at a compute. */
export function influencedQuantities(fit: AnyFit, flops: number): Partial<Record<InfluencedQuantity, number>> {
  if (fit.law === "kaplan-compute") return {};
  const { parameters, loss } = optimumOf(fit, fit.parameters, flops);
  const E = "E" in fit.parameters ? fit.parameters.E : undefined;
  return {
    a: fit.law === "data-constrained" ? chinchillaExponents(fit.parameters, fit.compute).a : fit.exponents.a,
    N_opt: parameters,
    ...(loss !== undefined && { L_opt: loss }),
    ...(E !== undefined && { E }),
  };
}

/** What a fit tells of its quantities by their names in figures: its parameters, and those that runs have influence on. */
export function estimatesOf(fit: AnyFit, flops: number): Readonly<Record<string, number>> {
  const told = { ...fit.parameters, ...influencedQuantities(fit, flops) };
  return Object.fromEntries(Object.entries(told).map(([name, value]) => [symbol(name), value]));
}

/**
 * A quantity of a fit, and of the fits made without each of some runs; absent where the fit does not tell it.
 * @param flops of N_opt and L_opt
 */
export function influenceOf(
  fit: AnyFit,
  without: readonly ({ readonly id: string } & Partial<Record<InfluencedQuantity, number>>)[],
  records: readonly RunRecord[],
  names: ReadonlyMap<string, string>,
  quantity: InfluencedQuantity = "a",
  flops = 1,
): InfluenceData | undefined {
  const estimate = influencedQuantities(fit, flops)[quantity];
  if (estimate === undefined) return undefined;
  const byId = new Map(records.map((record) => [record.id, record]));
  const atCompute = quantity === "N_opt" || quantity === "L_opt";
  const interval = atCompute ? optimumIntervals(fit, flops)[quantity] : fit.intervals95[quantity];
  return {
    quantity,
    ...(atCompute && { flops }),
    estimate,
    ...(interval && { interval95: interval }),
    runs: without.flatMap(({ id, [quantity]: value }) => {
      const record = byId.get(id);
      if (record === undefined || value === undefined) return [];
      const { parameters, tokens } = record;
      return [{ id, name: names.get(id) ?? id, parameters, tokens, without: value }];
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
    optimumOf(fit, values, flops).parameters;
  return {
    laws: [
      ...fits.map(({ name, fit }) => {
        const draws = namedDraws<string>(fit.draws);
        return {
          name,
          optima: reach.map((flops) => ({ flops, parameters: optimum(fit, fit.parameters, flops) })),
          ...(draws.length < FEWEST_DRAWS
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

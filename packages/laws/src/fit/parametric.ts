import { type ChinchillaParameters, chinchilla, chinchillaExponents } from "../laws/chinchilla.js";
import type { ComputeCost } from "../model/computeCost.js";
import type { RunRecord } from "../record.js";
import { type BootstrapOptions, bootstrap, resampleCounts, summariseDraws } from "../uncertainty/bootstrap.js";
import { groupByBudget } from "./budgets.js";
import {
  LOWER_BOUNDS,
  type ParametricData,
  parametricData,
  type ResidualLoss,
  toChinchilla,
  UPPER_BOUNDS,
} from "./parametricObjective.js";
import { descend, projectedStarts } from "./parametricSearch.js";
import { checkRecords, checkVariation, computeCostOf, type FitOptions, recordDiagnostics } from "./records.js";
import type { FitResult, FitWarning } from "./result.js";
import {
  warn,
  warnBootstrap,
  warnCollinear,
  warnComputeRange,
  warnConvention,
  warnCopies,
  warnFewPoints,
} from "./warnings.js";

export interface ParametricOptions extends FitOptions, BootstrapOptions {
  /** Default "huber". */
  readonly loss?: ResidualLoss;
  /** Huber's delta, in ln loss; default 1e-3 (Hoffmann et al. 2022). */
  readonly delta?: number;
  /** Starts polished to full precision; default 8. */
  readonly starts?: number;
  /** Resample within budgets where every run names one (default), or over all runs. */
  readonly stratify?: boolean;
}

/** A prediction's error at one run. */
export interface RunResidual {
  readonly id: string;
  /** Loss the law predicts, nats per token. */
  readonly predicted: number;
  /** ln(measured) - ln(predicted). */
  readonly logResidual: number;
}

/** Approach 3's result. `parameters` are E, A, B, alpha, beta; draws have these and a, b. */
export interface ParametricFit extends FitResult {
  readonly approach: "3";
  readonly law: "chinchilla";
  readonly parameters: Readonly<Record<"E" | "A" | "B" | "alpha" | "beta", number>>;
  readonly exponents: { readonly a: number; readonly b: number };
  readonly residuals: readonly RunResidual[];
  /** How C follows from N and D in these records; optima are taken along it. */
  readonly compute: ComputeCost;
}

const DRAW_NAMES = ["E", "A", "B", "alpha", "beta", "a", "b"] as const;

/** Least absolute deviations as the limit of a vanishing delta: |r| is then exact to half of it. */
const LAD_DELTA = 1e-9;

/**
 * Approach 3 of Hoffmann et al. 2022: L(N, D) = E + A/N^alpha + B/D^beta by minimising the SUM of Huber losses of
 * ln-loss residuals (summed, not averaged: averaging is what stopped their L-BFGS early, Besiroglu et al. 2024). E may
 * reach its bound 0, which is warned of.
 * @throws IsoflopError "too-few-records" (fewer than 6), "bad-record", "no-variation"
 */
export function fitParametric(records: readonly RunRecord[], options: ParametricOptions = {}): ParametricFit {
  checkRecords(records, 6, "Approach 3");
  checkVariation(records, "Approach 3");
  const loss = options.loss ?? "huber";
  const delta = options.delta ?? 1e-3;
  const data = parametricData(records);
  const once = new Float64Array(records.length).fill(1);
  const path = deltaPath(loss, delta);

  const results = projectedStarts(data, options.starts ?? 8).map((start) => descend(data, once, start, path, 300));
  const best = results.reduce((least, result) => (result.value < least.value ? result : least));
  const parameters = toChinchilla(data, best.x);
  const compute = computeCostOf(records, options.convention);
  const exponents = chinchillaExponents(parameters, compute);
  const residuals = records.map((record): RunResidual => {
    const predicted = chinchilla.loss(parameters, record.parameters, record.tokens);
    return { id: record.id, predicted, logResidual: Math.log(record.loss / predicted) };
  });

  const stratified = (options.stratify ?? true) && records.every((r) => r.budget !== undefined);
  const strata = stratified ? groupByBudget(records).groups.map((group) => group.members) : [records.map((_, i) => i)];
  const weights = new Float64Array(records.length);
  const refitPath = loss === "lad" ? [1e-3, 1e-4, 1e-5, 1e-6] : path.slice(-1);
  const draws = bootstrap(DRAW_NAMES, options, (random) => {
    resampleCounts(strata, random, weights);
    const refit = descend(data, weights, best.x, refitPath, 100);
    const p = toChinchilla(data, refit.x);
    const { a, b } = chinchillaExponents(p, compute);
    return [p.E, p.A, p.B, p.alpha, p.beta, a, b];
  });

  const sizes = residuals.map((r) => Math.abs(r.logResidual));
  const agreeing = results.filter((result) => result.value <= best.value * (1 + 1e-6) + 1e-15).length;
  return {
    approach: "3",
    law: "chinchilla",
    parameters,
    ...summariseDraws(draws),
    exponents,
    objective: objectiveOf(loss, delta, sizes),
    diagnostics: {
      residualLoss: loss,
      delta: loss === "huber" ? delta : 0,
      ...recordDiagnostics(records, options.convention),
      meanAbsoluteLogResidual: sizes.reduce((sum, v) => sum + v, 0) / sizes.length,
      rootMeanSquareLogResidual: Math.sqrt(sizes.reduce((sum, v) => sum + v * v, 0) / sizes.length),
      starts: results.length,
      startsAtOptimum: agreeing,
      iterations: best.iterations,
      converged: best.converged,
      bootstrapResamples: draws.attempted,
      bootstrapFailures: draws.failed,
      bootstrapStratified: stratified,
    },
    warnings: [
      ...warnFewPoints(records.length, 5, "runs"),
      ...warnComputeRange(records.map((r) => r.flops)),
      ...warnConvention(records, options.convention),
      ...warnCopies(records),
      ...warnCollinear(records),
      ...boundWarnings(best.x, data, parameters),
      ...(best.converged
        ? []
        : [warn("poor-convergence", "The minimiser ran out of iterations; the objective was still falling.")]),
      ...warnBootstrap(draws.failed, draws.attempted),
    ],
    residuals,
    compute,
  };
}

function deltaPath(loss: ResidualLoss, delta: number): number[] {
  if (loss === "mse") return [Number.POSITIVE_INFINITY];
  const target = loss === "lad" ? LAD_DELTA : delta;
  const path = [];
  for (let step = 0.1; step > target * 1.5; step /= step > 1e-3 ? 3 : 10) path.push(step);
  return [...path, target];
}

function objectiveOf(loss: ResidualLoss, delta: number, sizes: readonly number[]): number {
  const sum = (f: (size: number) => number) => sizes.reduce((total, size) => total + f(size), 0);
  if (loss === "huber") return sum((s) => (s <= delta ? 0.5 * s * s : delta * (s - 0.5 * delta)));
  return sum((s) => (loss === "lad" ? s : s * s)) / sizes.length;
}

function boundWarnings(x: readonly number[], data: ParametricData, p: ChinchillaParameters): FitWarning[] {
  const names = ["A", "B", "E", "alpha", "beta"] as const;
  const warnings: FitWarning[] = [];
  names.forEach((name, i) => {
    const atLower = x[i]! <= LOWER_BOUNDS[i]!;
    if (!atLower && x[i]! < UPPER_BOUNDS[i]!) return;
    const consequence =
      name === "E" ? "no irreducible loss can be told from these runs" : "the runs do not determine this term";
    warnings.push(warn("parameter-at-bound", `${name} = ${p[name].toPrecision(3)} lies at its bound: ${consequence}.`));
  });
  // An amplitude too small to see leaves its exponent undetermined even without reaching the bound.
  const least = Math.exp(Math.min(...data.logLoss));
  for (const [name, share] of [
    ["A", Math.exp(x[0]!) / least],
    ["B", Math.exp(x[1]!) / least],
  ] as const) {
    if (share < 1e-4 && x[name === "A" ? 0 : 1]! > LOWER_BOUNDS[0]) {
      warnings.push(
        warn("parameter-at-bound", `${name}'s term is ${share.toExponential(1)} of the loss: the runs do not show it.`),
      );
    }
  }
  return warnings;
}

import { IsoflopError } from "../error.js";
import { kaplanModelData, kaplanModelDataExponents } from "../laws/kaplanModelData.js";
import type { ComputeCost } from "../model/computeCost.js";
import { minimiseBounded } from "../numerics/boundedNewton.js";
import type { RunRecord } from "../record.js";
import { type BootstrapOptions, bootstrap, resampleCounts, summariseDraws } from "../uncertainty/bootstrap.js";
import { groupByBudget } from "./budgets.js";
import { fitIsoflop, type IsoflopFit } from "./isoflop.js";
import { fitKaplanModelData, KAPLAN_EXPONENT_BOUNDS, kaplanProblem, toKaplan } from "./kaplanModelDataFit.js";
import type { RunResidual } from "./parametric.js";
import { parametricData } from "./parametricObjective.js";
import { fitPowerLaw } from "./powerLawFit.js";
import { checkRecords, checkVariation, computeCostOf, type FitOptions, recordDiagnostics } from "./records.js";
import type { FitResult } from "./result.js";
import {
  warn,
  warnBootstrap,
  warnCollinear,
  warnComputeRange,
  warnConvention,
  warnCopies,
  warnFewPoints,
} from "./warnings.js";

export interface KaplanOptions extends FitOptions, BootstrapOptions {}

/** L(C) = (Cc/C)^alphaC through the frontier of least losses. */
export interface KaplanComputeFit extends FitResult {
  readonly approach: "kaplan";
  readonly law: "kaplan-compute";
  readonly parameters: Readonly<Record<"Cc" | "alphaC", number>>;
  /** The points fitted, ascending in compute. */
  readonly frontier: readonly { readonly flops: number; readonly loss: number; readonly logResidual: number }[];
}

/** L(N, D) of Kaplan et al. 2020, equation 1.5, with the allocation it implies. */
export interface KaplanModelDataFit extends FitResult {
  readonly approach: "kaplan";
  readonly law: "kaplan-model-data";
  readonly parameters: Readonly<Record<"Nc" | "Dc" | "alphaN" | "alphaD", number>>;
  readonly exponents: { readonly a: number; readonly b: number };
  readonly residuals: readonly RunResidual[];
  readonly compute: ComputeCost;
}

/**
 * The two pure power laws of Kaplan et al. 2020, neither with an irreducible loss. L(C) goes through the isoFLOP minima
 * where there are two, otherwise through the runs that no cheaper run beats. L(N, D) is least squares in ln L.
 * @throws IsoflopError "too-few-records", "bad-record", "no-variation", "no-frontier"
 */
export function fitKaplan(
  records: readonly RunRecord[],
  options: KaplanOptions = {},
): readonly [compute: KaplanComputeFit, modelData: KaplanModelDataFit] {
  checkRecords(records, 5, "Kaplan's fit");
  checkVariation(records, "Kaplan's L(N, D)");
  return [fitCompute(records, options), fitModelData(records, options)];
}

function fitCompute(records: readonly RunRecord[], options: KaplanOptions): KaplanComputeFit {
  const isoflop = tryIsoflop(records, options);
  const points = isoflop
    ? isoflop.profiles.filter((p) => p.status === "used").map((p) => ({ flops: p.vertex!.flops, loss: p.vertex!.loss }))
    : paretoFrontier(records);
  const line = fitPowerLaw(
    points.map((p) => Math.log(p.flops)),
    points.map((p) => Math.log(p.loss)),
  );
  if (!line || points.length < 2) {
    throw new IsoflopError({
      code: "no-frontier",
      message: "No frontier: the runs have neither two isoFLOP minima nor two runs that no cheaper run beats.",
      hint: "Train at several budgets.",
    });
  }
  const toParameters = (k: number, exponent: number) => ({ Cc: Math.exp(-Math.log(k) / exponent), alphaC: -exponent });
  const draws = bootstrap(["Cc", "alphaC"], isoflop ? { ...options, resamples: 0 } : options, (random) => {
    const counts = new Float64Array(records.length);
    resampleCounts([records.map((_, i) => i)], random, counts);
    const frontier = paretoFrontier(records.filter((_, i) => counts[i]! > 0));
    const refit = fitPowerLaw(
      frontier.map((p) => Math.log(p.flops)),
      frontier.map((p) => Math.log(p.loss)),
    );
    if (!refit || frontier.length < 2) return undefined;
    const p = toParameters(refit.k, refit.exponent);
    return [p.Cc, p.alphaC];
  });
  const kept = isoflop
    ? powerLawDraws(
        isoflop,
        points.map((p) => p.flops),
      )
    : draws;
  return {
    approach: "kaplan",
    law: "kaplan-compute",
    parameters: toParameters(line.k, line.exponent),
    ...summariseDraws(kept),
    objective: line.residuals.reduce((sum, r) => sum + r * r, 0),
    diagnostics: {
      ...recordDiagnostics(records, options.convention),
      frontier: isoflop ? "isoflop-minima" : "pareto",
      frontierPoints: points.length,
      bootstrapResamples: kept.attempted,
      bootstrapFailures: kept.failed,
    },
    warnings: [
      ...(points.length < 3 ? [warn("few-minima", "Two points fix the power law exactly.")] : []),
      ...(isoflop
        ? []
        : [
            warn(
              "no-frontier",
              "No two isoFLOP minima: the law goes through the best runs, which need not be optimal.",
            ),
          ]),
      ...warnComputeRange(points.map((p) => p.flops)),
      ...warnConvention(records, options.convention),
      ...(isoflop ? isoflop.warnings.filter((warning) => warning.code === "few-points") : warnCopies(records)),
      ...warnBootstrap(kept.failed, kept.attempted),
    ],
    frontier: points.map((p, i) => ({ ...p, logResidual: line.residuals[i]! })),
  };
}

function tryIsoflop(records: readonly RunRecord[], options: KaplanOptions): IsoflopFit | undefined {
  try {
    return fitIsoflop(records, options);
  } catch (error) {
    if (error instanceof IsoflopError) return undefined;
    throw error;
  }
}

/** Approach 2's draws of the frontier, each seen as a pure power law over the same budgets. */
function powerLawDraws(fit: IsoflopFit, flops: readonly number[]) {
  const column = (name: string) => fit.draws.names.indexOf(name);
  const [E, k, gamma] = [column("E"), column("k"), column("gamma")];
  const logC = flops.map(Math.log);
  const rows = fit.draws.rows.flatMap((row) => {
    const line = fitPowerLaw(
      logC,
      logC.map((c) => Math.log(row[E]! + row[k]! * Math.exp(-row[gamma]! * c))),
    );
    if (!line) return [];
    const values = [Math.exp(-Math.log(line.k) / line.exponent), -line.exponent];
    return values.every(Number.isFinite) ? [values] : [];
  });
  const attempted = Number(fit.diagnostics.bootstrapResamples);
  return { names: ["Cc", "alphaC"], rows, attempted, failed: attempted - rows.length };
}

/** Runs with less loss than every run of less or equal compute. */
function paretoFrontier(records: readonly RunRecord[]): { flops: number; loss: number }[] {
  const order = [...records].sort((p, q) => p.flops - q.flops || p.loss - q.loss);
  let least = Number.POSITIVE_INFINITY;
  return order.flatMap(({ flops, loss }) => {
    if (loss >= least) return [];
    least = loss;
    return [{ flops, loss }];
  });
}

function fitModelData(records: readonly RunRecord[], options: KaplanOptions): KaplanModelDataFit {
  const data = parametricData(records);
  const best = fitKaplanModelData(data, new Float64Array(records.length).fill(1));
  const parameters = toKaplan(data, best.x);
  const compute = computeCostOf(records, options.convention);
  const weights = new Float64Array(records.length);
  const stratified = records.every((r) => r.budget !== undefined);
  const strata = stratified ? groupByBudget(records).groups.map((g) => g.members) : [records.map((_, i) => i)];
  const problem = kaplanProblem(data, weights);
  const draws = bootstrap(["Nc", "Dc", "alphaN", "alphaD", "a", "b"], options, (random) => {
    resampleCounts(strata, random, weights);
    const p = toKaplan(data, minimiseBounded(problem, best.x, { maxIterations: 60, tolerance: 1e-10 }).x);
    const { a, b } = kaplanModelDataExponents(p, compute);
    return [p.Nc, p.Dc, p.alphaN, p.alphaD, a, b];
  });
  const [low, high] = KAPLAN_EXPONENT_BOUNDS;
  const bounded = (["alphaN", "alphaD"] as const).filter((name) => parameters[name] <= low || parameters[name] >= high);
  return {
    approach: "kaplan",
    law: "kaplan-model-data",
    parameters,
    ...summariseDraws(draws),
    exponents: kaplanModelDataExponents(parameters, compute),
    objective: best.value,
    diagnostics: {
      ...recordDiagnostics(records, options.convention),
      residualLoss: "half the sum of squared ln-loss residuals",
      iterations: best.iterations,
      converged: best.converged,
      bootstrapResamples: draws.attempted,
      bootstrapFailures: draws.failed,
      bootstrapStratified: stratified,
    },
    warnings: [
      ...warnFewPoints(records.length, 4, "runs"),
      ...warnComputeRange(records.map((r) => r.flops)),
      ...warnConvention(records, options.convention),
      ...warnCopies(records),
      ...warnCollinear(records),
      ...bounded.map((name) => warn("parameter-at-bound", `${name} lies at its bound ${parameters[name]}.`)),
      ...(best.converged ? [] : [warn("poor-convergence", "The minimiser ran out of iterations.")]),
      ...warnBootstrap(draws.failed, draws.attempted),
    ],
    residuals: records.map((record) => {
      const predicted = kaplanModelData.loss(parameters, record.parameters, record.tokens);
      return { id: record.id, predicted, logResidual: Math.log(record.loss / predicted) };
    }),
    compute,
  };
}

import { type KaplanModelDataParameters, kaplanModelData, kaplanModelDataExponents } from "../laws/kaplanModelData.js";
import type { ComputeCost } from "../model/computeCost.js";
import { minimiseBounded } from "../numerics/boundedNewton.js";
import type { RunRecord } from "../record.js";
import { warn } from "../statements/fit.js";
import { bootstrap, summariseDraws } from "../uncertainty/bootstrap.js";
import { objectiveAt95 } from "../uncertainty/likelihood.js";
import { createResampler, dependentRows, resamplingOfSquares } from "../uncertainty/resampling.js";
import type { KaplanOptions } from "./kaplan.js";
import { fromKaplan, KAPLAN_EXPONENT_BOUNDS, kaplanMinima, kaplanProblem, toKaplan } from "./kaplanModelDataFit.js";
import { conditionsAt, type NewtonConditions } from "./newtonConditions.js";
import type { RunResidual } from "./parametric.js";
import { parametricData } from "./parametricData.js";
import { ILL_CONDITIONED } from "./parametricWarnings.js";
import { computeCostOf, recordDiagnostics } from "./records.js";
import type { FitResult, FitWarning } from "./result.js";
import { type BudgetShift, chanceOf, shiftDiagnostics, warnBudgetShift } from "./shifts.js";
import { largerBudgets, leftOut } from "./smallestBudget.js";
import {
  warnBootstrap,
  warnCollinear,
  warnComputeRange,
  warnCondition,
  warnConvention,
  warnConvergence,
  warnCopies,
  warnDependentRows,
  warnFewPoints,
  warnNoIntervals,
} from "./warnings.js";

/** L(N, D) of Kaplan et al. 2020, equation 1.5, with the allocation it implies. */
export interface KaplanModelDataFit extends FitResult {
  readonly approach: "kaplan";
  readonly law: "kaplan-model-data";
  readonly parameters: Readonly<Record<"Nc" | "Dc" | "alphaN" | "alphaD", number>>;
  readonly exponents: { readonly a: number; readonly b: number };
  readonly residuals: readonly RunResidual[];
  readonly compute: ComputeCost;
  /** All local minima that the starts led to, this fit's own first; objectives as the fit's own. */
  readonly basins: readonly {
    readonly parameters: KaplanModelDataParameters;
    readonly objective: number;
    readonly starts: number;
  }[];
}

/** Least squares in ln L. Records are checked by the caller. */
export function fitKaplanModelData(records: readonly RunRecord[], options: KaplanOptions): KaplanModelDataFit {
  const data = parametricData(records);
  const weights = new Float64Array(records.length).fill(1);
  const minima = kaplanMinima(data, weights);
  const best = minima[0]!;
  const parameters = toKaplan(data, best.theta);
  const compute = computeCostOf(records, options.convention);
  const exponents = kaplanModelDataExponents(parameters, compute);
  const resampler =
    (options.resamples ?? 1) > 0
      ? createResampler(records, resamplingOfSquares(options, records.length, 4))
      : undefined;
  const shifts = new Float64Array(records.length);
  const centred = data.logLoss.slice();
  const problem = kaplanProblem({ ...data, logLoss: centred }, weights);
  const draws = bootstrap(["Nc", "Dc", "alphaN", "alphaD", "a", "b"], options, (random) => {
    resampler!.draw(random, weights, shifts);
    for (let i = 0; i < centred.length; i++) centred[i] = data.logLoss[i]! + shifts[i]!;
    const p = toKaplan(data, minimiseBounded(problem, best.theta, { maxIterations: 60, tolerance: 1e-10 }).x);
    const { a, b } = kaplanModelDataExponents(p, compute);
    return [p.Nc, p.Dc, p.alphaN, p.alphaD, a, b];
  });
  const summary = summariseDraws(draws);
  const conditions = conditionsAt(kaplanProblem(data, new Float64Array(records.length).fill(1)), best.theta);
  const sensitivity = withoutSmallestBudget(records, parameters, compute, conditions, summary.standardErrors.a);
  const [low, high] = KAPLAN_EXPONENT_BOUNDS;
  const bounded = (["alphaN", "alphaD"] as const).filter((name) => parameters[name] <= low || parameters[name] >= high);
  const limit = Math.max(1.01 * best.value, objectiveAt95("mse", 0, best.value, records.length));
  const collinear = warnCollinear(records);
  return {
    approach: "kaplan",
    law: "kaplan-model-data",
    parameters,
    ...summary,
    exponents,
    objective: best.value,
    diagnostics: {
      ...recordDiagnostics(records, options.convention),
      residualLoss: "half the sum of squared ln-loss residuals",
      starts: minima.reduce((sum, m) => sum + m.starts, 0),
      startsAtOptimum: best.starts,
      basins: minima.length,
      iterations: best.result.iterations,
      converged: best.result.converged,
      relativeGradient: conditions.relativeGradient,
      ...(Number.isFinite(conditions.conditionNumber) && { conditionNumber: conditions.conditionNumber }),
      ...(sensitivity && { ...shiftDiagnostics([sensitivity]), smallestBudget: sensitivity.budget }),
      bootstrapResamples: draws.attempted,
      bootstrapFailures: draws.failed,
      bootstrapStratified: resampler?.stratified ?? false,
      bootstrapOver: resampler?.over ?? "none",
    },
    warnings: [
      ...warnFewPoints(records.length, 4, "runs"),
      ...warnComputeRange(records.map((r) => r.flops)),
      ...warnConvention(records, options.convention),
      ...warnCopies(records),
      ...warnDependentRows(dependentRows(records), resampler?.over),
      ...collinear,
      ...(collinear.length === 0 && conditions.conditionNumber > ILL_CONDITIONED
        ? [warnCondition(conditions.conditionNumber)]
        : []),
      ...bounded.map((name) => warn("parameter-at-bound/exponent", { name, value: parameters[name] })),
      ...warnConvergence(best.result.converged, conditions.relativeGradient),
      ...warnRivals(
        minima
          .filter(({ value }, k) => k > 0 && value <= limit)
          .map(({ theta, value }) => ({ value, p: toKaplan(data, theta) })),
        best.value,
      ),
      ...(sensitivity ? warnBudgetShift([sensitivity]) : []),
      ...warnBootstrap(draws.failed, draws.attempted),
      ...warnNoIntervals(draws),
    ],
    residuals: records.map((record) => {
      const predicted = kaplanModelData.loss(parameters, record.parameters, record.tokens);
      return { id: record.id, predicted, logResidual: Math.log(record.loss / predicted) };
    }),
    compute,
    basins: minima.map(({ theta, value, starts }) => ({ parameters: toKaplan(data, theta), objective: value, starts })),
  };
}

/** Other minima that the likelihood cannot tell from the best; lowest first. */
function warnRivals(
  rivals: readonly { readonly value: number; readonly p: KaplanModelDataParameters }[],
  least: number,
): FitWarning[] {
  const [rival] = rivals;
  if (!rival) return [];
  const { alphaN, alphaD } = rival.p;
  const excess = rival.value / least - 1;
  return [warn("second-basin/kaplan", { rivals: rivals.length, excess, constants: { alphaN, alphaD } })];
}

/** Where the exponent goes when the smallest budget is left out; undefined where too little would be left. */
function withoutSmallestBudget(
  records: readonly RunRecord[],
  parameters: KaplanModelDataParameters,
  compute: ComputeCost,
  conditions: NewtonConditions,
  standardError: number | undefined,
): (BudgetShift & { readonly budget: number }) | undefined {
  const larger = largerBudgets(records, 8);
  if (!larger) return undefined;
  const { budget, keeps } = larger;
  const rest = records.filter((_, i) => keeps[i]);
  const data = parametricData(rest);
  const problem = kaplanProblem(data, new Float64Array(rest.length).fill(1));
  const { x } = minimiseBounded(problem, fromKaplan(data, parameters), { maxIterations: 200 });
  const a = (p: KaplanModelDataParameters) => kaplanModelDataExponents(p, compute).a;
  const { alphaN, alphaD } = parameters;
  const scale = (alphaN + compute.exponent * alphaD) ** 2;
  const variance = (of: NewtonConditions) => of.variance([-alphaD / scale, alphaN / scale, 0, 0]);
  const ratio = variance(conditionsAt(problem, x)) / variance(conditions);
  return {
    key: "exponent",
    name: "the exponent a",
    without: leftOut(larger),
    value: a(parameters),
    changed: a(toKaplan(data, x)),
    chance: chanceOf(standardError, ratio),
    budget,
  };
}

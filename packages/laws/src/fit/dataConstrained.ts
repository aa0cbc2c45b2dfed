import type { ChinchillaParameters } from "../laws/chinchilla.js";
import { type DataConstrainedParameters, dataConstrained } from "../laws/dataConstrained.js";
import type { DecayForm } from "../laws/forms/repetition.js";
import { NO_DECAY } from "../laws/forms/repetition.js";
import type { ComputeCost } from "../model/computeCost.js";
import { mean, rSquared } from "../numerics/statistics.js";
import type { RunRecord } from "../record.js";
import { refuse, warn } from "../statements/fit.js";
import { bootstrap, summariseDraws } from "../uncertainty/bootstrap.js";
import { createResampler, dependentRows, type ResamplingOptions } from "../uncertainty/resampling.js";
import { type BaseChoice, baseOf, warnExcess } from "./dataConstrainedBase.js";
import { type Basin, basinsOf, withinBasins } from "./dataConstrainedBasins.js";
import { repetitionData } from "./dataConstrainedProblem.js";
import { dataConstrainedSensitivity } from "./dataConstrainedSensitivity.js";
import { dataConstrainedSolver } from "./dataConstrainedSolver.js";
import type { RunResidual } from "./parametric.js";
import type { ResidualLoss } from "./parametricData.js";
import { ILL_CONDITIONED } from "./parametricWarnings.js";
import { checkRecords, computeCostOf, type FitOptions, recordDiagnostics } from "./records.js";
import type { FitResult, FitWarning } from "./result.js";
import { shiftDiagnostics, warnBudgetShift, warnDeltaShift } from "./shifts.js";
import {
  warnBootstrap,
  warnCondition,
  warnConvention,
  warnConvergence,
  warnCopies,
  warnDependentRows,
  warnFewPoints,
  warnNoIntervals,
} from "./warnings.js";

/** What the data-constrained fit can be told. */
export interface DataConstrainedOptions extends FitOptions, ResamplingOptions {
  /**
   * E, A, B, alpha, beta, held while R_D* and R_N* are fitted, as Muennighoff et al. 2023 do. Default: Approach 3 over
   * the runs that repeat nothing, if there are fifteen.
   */
  readonly base?: ChinchillaParameters;
  /** What to call the base in the result, e.g. "muennighoff-2023"; default "given". */
  readonly baseName?: string;
  /** All seven parameters are fitted, from the base as start. */
  readonly joint?: boolean;
  /** What loses its value by repeating: default "both". The others have no decay, R* = NO_DECAY. */
  readonly decaying?: "both" | "data" | "parameters" | "none";
  /** Default "exponential", the paper's law. */
  readonly form?: DecayForm;
  /** The minimum that a descent from here reaches, and its draws alone, instead of the lowest of all. */
  readonly near?: { readonly RD: number; readonly RN: number };
  /** Default "huber". */
  readonly loss?: ResidualLoss;
  /** Huber's delta, in ln loss; default 1e-3. */
  readonly delta?: number;
}

/** The result. Draws have E, A, B, alpha, beta, RD, RN and the index in `basins` of the minimum that the draw is nearest to. */
export interface DataConstrainedFit extends FitResult {
  readonly approach: "data-constrained";
  readonly law: "data-constrained";
  /** R* = NO_DECAY (1e12) says that repeating loses nothing. */
  readonly parameters: DataConstrainedParameters;
  readonly form: DecayForm;
  readonly base: BaseChoice["origin"];
  /** Every minimum that was found, lowest objective first. */
  readonly basins: readonly Basin[];
  readonly residuals: readonly RunResidual[];
  readonly compute: ComputeCost;
}

const BASE = ["E", "A", "B", "alpha", "beta"] as const;
const DRAW_NAMES = [...BASE, "RD", "RN", "basin"] as const;

/**
 * Fits how repeated data and excess parameters lose their value (Muennighoff et al. 2023, arXiv:2305.16264, section 3
 * and appendix A) to runs with `uniqueTokens`: the sum of Huber losses of ln-loss residuals over R_D* and R_N*. The
 * objective has several minima with Huber's small delta: all are reported, the lowest is the fit.
 * @throws IsoflopError "bad-record", "too-few-records", "no-repetition", "no-base"
 */
export function fitDataConstrained(
  records: readonly RunRecord[],
  options: DataConstrainedOptions = {},
): DataConstrainedFit {
  const { joint = false, decaying = "both", form = "exponential", loss = "huber", delta = 1e-3, near } = options;
  const freed = (["RD", "RN"] as const).filter(
    (name) => decaying === "both" || decaying === (name === "RD" ? "data" : "parameters"),
  );
  const free = (joint ? 5 : 0) + freed.length;
  checkRecords(records, free + 1, "The data-constrained fit");
  checkRepetition(records);
  const base = baseOf(records, options);
  const data = repetitionData(records);
  const choices = { joint, freed, form, loss, delta };
  const solver = dataConstrainedSolver(data, choices);
  const minima = solver.minima(base.parameters, near);
  const best = minima[0]!;
  const { parameters } = best;
  const repeating = data.unique.filter((u, i) => data.tokens[i]! > u * (1 + 1e-9)).length;
  const excess = solver.excess(parameters);

  const starts = near ? minima.slice(0, 1) : minima;
  const resampler = (options.resamples ?? 1) > 0 ? createResampler(records, options) : undefined;
  const weights = new Float64Array(records.length);
  const shifts = new Float64Array(records.length);
  const draws = bootstrap(DRAW_NAMES, options, (random) => {
    resampler!.draw(random, weights, shifts);
    const logLoss = data.logLoss.map((v, i) => v + shifts[i]!);
    const refit = solver.refit(base.draw(random), starts, weights, logLoss);
    const p = refit.parameters;
    return [p.E, p.A, p.B, p.alpha, p.beta, p.RD, p.RN, solver.nearest(refit, minima)];
  });
  const summary = summariseDraws(draws);
  const varying: readonly string[] = [...(joint || base.uncertain ? BASE : []), ...freed];
  const keep = <T>(values: Readonly<Record<string, T>>, also: (name: string) => boolean = () => true) =>
    Object.fromEntries(Object.entries(values).filter(([name]) => varying.includes(name) && also(name)));
  const reached = (name: string) => {
    const column = draws.names.indexOf(name);
    return draws.rows.some((row) => row[column]! >= NO_DECAY);
  };

  const residuals = records.map((record, i): RunResidual => {
    const law = dataConstrained(data.unique[i]!, form);
    const predicted = law.loss(parameters, record.parameters, record.tokens);
    return { id: record.id, predicted, logResidual: Math.log(record.loss / predicted) };
  });
  const basins = withinBasins(basinsOf(minima), draws);
  const conditions = solver.conditions(parameters);
  const sensitivity = dataConstrainedSensitivity(records, choices, best, draws);
  return {
    approach: "data-constrained",
    law: "data-constrained",
    parameters,
    form,
    base: base.origin,
    draws: summary.draws,
    // A standard deviation over draws without decay would be of the order of NO_DECAY; their percentiles stand.
    standardErrors: keep(summary.standardErrors, (name) => !reached(name)),
    intervals95: keep(summary.intervals95),
    objective: best.objective,
    basins,
    diagnostics: {
      residualLoss: loss,
      delta: loss === "huber" ? delta : 0,
      ...recordDiagnostics(records, options.convention),
      decayForm: form,
      base: base.origin.name,
      baseUncertainty: joint || base.uncertain ? "in the draws" : "not in the intervals: the base is held",
      repeatingRuns: repeating,
      excessParameterRuns: excess,
      freeParameters: free,
      r2: rSquared(
        records.map((r) => r.loss),
        residuals.map((r) => r.predicted),
      ),
      meanAbsoluteLogResidual: mean(residuals.map((r) => Math.abs(r.logResidual))),
      minima: minima.length,
      relativeGradient: conditions.relativeGradient,
      ...(Number.isFinite(conditions.conditionNumber) && { conditionNumber: conditions.conditionNumber }),
      ...shiftDiagnostics(sensitivity.budget, sensitivity.delta),
      ...(sensitivity.smallestBudget !== undefined && { smallestBudget: sensitivity.smallestBudget }),
      converged: best.converged,
      bootstrapResamples: draws.attempted,
      bootstrapFailures: draws.failed,
      bootstrapStratified: resampler?.stratified ?? false,
      bootstrapOver: resampler?.over ?? "none",
    },
    warnings: [
      ...(freed.length > 0 || joint
        ? warnFewPoints(Math.min(records.length, Math.max(repeating, excess)), free, "repeating")
        : []),
      ...warnConvention(records, options.convention),
      ...warnCopies(records),
      ...warnDependentRows(dependentRows(records), resampler?.over),
      ...base.warnings,
      ...warnExcess(base, parameters, form),
      ...limitWarnings(parameters, freed, { RD: repeating, RN: excess }),
      ...basinWarnings(basins, near !== undefined),
      ...warnConvergence(best.converged, conditions.relativeGradient),
      ...(conditions.conditionNumber > ILL_CONDITIONED ? [warnCondition(conditions.conditionNumber)] : []),
      ...warnDeltaShift(sensitivity.delta),
      ...warnBudgetShift(sensitivity.budget),
      ...warnBootstrap(draws.failed, draws.attempted),
      ...warnNoIntervals(draws),
    ],
    residuals,
    compute: computeCostOf(records, options.convention),
  };
}

function checkRepetition(records: readonly RunRecord[]): void {
  if (records.some((r) => (r.uniqueTokens ?? r.tokens) < r.tokens * (1 - 1e-9))) return;
  throw refuse("no-repetition");
}

function limitWarnings(
  p: DataConstrainedParameters,
  freed: readonly ("RD" | "RN")[],
  informing: Readonly<Record<"RD" | "RN", number>>,
): FitWarning[] {
  return freed.flatMap((name) => {
    if (informing[name] === 0) return [warn("parameter-at-bound/uninformed", { name })];
    if (p[name] >= NO_DECAY) return [warn("parameter-at-bound/no-decay", { name, written: NO_DECAY })];
    return p[name] > 1.01e-4 ? [] : [warn("parameter-at-bound/worthless", { name, value: p[name] })];
  });
}

/** Minima whose objectives differ by less than this share cannot be told apart by a few hundred runs. */
const ALIKE = 0.01;

function basinWarnings(basins: readonly Basin[], chosen: boolean): FitWarning[] {
  const decays = ({ parameters: { RD, RN }, objective }: Basin) => ({ RD, RN, objective });
  const [own, ...others] = basins;
  const near = others.filter((basin) => basin.objective <= own!.objective * (1 + ALIKE));
  if (near.length === 0) return [];
  return [warn("second-basin/decay", { chosen, own: decays(own!), others: near.map(decays) })];
}

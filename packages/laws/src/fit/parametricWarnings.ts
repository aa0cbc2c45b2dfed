import type { RunRecord } from "../record.js";
import { warn } from "../statements/fit.js";
import type { BootstrapDraws, BootstrapOver } from "../uncertainty/bootstrap.js";
import { objectiveAt95 } from "../uncertainty/likelihood.js";
import { dependentRows } from "../uncertainty/resampling.js";
import type { ParametricBasin, ParametricOptions } from "./parametric.js";
import { A, B, LEAST_AMPLITUDE } from "./parametricData.js";
import type { Conditioning, FoundMinimum } from "./parametricDiagnostics.js";
import type { ParametricProblem, ParametricSetting } from "./parametricFit.js";
import type { Sensitivity } from "./parametricSensitivity.js";
import type { FitWarning } from "./result.js";
import { chanceOf, warnBudgetShift, warnDeltaShift } from "./shifts.js";
import {
  warnBootstrap,
  warnCollinear,
  warnComputeRange,
  warnConvention,
  warnConvergence,
  warnCopies,
  warnCoverage,
  warnDependentRows,
  warnFewPoints,
  warnNoIntervals,
} from "./warnings.js";

/**
 * Beyond this the runs leave some combination of the parameters free: its error is a thousand times what it would be if
 * the others were known.
 */
export const ILL_CONDITIONED = 1e6;

export function parametricWarnings(fit: {
  readonly records: readonly RunRecord[];
  readonly options: ParametricOptions;
  readonly problem: ParametricProblem;
  readonly setting: ParametricSetting;
  readonly minima: readonly FoundMinimum[];
  readonly basins: readonly ParametricBasin[];
  readonly conditions: Conditioning;
  readonly relativeGradient: number;
  readonly sensitivity: Sensitivity;
  readonly standardErrors: Readonly<Record<string, number>>;
  readonly exponents: { readonly a: number };
  readonly draws: BootstrapDraws;
  /** What was drawn anew; undefined where nothing was. */
  readonly over: BootstrapOver | undefined;
}): FitWarning[] {
  const { records, options, problem, minima, draws } = fit;
  const collinear = warnCollinear(records);
  return [
    ...warnFewPoints(records.length, problem.model.size, "runs"),
    ...warnComputeRange(records.map((r) => r.flops)),
    ...warnConvention(records, options.convention),
    ...warnCopies(records),
    ...warnDependentRows(dependentRows(records), fit.over),
    ...collinear,
    ...(collinear.length === 0 ? warnConditioning(fit.conditions, problem) : []),
    ...warnBounds(minima[0]!, problem, fit.basins[0]!),
    ...warnConvergence(minima[0]!.result.converged, fit.relativeGradient),
    ...warnBasins(fit),
    ...warnSensitivity(fit),
    ...warnBootstrap(draws.failed, draws.attempted),
    ...warnNoIntervals(draws),
    ...(options.profile && fit.setting.loss !== "mse" ? warnCoverage("profile", draws) : []),
  ];
}

function warnConditioning(conditions: Conditioning, problem: ParametricProblem): FitWarning[] {
  if (conditions.scaled < ILL_CONDITIONED || problem.model.size < 5) return [];
  const { scaled } = conditions;
  return [Number.isFinite(scaled) ? warn("ill-conditioned", { condition: scaled }) : warn("ill-conditioned/infinite")];
}

function warnBounds(best: FoundMinimum, problem: ParametricProblem, { parameters }: ParametricBasin): FitWarning[] {
  const { model } = problem;
  const warnings: FitWarning[] = [];
  (["A", "B", "E", "alpha", "beta"] as const).forEach((name, i) => {
    const [low, high] = [model.lower[i]!, model.upper[i]!];
    const x = best.theta[i]!;
    if (low === high || (x > low && x < high)) return;
    warnings.push(warn("parameter-at-bound", { name, value: parameters[name], floor: name === "E" }));
  });
  // An amplitude too small to see leaves its exponent undetermined even without reaching the bound.
  for (const [name, i] of [
    ["A", A],
    ["B", B],
  ] as const) {
    const share = best.theta[i]!;
    if (share < 1e-4 && share > model.lower[i]! && model.lower[i] !== model.upper[i]) {
      warnings.push(warn("parameter-at-bound/term", { name, share }));
    }
  }
  return warnings;
}

/** Second minima within 1 % of the objective, or that the likelihood cannot tell from the best. */
function warnBasins({ minima, basins, problem, setting }: Parameters<typeof parametricWarnings>[0]): FitWarning[] {
  const best = minima[0]!;
  const own = basins[0]!;
  const limit = Math.max(best.value * 1.01, objectiveAt95(setting.loss, setting.delta, best.value, problem.rows.count));
  const rivals = basins.filter(({ parameters: p }, k) => {
    const { value, theta } = minima[k]!;
    const elsewhere = (["E", "alpha", "beta"] as const).some(
      (name) => Math.abs(p[name] - own.parameters[name]) > 0.01 * (p[name] + own.parameters[name]),
    );
    return elsewhere && value <= limit && theta[A]! > LEAST_AMPLITUDE && theta[B]! > LEAST_AMPLITUDE;
  });
  const [rival] = rivals;
  if (!rival) return [];
  const { E, A: amplitude, B: dataAmplitude, alpha, beta } = rival.parameters;
  return [
    warn("second-basin", {
      rivals: rivals.length,
      excess: rival.objective / own.objective - 1,
      constants: { E, A: amplitude, B: dataAmplitude, alpha, beta },
      exponent: rival.exponents.a,
      own: own.exponents.a,
    }),
  ];
}

function warnSensitivity({
  sensitivity,
  standardErrors,
  exponents,
}: Parameters<typeof parametricWarnings>[0]): FitWarning[] {
  const { delta, withoutSmallest } = sensitivity;
  const standardError = standardErrors.a;
  const exponent = { key: "exponent", name: "a", value: exponents.a };
  return [
    ...(delta ? warnDeltaShift([{ ...exponent, standardError, ...delta }]) : []),
    ...(withoutSmallest
      ? warnBudgetShift([
          {
            ...exponent,
            changed: withoutSmallest.exponent,
            without: withoutSmallest.without,
            chance: chanceOf(standardError, withoutSmallest.varianceRatio),
          },
        ])
      : []),
  ];
}

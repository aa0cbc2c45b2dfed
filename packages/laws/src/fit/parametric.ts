import { IsoflopError } from "../error.js";
import { type ChinchillaParameters, chinchilla, chinchillaExponents } from "../laws/chinchilla.js";
import type { ComputeCost } from "../model/computeCost.js";
import type { RunRecord } from "../record.js";
import { bootstrap, summariseDraws } from "../uncertainty/bootstrap.js";
import type { ProfileInterval } from "../uncertainty/profileLikelihood.js";
import { createResampler, type ResamplingOptions, resamplingOfSquares } from "../uncertainty/resampling.js";
import { type ResidualLoss, toChinchilla } from "./parametricData.js";
import { conditioning, type FoundMinimum, relativeGradient } from "./parametricDiagnostics.js";
import {
  type ParametricProblem,
  type ParametricSetting,
  type ParametricStarts,
  parametricProblem,
  searchMinima,
} from "./parametricFit.js";
import type { FixedParameters } from "./parametricModel.js";
import { linearise, newLinearisation } from "./parametricObjective.js";
import { profileParameters } from "./parametricProfile.js";
import { createRefit } from "./parametricRefits.js";
import { type Sensitivity, sensitivityOf } from "./parametricSensitivity.js";
import { parametricWarnings } from "./parametricWarnings.js";
import { checkRecords, checkVariation, computeCostOf, type FitOptions, recordDiagnostics } from "./records.js";
import type { FitResult } from "./result.js";

export interface ParametricOptions extends FitOptions, ResamplingOptions {
  /** Default "huber". */
  readonly loss?: ResidualLoss;
  /** Huber's delta, in ln loss; default 1e-3 (Hoffmann et al. 2022). */
  readonly delta?: number;
  /**
   * "projected" (default): the best of a grid of exponents whose amplitudes are projected out; "hoffmann-grid": the 4,500
   * starts of Hoffmann et al. 2022, each descended, and the projected ones; a number: so many projected starts (default 16).
   */
  readonly starts?: ParametricStarts;
  /** Parameters held at a value, in the law's own units. They have no standard error and no interval. */
  readonly fixed?: FixedParameters;
  /** One exponent for both terms: alpha = beta. */
  readonly tied?: boolean;
  /** Intervals by profile likelihood too. */
  readonly profile?: boolean;
}

/** A prediction's error at one run. */
export interface RunResidual {
  readonly id: string;
  /** Loss the law predicts, nats per token. */
  readonly predicted: number;
  /** ln(measured) - ln(predicted). */
  readonly logResidual: number;
}

/** A local minimum of the objective. */
export interface ParametricBasin {
  readonly parameters: ChinchillaParameters;
  readonly exponents: { readonly a: number; readonly b: number };
  /** As the fit's own. */
  readonly objective: number;
  /** Starts that ended here. */
  readonly starts: number;
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
  /** The objective, and what was held. */
  readonly setting: ParametricSetting;
  /** All local minima that the starts led to, this fit's own first. */
  readonly basins: readonly ParametricBasin[];
  /** By profile likelihood, where asked for: of the free parameters and of a. */
  readonly profile95?: Readonly<Record<string, ProfileInterval>>;
}

const DRAW_NAMES = ["E", "A", "B", "alpha", "beta", "a", "b"] as const;

/**
 * Approach 3 of Hoffmann et al. 2022: L(N, D) = E + A/N^alpha + B/D^beta by minimising the SUM of Huber losses of
 * ln-loss residuals (summed, not averaged: averaging is what stopped their L-BFGS early, Besiroglu et al. 2024), or their
 * least absolute deviations or squares. E may reach its bound 0, which is warned of.
 * @throws IsoflopError "too-few-records" (fewer than free parameters + 1), "bad-record", "no-variation", "bad-delta",
 * "bad-fixed", "nothing-to-fit", "no-replicates", "bad-noise"
 */
export function fitParametric(records: readonly RunRecord[], options: ParametricOptions = {}): ParametricFit {
  const setting = settingOf(options);
  checkRecords(records, 2, "Approach 3");
  const problem = parametricProblem(records, setting);
  const { data, rows, model, delta } = problem;
  checkRecords(records, model.size + 1, "Approach 3");
  checkVariation(records, "Approach 3");
  const minima = searchMinima(problem, options.starts);
  const best = minima[0]!;
  const parameters = ownUnits(problem, setting, best.theta);
  const compute = computeCostOf(records, options.convention);
  const exponents = chinchillaExponents(parameters, compute);
  const residuals = records.map((record): RunResidual => {
    const predicted = chinchilla.loss(parameters, record.parameters, record.tokens);
    return { id: record.id, predicted, logResidual: Math.log(record.loss / predicted) };
  });

  const drawn = (options.resamples ?? 1) > 0;
  const refit = drawn ? createRefit(data, best.theta, model, delta) : undefined;
  const resampling = setting.loss === "mse" ? resamplingOfSquares(options, records.length, model.size) : options;
  const resampler = drawn ? createResampler(records, resampling) : undefined;
  const counts = new Float64Array(records.length);
  const shifts = new Float64Array(records.length);
  const draws = bootstrap(DRAW_NAMES, options, (random) => {
    resampler!.draw(random, counts, shifts);
    const theta = refit!(counts, shifts);
    if (!theta) return undefined;
    const p = ownUnits(problem, setting, theta);
    const { a, b } = chinchillaExponents(p, compute);
    return [p.E, p.A, p.B, p.alpha, p.beta, a, b];
  });
  const summary = withoutConstants(summariseDraws(draws));

  const at = newLinearisation(records.length);
  linearise(rows, best.theta, delta, at);
  const conditions = conditioning(data, at, best.theta);
  const gradient = relativeGradient(at, best.theta, model, delta);
  const sensitivity = sensitivityOf(records, problem, setting, best.theta, compute, conditions);
  const sizes = residuals.map((r) => Math.abs(r.logResidual));
  const starts = minima.reduce((sum, m) => sum + m.starts, 0);
  const objective = objectiveOf(setting.loss, setting.delta, sizes);
  const basins = minima.map((m) => basinOf(m, problem, setting, compute));
  return {
    approach: "3",
    law: "chinchilla",
    parameters,
    ...summary,
    exponents,
    objective,
    diagnostics: {
      residualLoss: setting.loss,
      delta: setting.loss === "huber" ? setting.delta : 0,
      ...recordDiagnostics(records, options.convention),
      freeParameters: model.size,
      ...heldDiagnostics(setting),
      meanAbsoluteLogResidual: sizes.reduce((sum, v) => sum + v, 0) / sizes.length,
      rootMeanSquareLogResidual: Math.sqrt(sizes.reduce((sum, v) => sum + v * v, 0) / sizes.length),
      starts,
      startsAtOptimum: best.starts,
      basins: minima.length,
      iterations: best.result.iterations,
      converged: best.result.converged,
      relativeGradient: gradient,
      ...finite({
        conditionNumber: conditions.scaled,
        conditionNumberProjected: conditions.projected,
        conditionNumberRaw: conditions.raw,
      }),
      ...sensitivityDiagnostics(sensitivity),
      bootstrapResamples: draws.attempted,
      bootstrapFailures: draws.failed,
      bootstrapStratified: resampler?.stratified ?? false,
      bootstrapOver: resampler?.over ?? "none",
    },
    warnings: parametricWarnings({
      records,
      options,
      problem,
      setting,
      minima,
      basins,
      conditions,
      relativeGradient: gradient,
      sensitivity,
      standardErrors: summary.standardErrors,
      exponents,
      draws,
      over: resampler?.over,
    }),
    residuals,
    compute,
    setting,
    basins,
    ...(options.profile && { profile95: profileParameters(problem, setting, best.theta, compute) }),
  };
}

function settingOf(options: ParametricOptions): ParametricSetting {
  const { loss = "huber", delta = 1e-3, fixed = {}, tied = false } = options;
  if (!(delta > 0 && Number.isFinite(delta))) {
    throw new IsoflopError({
      code: "bad-delta",
      message: `Huber's delta is ${delta}; it must be a positive number.`,
      hint: "It is in units of ln loss: 1e-3 in Hoffmann et al. 2022.",
    });
  }
  const { starts } = options;
  if (typeof starts === "number" && !(Number.isSafeInteger(starts) && starts > 0)) {
    throw new IsoflopError({
      code: "bad-option",
      message: `starts = ${starts} is not possible.`,
      hint: 'Give "projected", "hoffmann-grid", or a whole number of one or more.',
    });
  }
  return { loss, delta, fixed, tied };
}

/** The law's parameters; held ones are given back to the last digit. */
function ownUnits(
  problem: ParametricProblem,
  setting: ParametricSetting,
  theta: ArrayLike<number>,
): ChinchillaParameters {
  return { ...toChinchilla(problem.data, theta), ...setting.fixed };
}

function basinOf(
  minimum: FoundMinimum,
  problem: ParametricProblem,
  setting: ParametricSetting,
  compute: ComputeCost,
): ParametricBasin {
  const parameters = ownUnits(problem, setting, minimum.theta);
  const runs = problem.rows.count;
  const { loss } = setting;
  // The search sums Huber's losses; least squares are half of it, absolute deviations delta times it.
  const scale = loss === "huber" ? 1 : loss === "mse" ? 2 / runs : 1 / (runs * problem.delta);
  return {
    parameters,
    exponents: chinchillaExponents(parameters, compute),
    objective: minimum.value * scale,
    starts: minimum.starts,
  };
}

/** What does not vary from draw to draw (it was held, or follows from what was) has no error to speak of. */
function withoutConstants<T extends Pick<FitResult, "standardErrors" | "intervals95">>(summary: T): T {
  const varies = ([name]: readonly [string, unknown]) => {
    const [low, high] = summary.intervals95[name]!;
    return low !== high;
  };
  return {
    ...summary,
    standardErrors: Object.fromEntries(Object.entries(summary.standardErrors).filter(varies)),
    intervals95: Object.fromEntries(Object.entries(summary.intervals95).filter(varies)),
  };
}

function heldDiagnostics({ fixed, tied }: ParametricSetting): Record<string, string> {
  const held = Object.entries(fixed).filter(([, value]) => value !== undefined);
  return {
    ...(held.length > 0 && { held: `${held.map(([name, value]) => `${name} = ${value}`).join(", ")}: no interval` }),
    ...(tied && { tied: "alpha = beta" }),
  };
}

/** JSON has no Infinity: a condition number that has none is left out, and the warning says so. */
function finite(values: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => Number.isFinite(value)));
}

function sensitivityDiagnostics(sensitivity: Sensitivity): Record<string, number> {
  const { delta, withoutSmallest } = sensitivity;
  return {
    ...(delta && { exponentAtTenthDelta: delta.smaller, exponentAtTenfoldDelta: delta.larger }),
    ...(withoutSmallest && {
      exponentWithoutSmallestBudget: withoutSmallest.exponent,
      smallestBudget: withoutSmallest.budget,
    }),
  };
}

function objectiveOf(loss: ResidualLoss, delta: number, sizes: readonly number[]): number {
  const sum = (f: (size: number) => number) => sizes.reduce((total, size) => total + f(size), 0);
  if (loss === "huber") return sum((s) => (s <= delta ? 0.5 * s * s : delta * (s - 0.5 * delta)));
  return sum((s) => (loss === "lad" ? s : s * s)) / sizes.length;
}

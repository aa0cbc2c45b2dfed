import type { Law } from "../laws/law.js";
import { createRandom } from "../numerics/random.js";
import { refuseBy, warnBy } from "../statements/made.js";
import { rowErrors, rowSentences } from "../statements/rows.js";
import { type BootstrapOptions, summariseDraws } from "../uncertainty/bootstrap.js";
import { examine } from "./lawDiagnostics.js";
import { type LawLoss, lawProblem, reportedObjective, residualsAt } from "./lawObjective.js";
import { bootstrapLaw } from "./lawResampling.js";
import { checkEnough, checkRows, type LawRow, outputScale, scaleOf } from "./lawRows.js";
import { deltaPath, descend, directPath, lawStarts, refitPath } from "./lawSearch.js";
import { lawSensitivity } from "./lawSensitivity.js";
import { type Constraints, searchSpace } from "./lawSpace.js";
import type { FitResult, FitWarning } from "./result.js";
import {
  rangeOf,
  warnBootstrap,
  warnConvergence,
  warnDependentRows,
  warnFewPoints,
  warnNoIntervals,
} from "./warnings.js";

const warn = /* @__PURE__ */ warnBy(rowSentences);
const refuse = /* @__PURE__ */ refuseBy(rowErrors);

export interface LawFitOptions<Name extends string = string> extends BootstrapOptions, Constraints<Name> {
  /** Default "mse". */
  readonly loss?: LawLoss;
  /** Huber's delta, in ln y or in y as the law takes residuals; default 1e-3. */
  readonly delta?: number;
  /** Whether residuals are taken in ln y or in y; default: as the law says. */
  readonly residuals?: "log" | "linear";
  /** Starts polished to full precision; default 8. */
  readonly starts?: number;
  /** Seed of the random starts; default 1. */
  readonly startSeed?: number;
}

/** A local minimum of the objective. */
export interface LawBasin<Name extends string = string> {
  readonly objective: number;
  readonly parameters: Readonly<Record<Name, number>>;
}

/** Any law's fit. Plain data: it survives JSON. */
export interface LawFit<Name extends string = string> extends FitResult {
  readonly approach: "law";
  readonly parameters: Readonly<Record<Name, number>>;
  /** In the order of the rows. */
  readonly residuals: readonly { readonly predicted: number; readonly residual: number }[];
  /** Local minima found, best first; the first is the fit. */
  readonly basins: readonly LawBasin<Name>[];
  /** Parameters that were held, with their values: they have no interval. */
  readonly fixed: Readonly<Partial<Record<Name, number>>>;
  /** Groups of parameters that were one. */
  readonly tied: readonly (readonly Name[])[];
}

/**
 * Fits any law to rows of its inputs and output: bounded Newton from many starts on the summed Huber loss, the absolute
 * deviations or the squares of residuals in ln y or y; parameters may be held or tied. Intervals by the bootstrap over
 * rows, runs or seed noise; lawProfile.ts has profile likelihoods.
 * @throws IsoflopError "bad-row", "too-few-records", "bad-constraint", "no-start", "no-replicates", "bad-noise"
 */
export function fitLaw<Name extends string, Input extends string>(
  law: Law<Name, Input>,
  rows: readonly LawRow<Input>[],
  options: LawFitOptions<Name> = {},
): LawFit<Name> {
  const { loss = "mse", delta = 1e-3, starts = 8, startSeed = 1 } = options;
  const general = withResiduals(law as unknown as Law, options.residuals);
  checkRows(general, rows);
  const space = searchSpace(general, options);
  checkEnough(general, rows, space.members.length);
  const problem = lawProblem(general, space, rows);
  const scale = general.residuals === "log" ? 1 : outputScale(general, rows);
  const path = deltaPath(loss, delta, scale);
  const direct = directPath(path, scale);
  const once = new Float64Array(rows.length).fill(1);

  const results = lawStarts(problem, starts, createRandom(startSeed))
    .map((start, i) => descend(problem, once, start, i % 2 === 0 ? direct : path, 300))
    .sort((a, b) => a.value - b.value);
  const [best] = results;
  if (best === undefined) {
    throw refuse("no-start", { law: law.name });
  }
  const parameters = space.toParameters(best.x);
  const residuals = residualsAt(problem, parameters);
  const draws = bootstrapLaw(problem, best.x, refitPath(path, scale), options);
  const examined = examine(problem, results, path.at(-1)!, (x) =>
    reportedObjective(residualsAt(problem, space.toParameters(x)), loss, delta),
  );
  const sensitivity = lawSensitivity(problem, { best: best.x, path, huber: loss === "huber", draws });
  const summary = summariseDraws(draws);
  const unheld = <T>(values: Readonly<Record<string, T>>) =>
    Object.fromEntries(Object.entries(values).filter(([name]) => !(name in space.held)));
  return {
    approach: "law",
    law: law.name,
    parameters: parameters as Record<Name, number>,
    ...summary,
    standardErrors: unheld(summary.standardErrors),
    intervals95: unheld(summary.intervals95),
    objective: reportedObjective(residuals, loss, delta),
    diagnostics: {
      observations: rows.length,
      ...computeRange(general, rows),
      freeParameters: space.members.length,
      residualLoss: loss,
      delta: loss === "huber" ? delta : 0,
      residualsOf: general.residuals === "log" ? "ln y" : "y",
      rootMeanSquareResidual: Math.sqrt(reportedObjective(residuals, "mse", 0)),
      starts: results.length,
      iterations: best.iterations,
      converged: best.converged,
      ...examined.diagnostics,
      ...sensitivity.diagnostics,
      bootstrapResamples: draws.attempted,
      bootstrapFailures: draws.failed,
      bootstrapOver: draws.over,
    },
    warnings: [
      ...warnFewPoints(rows.length, space.members.length, "rows"),
      ...warnCopiedRows(rows),
      ...examined.warnings,
      ...sensitivity.warnings,
      ...warnConvergence(best.converged, Number(examined.diagnostics.relativeGradient)),
      ...warnDependentRows(draws.dependent, draws.over),
      ...warnBootstrap(draws.failed, draws.attempted),
      ...warnNoIntervals(draws),
    ],
    residuals: Array.from(residuals, (residual, i) => ({
      predicted: law.value(parameters as Record<Name, number>, rows[i]!.inputs),
      residual,
    })),
    basins: examined.basins as readonly LawBasin<Name>[],
    fixed: space.held as Partial<Record<Name, number>>,
    tied: options.tied ?? [],
  };
}

/** The compute that the rows span, where the law knows of any; C = 6ND. */
function computeRange(law: Law, rows: readonly LawRow[]): FitResult["diagnostics"] {
  const { isCompute, of } = scaleOf(law);
  if (!isCompute) return {};
  const { least, largest } = rangeOf(rows.map(of));
  return { smallestFlops: least, largestFlops: largest };
}

/** A second seed never gives the same y to the last digit. */
function warnCopiedRows(rows: readonly LawRow[]): FitWarning[] {
  const copies = rows.length - new Set(rows.map(({ inputs, y }) => JSON.stringify([inputs, y]))).size;
  if (copies === 0) return [];
  return [warn("duplicate-runs/rows", { copies, rows: rows.length })];
}

function withResiduals(law: Law, residuals: LawFitOptions["residuals"]): Law {
  return residuals === undefined || residuals === law.residuals ? law : { ...law, residuals };
}

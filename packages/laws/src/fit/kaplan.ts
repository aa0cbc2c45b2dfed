import { IsoflopError } from "../error.js";
import type { RunRecord } from "../record.js";
import { refuse, warn } from "../statements/fit.js";
import { summariseDraws } from "../uncertainty/bootstrap.js";
import { dependentRows, type ResamplingOptions } from "../uncertainty/resampling.js";
import { fitIsoflop, type IsoflopFit } from "./isoflop.js";
import { computeLawOf, computeParameters, minimaFrontier, runsFrontier } from "./kaplanFrontier.js";
import { fitKaplanModelData, type KaplanModelDataFit } from "./kaplanModelData.js";
import { checkRecords, checkVariation, type FitOptions, recordDiagnostics } from "./records.js";
import type { FitResult } from "./result.js";
import { shiftDiagnostics, warnBudgetShift } from "./shifts.js";
import { leftOut } from "./smallestBudget.js";
import {
  warnBootstrap,
  warnComputeRange,
  warnConvention,
  warnCopies,
  warnDependentRows,
  warnNoIntervals,
} from "./warnings.js";

export type { KaplanModelDataFit } from "./kaplanModelData.js";

export interface KaplanOptions extends FitOptions, ResamplingOptions {}

/** L(C) = (Cc/C)^alphaC through the frontier of least losses. */
export interface KaplanComputeFit extends FitResult {
  readonly approach: "kaplan";
  readonly law: "kaplan-compute";
  readonly parameters: Readonly<Record<"Cc" | "alphaC", number>>;
  /** The points fitted, ascending in compute. */
  readonly frontier: readonly { readonly flops: number; readonly loss: number; readonly logResidual: number }[];
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
  return [fitCompute(records, options), fitKaplanModelData(records, options)];
}

function fitCompute(records: readonly RunRecord[], options: KaplanOptions): KaplanComputeFit {
  const isoflop = tryIsoflop(records, options);
  const { kind, points, larger, draws, over, warnings } = isoflop
    ? minimaFrontier(isoflop)
    : runsFrontier(records, options);
  const line = computeLawOf(points);
  if (!line) {
    throw refuse("no-frontier");
  }
  const [Cc, alphaC] = computeParameters(line);
  const changed = larger && computeLawOf(larger.points)?.exponent;
  const shift = changed !== undefined && {
    key: "alphaC",
    name: "alphaC",
    without: leftOut(larger!),
    value: alphaC,
    changed: -changed,
    chance: larger!.chance,
  };
  return {
    approach: "kaplan",
    law: "kaplan-compute",
    parameters: { Cc, alphaC },
    ...summariseDraws(draws),
    objective: line.residuals.reduce((sum, r) => sum + r * r, 0),
    diagnostics: {
      ...recordDiagnostics(records, options.convention),
      frontier: kind,
      frontierPoints: points.length,
      ...(shift && { ...shiftDiagnostics([shift]), smallestBudget: larger!.budget }),
      bootstrapResamples: draws.attempted,
      bootstrapFailures: draws.failed,
      bootstrapOver: over,
    },
    warnings: [
      ...(points.length < 3 ? [warn("few-minima/line")] : []),
      ...warnings,
      ...warnComputeRange(points.map((p) => p.flops)),
      ...warnConvention(records, options.convention),
      ...warnCopies(records),
      ...warnDependentRows(dependentRows(records), over),
      ...(shift ? warnBudgetShift([shift]) : []),
      ...warnBootstrap(draws.failed, draws.attempted),
      ...warnNoIntervals(draws),
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

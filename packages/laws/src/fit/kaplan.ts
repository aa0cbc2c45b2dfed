import { IsoflopError } from "../error.js";
import type { RunRecord } from "../record.js";
import { bootstrap, summariseDraws } from "../uncertainty/bootstrap.js";
import { createResampler, dependentRows, type ResamplingOptions } from "../uncertainty/resampling.js";
import { fitIsoflop, type IsoflopFit } from "./isoflop.js";
import { fitKaplanModelData, type KaplanModelDataFit } from "./kaplanModelData.js";
import { fitPowerLaw } from "./powerLawFit.js";
import { checkRecords, checkVariation, type FitOptions, recordDiagnostics } from "./records.js";
import type { FitResult } from "./result.js";
import {
  warn,
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
  const resampled = isoflop ? { ...options, resamples: 0 } : options;
  const resampler = (resampled.resamples ?? 1) > 0 ? createResampler(records, options) : undefined;
  const counts = new Float64Array(records.length);
  const shifts = new Float64Array(records.length);
  const draws = bootstrap(["Cc", "alphaC"], resampled, (random) => {
    resampler!.draw(random, counts, shifts);
    const drawn = records.flatMap((r, i) =>
      counts[i]! > 0 ? [{ flops: r.flops, loss: r.loss * Math.exp(shifts[i]!) }] : [],
    );
    const frontier = paretoFrontier(drawn);
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
      bootstrapOver: resampler?.over ?? String(isoflop?.diagnostics.bootstrapOver ?? "none"),
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
      ...warnCopies(records),
      ...warnDependentRows(dependentRows(records), options.over),
      ...(isoflop ? isoflop.warnings.filter((warning) => warning.code === "few-points") : []),
      ...warnBootstrap(kept.failed, kept.attempted),
      ...warnNoIntervals(kept),
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
function paretoFrontier(
  records: readonly { readonly flops: number; readonly loss: number }[],
): { flops: number; loss: number }[] {
  const order = [...records].sort((p, q) => p.flops - q.flops || p.loss - q.loss);
  let least = Number.POSITIVE_INFINITY;
  return order.flatMap(({ flops, loss }) => {
    if (loss >= least) return [];
    least = loss;
    return [{ flops, loss }];
  });
}

import { fitProfile, type IsoflopProfile } from "../fit/profile.js";
import type { Interval } from "../fit/result.js";
import type { Expectation, Forecaster } from "../forecast/forecaster.js";
import { mean } from "../numerics/statistics.js";
import type { RunRecord } from "../record.js";
import type { BacktestGroup, BacktestStructure } from "./backtestGroups.js";
import { type MeasuredMinimum, measuredMinimum } from "./backtestMinimum.js";

/** Predictions of each held-out run, for fits of L(N, D). */
export interface RunErrors {
  readonly count: number;
  /** Mean of ln(measured / predicted): its sign is the bias. */
  readonly meanLogError: number;
  readonly meanAbsoluteLogError: number;
  /** Forecast minus measured, nats per token: mean, and mean size. */
  readonly meanLossError: number;
  readonly meanAbsoluteLossError: number;
  /** Share of runs inside their 95 % prediction intervals; absent where the fit gives none. */
  readonly coverage95?: number;
  /** Runs that this share is of: at most 100, spread evenly over the held-out ones. */
  readonly intervals: number;
}

/** An interval costs a thousand times its prediction; a share is known well enough from so many. */
const MOST_INTERVALS = 100;

/** Why a cell's loss error says nothing of the law's forecasts, and does not count in a choice among them. */
export type LeftOut = "training-loss" | "two-minima" | "no-held-out-minimum";

/** One fit, asked for one group of runs that it was not shown. */
export interface BacktestCell {
  readonly procedure: string;
  /** C_k: the fit saw no run beyond it, FLOPs. */
  readonly fittedTo: number;
  /** C_j: where the held-out runs lie, FLOPs. */
  readonly heldOut: number;
  /** C_j / C_k. */
  readonly extrapolation: number;
  /**
   * What the loss is compared with: the held-out profile's own minimum; its least loss, where it has no minimum (never
   * less than the minimum: the error is then an underestimate); or each held-out run.
   */
  readonly against: "minimum" | "least-loss" | "runs";
  readonly expected?: Expectation;
  readonly measured?: { readonly loss: number; readonly flops: number; readonly parameters?: number };
  /** Forecast minus measured, nats per token; against runs: the mean. */
  readonly lossError: number;
  /** Its size; against runs: the mean size. */
  readonly absoluteLossError: number;
  /** |ln(forecast / measured)|; against runs: the mean. */
  readonly absoluteLogError: number;
  /** Forecast N_opt over the measured one; only where the held-out profile has a minimum. */
  readonly parametersRatio?: number;
  /**
   * ln of the loss at the forecast N_opt over the least, by the held-out profile's parabola: what training the forecast
   * optimum would have cost. Only where the profile has a minimum.
   */
  readonly allocationLogRegret?: number;
  /** How many of the losses compared lay in their 95 % prediction intervals, of those that have one. */
  readonly held?: { readonly inside: number; readonly of: number };
  readonly runs?: RunErrors;
  readonly leftOut?: LeftOut;
}

/** What was measured at a held-out group: once for all the procedures. */
export interface HeldOut {
  readonly group: BacktestGroup;
  readonly records: readonly RunRecord[];
  readonly leastLoss: number;
  /** Of isoFLOP groups. */
  readonly profile?: IsoflopProfile;
  readonly minimum?: MeasuredMinimum;
}

export function measureHeldOut(group: BacktestGroup, structure: BacktestStructure, all: readonly RunRecord[]): HeldOut {
  const records = group.members.map((i) => all[i]!);
  const profile = structure === "isoflop" ? fitProfile(group.flops, records) : undefined;
  const minimum = profile && measuredMinimum(profile);
  return {
    group,
    records,
    leastLoss: Math.min(...records.map((r) => r.loss)),
    ...(profile && { profile }),
    ...(minimum && { minimum }),
  };
}

const within = (interval: Interval, value: number): boolean => interval[0] <= value && value <= interval[1];

/**
 * One fit against one held-out group; undefined where they have nothing in common: scattered runs have no optimum, and
 * only L(N, D) predicts single runs.
 */
export function backtestCell(
  procedure: string,
  fittedTo: number,
  forecaster: Forecaster,
  held: HeldOut,
): BacktestCell | undefined {
  const heldOut = held.group.flops;
  const runs = runErrors(forecaster, held.records);
  const common = { procedure, fittedTo, heldOut, extrapolation: heldOut / fittedTo, ...(runs && { runs }) };
  if (!held.profile) {
    if (!runs) return undefined;
    return {
      ...common,
      against: "runs",
      lossError: runs.meanLossError,
      absoluteLossError: runs.meanAbsoluteLossError,
      absoluteLogError: runs.meanAbsoluteLogError,
      ...(runs.coverage95 !== undefined && {
        held: { inside: Math.round(runs.coverage95 * runs.intervals), of: runs.intervals },
      }),
      ...(forecaster.incomparable && { leftOut: forecaster.incomparable }),
    };
  }
  const { minimum } = held;
  const flops = minimum?.flops ?? heldOut;
  const loss = minimum?.loss ?? held.leastLoss;
  const expected = forecaster.expect(flops);
  const interval = expected.predictionInterval95;
  const leftOut: LeftOut | undefined = forecaster.incomparable ?? (minimum ? undefined : "no-held-out-minimum");
  return {
    ...common,
    against: minimum ? "minimum" : "least-loss",
    expected,
    measured: { flops, loss, ...(minimum && { parameters: minimum.parameters }) },
    lossError: expected.loss - loss,
    absoluteLossError: Math.abs(expected.loss - loss),
    absoluteLogError: Math.abs(Math.log(expected.loss / loss)),
    ...(minimum && expected.parameters && { parametersRatio: expected.parameters / minimum.parameters }),
    ...(minimum && expected.parameters && { allocationLogRegret: regret(held.profile, expected.parameters) }),
    ...(interval && { held: { inside: within(interval, loss) ? 1 : 0, of: 1 } }),
    ...(leftOut && { leftOut }),
  };
}

function regret({ vertex, coefficients }: IsoflopProfile, parameters: number): number {
  const curvature = coefficients?.[2] ?? 0;
  return vertex ? Math.log1p((curvature * Math.log(parameters / vertex.parameters) ** 2) / vertex.loss) : 0;
}

/** How a fit of L(N, D) predicts each of some runs; undefined for other fits. */
export function runErrors({ runs }: Forecaster, heldOut: readonly RunRecord[]): RunErrors | undefined {
  if (!runs || heldOut.length === 0) return undefined;
  const errors = heldOut.map((record) => {
    const loss = runs.loss(record.parameters, record.tokens);
    return { nats: loss - record.loss, log: Math.log(record.loss / loss) };
  });
  const stride = Math.ceil(heldOut.length / MOST_INTERVALS);
  const inside = heldOut
    .filter((_, i) => i % stride === 0)
    .flatMap(({ parameters, tokens, loss }) => {
      const interval = runs.predictionInterval95(parameters, tokens);
      return interval ? [within(interval, loss) ? 1 : 0] : [];
    });
  return {
    count: errors.length,
    meanLogError: mean(errors.map((e) => e.log)),
    meanAbsoluteLogError: mean(errors.map((e) => Math.abs(e.log))),
    meanLossError: mean(errors.map((e) => e.nats)),
    meanAbsoluteLossError: mean(errors.map((e) => Math.abs(e.nats))),
    ...(inside.length > 0 && { coverage95: mean(inside) }),
    intervals: inside.length,
  };
}

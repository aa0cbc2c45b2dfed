import { groupByBudget } from "../fit/budgets.js";
import type { ProfileStatus } from "../fit/profile.js";
import type { Optimum } from "../fit/result.js";
import { type Forecast, forecast } from "../forecast/forecast.js";
import { forecasterOf } from "../forecast/forecaster.js";
import type { AllocationFit } from "../forecast/laws.js";
import type { RunRecord } from "../record.js";
import { backtestCell, measureHeldOut, type RunErrors } from "./backtestCell.js";
import { tooFewGroups } from "./backtestGroups.js";

/** How a fit that never saw the largest budget does on it. */
export interface Backtest {
  readonly approach: string;
  readonly law: string;
  /** The budget held out, FLOPs, and the largest one fitted. */
  readonly heldOutBudget: number;
  readonly largestFitted: number;
  readonly forecast: Forecast;
  /** The held-out profile's own minimum. */
  readonly measured: { readonly status: ProfileStatus; readonly optimum?: Optimum; readonly leastLoss: number };
  /** Forecast N_opt over the measured one; only where the held-out profile has a minimum. */
  readonly parametersRatio?: number;
  /** Forecast loss minus measured, nats per token: against the profile's minimum, or else its least loss. */
  readonly lossError: number;
  readonly insidePredictionInterval?: boolean;
  /** Predictions of each held-out run, for fits of L(N, D). */
  readonly runs?: RunErrors;
}

/**
 * Fits the budgets below the largest and forecasts the largest: the last cell of `backtestSeries`, for one procedure,
 * with its forecast whole. Curves of the runs below stop there too, so that nothing of the held-out budget is seen.
 * @param fitter e.g. (records) => fitIsoflop(records, { resamples: 500 })
 * @throws IsoflopError "too-few-budgets", and what the fitter throws
 */
export function backtest(
  records: readonly RunRecord[],
  fitter: (records: readonly RunRecord[]) => AllocationFit,
): Backtest {
  const { groups: budgets } = groupByBudget(records);
  const groups = budgets.map(({ budget, members }) => ({ flops: budget, upTo: budget, members, seen: [] }));
  const [below, last] = groups.slice(-2);
  if (!below || !last) throw tooFewGroups({ structure: "isoflop", groups }, 2);
  const held = measureHeldOut(last, "isoflop", records);
  const out = new Set(last.members);
  const fit = fitter(records.filter((_, i) => !out.has(i)));
  // A profile gives every fit a cell.
  const cell = backtestCell(fit.approach, below.upTo, forecasterOf(fit), held)!;
  const { minimum } = held;
  const { parametersRatio, lossError, runs } = cell;
  return {
    approach: fit.approach,
    law: fit.law,
    heldOutBudget: last.flops,
    largestFitted: below.upTo,
    forecast: forecast(fit, cell.measured!.flops),
    measured: {
      status: held.profile!.status,
      leastLoss: held.leastLoss,
      ...(minimum && { optimum: minimum }),
    },
    ...(parametersRatio !== undefined && { parametersRatio }),
    lossError,
    ...(cell.held && { insidePredictionInterval: cell.held.inside === 1 }),
    ...(runs && { runs }),
  };
}

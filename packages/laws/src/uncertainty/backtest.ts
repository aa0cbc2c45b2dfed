import { IsoflopError } from "../error.js";
import { groupByBudget } from "../fit/budgets.js";
import { fitProfile, type ProfileStatus } from "../fit/profile.js";
import type { Interval, Optimum } from "../fit/result.js";
import { type Forecast, forecast, predictLoss } from "../forecast/forecast.js";
import type { AllocationFit } from "../forecast/laws.js";
import type { RunRecord } from "../record.js";

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
  readonly runs?: {
    readonly count: number;
    /** Mean of ln(measured / predicted): its sign is the bias. */
    readonly meanLogError: number;
    readonly meanAbsoluteLogError: number;
    /** Share of runs inside their 95 % prediction intervals. */
    readonly coverage95: number;
  };
}

/**
 * Fits the budgets below the largest and forecasts the largest. Curves of the runs below stop there too, so that
 * nothing of the held-out budget is seen.
 * @param fitter e.g. (records) => fitIsoflop(records, { resamples: 500 })
 * @throws IsoflopError "too-few-budgets", and what the fitter throws
 */
export function backtest(
  records: readonly RunRecord[],
  fitter: (records: readonly RunRecord[]) => AllocationFit,
): Backtest {
  const { groups } = groupByBudget(records);
  const last = groups.at(-1);
  const below = groups.at(-2);
  if (!last || !below) {
    throw new IsoflopError({
      code: "too-few-budgets",
      message: `A backtest holds out the largest of several budgets; there ${groups.length === 1 ? "is 1" : `are ${groups.length}`}.`,
      hint: "Train at two more budgets at least.",
    });
  }
  const heldOut = last.members.map((i) => records[i]!);
  const held = new Set(last.members);
  const fit = fitter(records.filter((_, i) => !held.has(i)));

  const profile = fitProfile(last.budget, heldOut);
  const leastLoss = Math.min(...heldOut.map((r) => r.loss));
  const optimum = profile.status === "used" ? profile.vertex : undefined;
  const flops = optimum?.flops ?? last.budget;
  const expected = forecast(fit, flops);
  const measuredLoss = optimum?.loss ?? leastLoss;
  const within = (interval: Interval, value: number) => interval[0] <= value && value <= interval[1];
  return {
    approach: fit.approach,
    law: fit.law,
    heldOutBudget: last.budget,
    largestFitted: below.budget,
    forecast: expected,
    measured: {
      status: profile.status,
      leastLoss,
      ...(optimum && {
        optimum: { flops, parameters: optimum.parameters, tokens: optimum.tokens, loss: optimum.loss },
      }),
    },
    ...(optimum && { parametersRatio: expected.optimum.parameters / optimum.parameters }),
    lossError: expected.optimum.loss! - measuredLoss,
    ...(expected.predictionInterval95 && {
      insidePredictionInterval: within(expected.predictionInterval95, measuredLoss),
    }),
    ...runErrors(fit, heldOut),
  };
}

function runErrors(fit: AllocationFit, heldOut: readonly RunRecord[]): Pick<Backtest, "runs"> {
  if (fit.law !== "chinchilla" && fit.law !== "kaplan-model-data") return {};
  const predictions = heldOut.map((record) => {
    const predicted = predictLoss(fit, record.parameters, record.tokens);
    const interval = predicted.predictionInterval95;
    const inside = interval !== undefined && interval[0] <= record.loss && record.loss <= interval[1];
    return { error: Math.log(record.loss / predicted.loss), inside };
  });
  const average = (f: (p: (typeof predictions)[number]) => number) =>
    predictions.reduce((sum, p) => sum + f(p), 0) / predictions.length;
  return {
    runs: {
      count: predictions.length,
      meanLogError: average((p) => p.error),
      meanAbsoluteLogError: average((p) => Math.abs(p.error)),
      coverage95: average((p) => (p.inside ? 1 : 0)),
    },
  };
}

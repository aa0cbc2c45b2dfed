import {
  type AllocationFit,
  type Backtest,
  backtest,
  type CountingConvention,
  isIsoflopError,
  orThrow,
  type RunRecord,
} from "@isoflop/laws";
import { type FitChoices, fitOne } from "./fits.js";

const APPROACHES = ["1", "2", "3"] as const;
export type ForecastingApproach = (typeof APPROACHES)[number];

/** How one procedure, shown all budgets but the largest, forecasts the largest. */
export interface ApproachBacktest extends Pick<Backtest, "heldOutBudget" | "largestFitted" | "parametersRatio"> {
  readonly approach: ForecastingApproach;
  /** Forecast minus measured loss at the held-out profile's minimum, nats per token. Approach 1 forecasts a training loss. */
  readonly lossError: number;
  readonly inside?: boolean;
}

export interface Backtests {
  readonly tested: readonly ApproachBacktest[];
  /** Procedures that the smaller budgets cannot support, with the reason. */
  readonly untested: readonly { readonly approach: ForecastingApproach; readonly reason: string }[];
}

/** Approaches 1, 2 and 3 on the study's own largest budget, which none of them is shown. */
export function backtestApproaches(
  records: readonly RunRecord[],
  convention: CountingConvention,
  choices: FitChoices,
): Backtests {
  const tested: ApproachBacktest[] = [];
  const untested: { approach: ForecastingApproach; reason: string }[] = [];
  for (const approach of APPROACHES) {
    try {
      const result = orThrow(
        backtest(records, (smaller) => fitOne(approach, smaller, convention, choices)[0] as AllocationFit),
      );
      const { heldOutBudget, largestFitted, parametersRatio, lossError, insidePredictionInterval } = result;
      tested.push({
        approach,
        heldOutBudget,
        largestFitted,
        ...(parametersRatio === undefined ? {} : { parametersRatio }),
        lossError,
        ...(insidePredictionInterval === undefined ? {} : { inside: insidePredictionInterval }),
      });
    } catch (error) {
      if (!isIsoflopError(error)) throw error;
      untested.push({ approach, reason: error.message });
    }
  }
  return { tested, untested };
}

/**
 * The procedure to forecast by: of Approaches 2 and 3, which forecast the held-out loss, the one whose backtest came
 * nearer to the measured loss. Approach 3 where neither could be tested. A law is chosen by what it forecasts, not by
 * how well it fits what it has seen.
 */
export function bestByBacktest({ tested }: Backtests): "2" | "3" {
  const error = (approach: "2" | "3") =>
    Math.abs(tested.find((one) => one.approach === approach)?.lossError ?? Number.POSITIVE_INFINITY);
  return error("2") < error("3") ? "2" : "3";
}

import {
  type BacktestCell,
  type BacktestChoice,
  type BacktestSeries,
  backtestSeries,
  type CountingConvention,
  chooseByBacktest,
  isIsoflopError,
  orThrow,
  type RunRecord,
} from "../index.js";
import { type FitChoices, profileRecords } from "./fitApproaches.js";
import { backtestProcedures, PROCEDURES } from "./procedures.js";

const APPROACHES = ["1", "2", "3"] as const;
export type ForecastingApproach = (typeof APPROACHES)[number];

/** How one procedure, shown all budgets but the largest, forecasts the largest. */
export interface ApproachBacktest extends Pick<BacktestCell, "parametersRatio" | "lossError"> {
  readonly approach: ForecastingApproach;
  readonly heldOutBudget: number;
  readonly largestFitted: number;
  readonly inside?: boolean;
}

export interface Backtests {
  readonly tested: readonly ApproachBacktest[];
  /** Procedures that the smaller budgets cannot support, with the reason. */
  readonly untested: readonly { readonly approach: ForecastingApproach; readonly reason: string }[];
  /** Every procedure from every smaller budget; absent with too few budgets (and in forecasts stated by earlier versions). */
  readonly series?: BacktestSeries;
  /** Among Approaches 2 and 3, which forecast the loss that is held out, and of any run. */
  readonly choice?: BacktestChoice;
}

/** A backtest's intervals are for a share of many forecasts: more resamples would change none of what is told. */
const MOST_RESAMPLES = 300;

/** Every procedure on compute that it was not shown, from every cut. Errors: too-few-budgets, some-budgets. */
export function backtestAll(
  records: readonly RunRecord[],
  convention: CountingConvention,
  choices: FitChoices,
): BacktestSeries {
  const resamples = Math.min(choices.resamples, MOST_RESAMPLES);
  const own = profileRecords(records, choices.profilesOnly);
  return orThrow(backtestSeries(own, backtestProcedures(PROCEDURES, convention, { ...choices, resamples })));
}

/** The backtests of a study, and which of Approaches 2 and 3 they speak for. */
export function backtestApproaches(
  records: readonly RunRecord[],
  convention: CountingConvention,
  choices: FitChoices,
): Backtests {
  let series: BacktestSeries;
  try {
    series = backtestAll(records, convention, choices);
  } catch (error) {
    if (!isIsoflopError(error)) throw error;
    return { tested: [], untested: APPROACHES.map((approach) => ({ approach, reason: error.message })) };
  }
  const last = series.cuts.at(-1)?.fittedTo;
  const cellOf = (approach: string) =>
    series.cells.findLast((cell) => cell.procedure === approach && cell.fittedTo === last);
  return {
    tested: APPROACHES.flatMap((approach): ApproachBacktest[] => {
      const cell = cellOf(approach);
      if (cell === undefined) return [];
      const { heldOut: heldOutBudget, fittedTo: largestFitted, parametersRatio, lossError, held } = cell;
      return [
        {
          approach,
          heldOutBudget,
          largestFitted,
          lossError,
          ...(parametersRatio === undefined ? {} : { parametersRatio }),
          ...(held === undefined ? {} : { inside: held.inside === held.of }),
        },
      ];
    }),
    untested: APPROACHES.filter((approach) => cellOf(approach) === undefined).map((approach) => {
      const failure = series.failures.findLast((one) => one.procedure === approach);
      return { approach, reason: failure?.reason ?? "It made no forecast." };
    }),
    series,
    choice: chooseByBacktest(series, { among: ["2", "3"] }),
  };
}

/** The procedure to forecast by: the backtest's choice, or Approach 3 where nothing could be tested. */
export function bestByBacktest({ choice }: Backtests): "2" | "3" {
  return choice?.chosen === "2" ? "2" : "3";
}

/** Mean |ln(forecast / measured)| of each ranked procedure over the cells that all of them have, best first. */
export function meanErrors(series: BacktestSeries, choice: BacktestChoice): { procedure: string; error: number }[] {
  const names = choice.ranking.map(({ procedure }) => procedure);
  const counted = series.cells.filter((cell) => names.includes(cell.procedure) && cell.leftOut === undefined);
  const key = (cell: BacktestCell) => `${cell.fittedTo}/${cell.heldOut}`;
  const asked = new Map<string, number>();
  for (const cell of counted) asked.set(key(cell), (asked.get(key(cell)) ?? 0) + 1);
  return names.map((procedure) => {
    const own = counted.filter((cell) => cell.procedure === procedure && asked.get(key(cell)) === names.length);
    return { procedure, error: own.reduce((sum, cell) => sum + cell.absoluteLogError, 0) / own.length };
  });
}

import type { BacktestErrorsData } from "@isoflop/figures";
import { drawnBacktest } from "@isoflop/figures";
import {
  type AllocationFit,
  type CountingConvention,
  forecast,
  formatCount,
  formatFlops,
  isIsoflopError,
  orThrow,
  type RunRecord,
} from "@isoflop/laws";
import { backtestApproaches, bestByBacktest, type FitChoices, freshRecords } from "@isoflop/laws/procedures";
import type { OptimumReport, ReportModel, ReportWarning } from "../../report/model.js";
import type { Fits } from "../fits.js";
import { backtestReason, estimate, NAMES, procedureRows } from "./tables.js";
import { withRemedy } from "./warnings.js";

/** What a report says of an optimum, and of the backtest that chose the procedure. */
export interface ToldOptimum {
  readonly optimum: NonNullable<ReportModel["optimum"]>;
  readonly backtest: BacktestErrorsData | undefined;
  readonly warnings: readonly ReportWarning[];
  /** The procedure that it is by. */
  readonly answer?: { readonly approach: string; readonly budget: number };
}

/**
 * The optimum at the largest compute among the runs, by the procedure that the backtest speaks for: what they say without
 * extrapolating in C. Whether N or D lies beyond what was trained is a caveat.
 */
export function tellOptimum(
  all: readonly RunRecord[],
  convention: CountingConvention,
  fits: Fits,
  choices: FitChoices,
): ToldOptimum {
  const records = freshRecords(all, choices.freshOnly);
  const able = fits.fits.filter(
    (fit): fit is AllocationFit => fit.law !== "kaplan-compute" && fit.law !== "data-constrained",
  );
  const backtests = backtestApproaches(records, convention, choices);
  const best = bestByBacktest(backtests);
  const chosen = able.find(({ approach }) => approach === best) ?? able[0];
  const { series } = backtests;
  const backtest = series === undefined ? undefined : drawnBacktest(series, chosen?.approach);
  if (chosen === undefined) {
    const [first] = fits.skipped;
    const missing = first === undefined ? "No procedure that forecasts an optimum was asked for." : first.error.message;
    return { optimum: { missing }, backtest, warnings: [] };
  }
  const budget = records.reduce((most, { budget: nominal, flops }) => Math.max(most, nominal ?? flops), 0);
  try {
    const told = [chosen, ...able.filter((fit) => fit !== chosen)].map((fit) => ({
      fit,
      ...orThrow(forecast(fit, budget)),
    }));
    const [{ optimum, intervals95, warnings }] = told as [(typeof told)[number]];
    return {
      optimum: {
        budget,
        fit: chosen.law === "kaplan-model-data" ? "Kaplan's L(N, D)" : `Approach ${chosen.approach}`,
        reason:
          chosen.approach === best
            ? backtestReason({ approach: best, backtests })
            : `Approach ${best}, which would be taken, could not be fitted`,
        backtested: (backtests.choice?.ranking.length ?? 0) > 0,
        parameters: estimate(optimum.parameters, intervals95?.parameters),
        tokens: estimate(optimum.tokens, intervals95?.tokens),
        ...(optimum.loss === undefined ? {} : { loss: estimate(optimum.loss, intervals95?.loss) }),
        caveats: [
          ...(intervals95 === undefined
            ? ["It has no interval: the fit has too few bootstrap draws (see the warnings, or --bootstrap)."]
            : []),
          ...beyond(optimum, records),
        ],
        procedures: procedureRows(
          backtests,
          told.map(({ fit: { approach, law }, optimum: expected, intervals95: intervals }) => ({
            approach,
            law,
            optimum: expected,
            intervals95: intervals,
          })),
        ),
      },
      backtest,
      answer: { approach: chosen.approach, budget },
      warnings: warnings.map((warning) => ({
        ...withRemedy(warning),
        where: `Optimum at ${formatFlops(budget)} FLOPs by ${NAMES[chosen.law]}`,
      })),
    };
  } catch (error) {
    if (!isIsoflopError(error)) throw error;
    return { optimum: { missing: error.message }, backtest, warnings: [] };
  }
}

/** Where the optimum lies outside all that was trained: there the fit is extrapolated, though its compute is not. */
function beyond(optimum: { readonly parameters: number; readonly tokens: number }, records: readonly RunRecord[]) {
  return (["parameters", "tokens"] as const).flatMap((quantity): OptimumReport["caveats"] => {
    const [low, high] = records.reduce(
      ([least, most], record) => [Math.min(least, record[quantity]), Math.max(most, record[quantity])],
      [Number.POSITIVE_INFINITY, 0] as [number, number],
    );
    const value = optimum[quantity];
    if (value >= low && value <= high) return [];
    const side =
      value > high ? `more than in any run (${formatCount(high)})` : `fewer than in any run (${formatCount(low)})`;
    return [`Its ${formatCount(value)} ${quantity} are ${side}: that is extrapolated.`];
  });
}

import type { BacktestSeries } from "@isoflop/laws";
import { PROCEDURES } from "@isoflop/laws/procedures";
import type { BacktestErrorsData } from "../data.js";
import type { Language } from "../language.js";
import { procedureName } from "./names.js";

/**
 * A backtest as its figure draws it: procedures that have something to show, and of their cells those that count.
 * @param chosen the procedure that the forecast proper is by
 * @param asked how far that reaches beyond the data
 */
export function drawnBacktest(
  series: BacktestSeries,
  chosen?: string,
  asked?: number,
  language: Language = "en",
): BacktestErrorsData {
  return {
    against: series.structure === "isoflop" ? "minimum" : "runs",
    procedures: PROCEDURES.flatMap(({ name, label }) => {
      const points = series.cells
        .filter((cell) => cell.procedure === name && cell.leftOut === undefined)
        .map(({ fittedTo, heldOut, extrapolation, absoluteLogError, lossError }) => ({
          fittedTo,
          heldOut,
          extrapolation,
          logError: lossError < 0 ? -absoluteLogError : absoluteLogError,
        }));
      return points.length === 0
        ? []
        : [{ name: procedureName(name, label, { language }), ...(name === chosen ? { chosen: true } : {}), points }];
    }),
    ...(asked !== undefined && asked > 1 ? { asked } : {}),
  };
}

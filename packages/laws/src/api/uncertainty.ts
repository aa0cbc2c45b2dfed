import { IsoflopError } from "../error.js";
import { checkRecords } from "../fit/records.js";
import { show } from "../fit/rowFaults.js";
import type { AllocationFit } from "../forecast/laws.js";
import { attempt, type Outcome, orThrow } from "../outcome.js";
import type { RunRecord } from "../record.js";
import { type Backtest, backtest as testOf } from "../uncertainty/backtest.js";
import { fitOf, named, type RunInput } from "./input.js";

/**
 * Shows a procedure every budget but the largest, and compares its forecast of the largest with what was measured there.
 *
 * @param runs of three budgets or more; losses in nats per token
 * @param fitter the procedure, which may return an error
 * @returns errors of the loss (nats per token) and of N_opt (a ratio), and whether the intervals held.
 * Errors: "bad-record" (with `rows`), "too-few-budgets", "some-budgets", and the fitter's own
 *
 * @example
 * const test = backtest(runs, (smaller) => fitParametric(smaller, { resamples: 200 }));
 */
export function backtest(
  runs: readonly RunInput[],
  fitter: (records: readonly RunRecord[]) => Outcome<AllocationFit>,
): Outcome<Backtest> {
  return attempt(() => {
    const records = named(runs);
    checkRecords(records, 1, "A backtest");
    if (typeof fitter !== "function") {
      throw new IsoflopError({
        code: "bad-option",
        message: `The fitter must be a function, not ${show(fitter)}.`,
        hint: "Write (runs) => fitParametric(runs).",
      });
    }
    return testOf(records, (smaller) => fitOf(orThrow(fitter(smaller))));
  });
}

import { IsoflopError } from "../error.js";
import { checkRecords } from "../fit/records.js";
import { show } from "../fit/rowFaults.js";
import type { AllocationFit } from "../forecast/laws.js";
import { attempt, type Outcome, orThrow } from "../outcome.js";
import type { RunRecord } from "../record.js";
import { type Backtest, backtest as testOf } from "../uncertainty/backtest.js";
import {
  type BiasedProcedure,
  type BiasStudy,
  procedureBias as biasOf,
  type ProcedureBias,
} from "../uncertainty/isoflopBias.js";
import { checkOptions, fitOf, named, namesOf, type RunInput } from "./input.js";

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

const PROCEDURES = namesOf<BiasedProcedure>({ parabola: true, akima: true, parametric: true });

/**
 * What a procedure gets wrong without any noise, on a planted law: Approach 2 with parabolas or Akima splines on grids
 * that are wide, off the optimum or drift off it (Open-Athena 2026), Approach 3 for comparison.
 *
 * @param study planted law (nats per token), budgets in FLOPs (ascending, two or more), sizes and span of the grids
 * @returns errors of the exponent a, of ln N_opt at each budget, and of ln N_opt at an extrapolated budget.
 * Errors: "bad-option", "too-few-minima" where the grids do not hold the minima
 *
 * @example
 * const truth = { E: 1.69, A: 406.4, B: 410.7, alpha: 0.34, beta: 0.28 };
 * const bias = procedureBias({ truth, budgets: [1e18, 1e19, 1e20], width: 100, sizes: 9 }, "parabola");
 */
export function procedureBias(study: BiasStudy, procedure: BiasedProcedure): Outcome<ProcedureBias> {
  return attempt(() => {
    checkOptions(study ?? null, { positive: ["width", "sizes", "offset", "extrapolation"] });
    checkOptions({ procedure }, { choices: { procedure: PROCEDURES } });
    const { truth, budgets, width, sizes, drift = 0 } = study;
    const numbers: readonly unknown[] = ["E", "A", "B", "alpha", "beta"].map((name) => truth?.[name as "E"]);
    const ascending =
      Array.isArray(budgets) &&
      budgets.length >= 2 &&
      budgets.every((c, i) => c > 0 && (i === 0 || c > budgets[i - 1]!));
    const grid = width > 1 && Number.isInteger(sizes) && sizes >= 3 && Number.isFinite(drift);
    if (!(numbers.every(Number.isFinite) && ascending && grid && PROCEDURES.includes(procedure))) {
      throw new IsoflopError({
        code: "bad-option",
        message:
          "The study needs a truth (E, A, B, alpha, beta), two ascending budgets, a width above 1 and three sizes.",
        hint: 'Write procedureBias({ truth, budgets: [1e18, 1e19, 1e20], width: 16, sizes: 7 }, "parabola").',
      });
    }
    return biasOf(study, procedure);
  });
}

import { IsoflopError } from "../error.js";
import { checkRecords } from "../fit/records.js";
import { show } from "../fit/rowFaults.js";
import { type Forecaster, type ForecastingFit, forecasterOf } from "../forecast/forecaster.js";
import type { AllocationFit } from "../forecast/laws.js";
import { attempt, type Outcome, orThrow } from "../outcome.js";
import type { RunRecord } from "../record.js";
import { type Backtest, backtest as testOf } from "../uncertainty/backtest.js";
import {
  type BacktestProcedure,
  type BacktestSeries,
  backtestSeries as seriesOf,
} from "../uncertainty/backtestSeries.js";
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
    checkFitter(fitter);
    return testOf(records, (smaller) => fitOf(orThrow(fitter(smaller))));
  });
}

const PROCEDURES = namesOf<BiasedProcedure>({ parabola: true, akima: true, parametric: true });

/**
 * What a procedure gets wrong without any noise, on a planted law: Approach 2 with parabolas or Akima splines on grids
 * that are wide, off the optimum or drift off it (Czech et al. 2026, arXiv:2603.22339), Approach 3 for comparison.
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

/** A procedure to backtest, which may return an error: a fit of the library, or a {@link Forecaster} of your own. */
export interface ProcedureInput extends Pick<BacktestProcedure, "name" | "freeParameters"> {
  /** e.g. (records) => fitParametric(records, { resamples: 200 }) */
  fit(records: readonly RunRecord[]): Outcome<ForecastingFit | Forecaster>;
}

/**
 * Fits every procedure to the runs of compute up to C_k, for each k, and compares what it forecasts of each later C_j with
 * what was measured: the loss and N at the minimum of held-out isoFLOP profiles, or each run where runs form no profiles.
 * Then {@link chooseByBacktest} says which procedure that speaks for.
 *
 * @param runs of three budgets or more, or twelve runs or more at any compute; losses in nats per token
 * @param procedures what to compare; a procedure that cannot be fitted at some C_k is reported in `failures`
 * @returns a cell for every procedure, C_k and C_j, errors in nats per token and of ln loss, and a summary by reach.
 * Errors: "bad-record" (with `rows`), "too-few-budgets", "some-budgets", "bad-option"
 *
 * @example
 * const series = backtestSeries(runs, [
 *   { name: "2", freeParameters: 3, fit: (records) => fitIsoflop(records, { resamples: 200 }) },
 *   { name: "3", freeParameters: 5, fit: (records) => fitParametric(records, { resamples: 200 }) },
 * ]);
 * if (!isIsoflopError(series)) chooseByBacktest(series).chosen;
 */
export function backtestSeries(
  runs: readonly RunInput[],
  procedures: readonly ProcedureInput[],
): Outcome<BacktestSeries> {
  return attempt(() => {
    const records = named(runs);
    checkRecords(records, 1, "A backtest");
    const given: readonly ProcedureInput[] = Array.isArray(procedures) ? procedures : [];
    const stray = given.find((one) => typeof one?.name !== "string" || !Number.isFinite(one.freeParameters));
    if (given !== procedures || stray !== undefined) {
      throw new IsoflopError({
        code: "bad-option",
        message: `The procedures must be an array of named ones, not ${show(given === procedures ? stray : procedures)}.`,
        hint: 'Write [{ name: "3", freeParameters: 5, fit: (runs) => fitParametric(runs) }].',
      });
    }
    const internal = given.map(({ name, freeParameters, fit }): BacktestProcedure => {
      checkFitter(fit);
      return {
        name,
        freeParameters,
        fit: (smaller) => {
          const made = orThrow(fit(smaller));
          return "expect" in made ? made : forecasterOf(made);
        },
      };
    });
    return seriesOf(records, internal);
  });
}

function checkFitter(fitter: unknown): void {
  if (typeof fitter === "function") return;
  throw new IsoflopError({
    code: "bad-option",
    message: `The fitter must be a function, not ${show(fitter)}.`,
    hint: "Write (runs) => fitParametric(runs).",
  });
}

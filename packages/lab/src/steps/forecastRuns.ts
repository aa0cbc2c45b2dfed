import {
  type BacktestChoice,
  type BacktestSeries,
  type CountingConvention,
  chooseByBacktest,
  type FitWarning,
  type ForecastingFit,
  forecast,
  forecastLoss,
  type Interval,
  IsoflopError,
  isIsoflopError,
  type OptimumIntervals,
  orThrow,
  type ProfileForecast,
  profileForecast,
  type RunRecord,
} from "@isoflop/laws";
import type { FitChoices } from "@isoflop/laws/procedures";
import { backtestAll, type ForecastProcedure, fitProcedures, PROCEDURES } from "@isoflop/laws/procedures";
import { requireComputeSpan } from "./computeSpan.js";

/** What one procedure, fitted to all the runs, expects of the budget. */
export interface ProcedureForecast {
  readonly procedure: string;
  readonly label: string;
  readonly approach: string;
  readonly law: string;
  /** N_opt and D_opt; absent for Kaplan's L(C). */
  readonly parameters?: number;
  readonly tokens?: number;
  /** Nats per token; for Approach 1 a training loss. */
  readonly loss?: number;
  readonly intervals95?: Partial<OptimumIntervals>;
  /** For the loss of one new run at the optimum. */
  readonly predictionInterval95?: Interval;
  /** Approach 3's intervals by profile likelihood, where they were asked for. */
  readonly profile95?: ProfileForecast;
  /** Of the fit and of the forecast. */
  readonly warnings: readonly FitWarning[];
}

export type AskedApproach = "auto" | "1" | "2" | "3" | "kaplan";

/** The answer of `isoflop forecast`. */
export interface RunsForecast {
  readonly flops: number;
  /** Largest C among the runs, and the budget over it. */
  readonly largestFitted: number;
  readonly extrapolation: number;
  readonly chosen: {
    readonly procedure: string;
    readonly by: "option" | "backtest" | "default";
    readonly reason: string;
  };
  /** The chosen procedure's. */
  readonly forecast: ProcedureForecast;
  /** Every procedure that could be fitted, in the order of PROCEDURES. */
  readonly procedures: readonly ProcedureForecast[];
  readonly skipped: readonly { readonly procedure: string; readonly code: string; readonly reason: string }[];
  readonly backtest:
    | (BacktestSeries & { readonly choice: BacktestChoice })
    | { readonly error: { readonly code: string; readonly message: string } };
}

/**
 * Fits every procedure, backtests each from the smaller budgets, and forecasts by the one asked for or, for "auto", by
 * the one that the backtest speaks for. Errors: those of the fits, where none can be made or the one asked for cannot;
 * bad-budget; forecast-one-budget.
 */
export function forecastRuns(
  records: readonly RunRecord[],
  convention: CountingConvention,
  flops: number,
  approach: AskedApproach,
  choices: FitChoices,
  profile = false,
): RunsForecast {
  if (records.length > 0) requireComputeSpan(records, flops);
  const fits = fitProcedures(PROCEDURES, records, convention, choices);
  const able = fits.filter((one) => "fit" in one);
  const asked = fits.find(({ procedure }) => procedure.name === (approach === "auto" ? "3" : approach));
  if (asked !== undefined && "error" in asked && (approach !== "auto" || able.length === 0)) throw asked.error;
  const procedures = able.map(({ procedure, fit }) => ({
    ...expect(procedure, fit, flops),
    ...(profile && fit.law === "chinchilla" && { profile95: orThrow(profileForecast(fit, records, flops)) }),
  }));
  const backtest = tested(records, convention, choices);
  const chosen =
    approach === "auto"
      ? choose(backtest, procedures)
      : { procedure: approach, by: "option" as const, reason: `--approach ${approach}` };
  const largestFitted = records.reduce((most, record) => Math.max(most, record.flops), 0);
  return {
    flops,
    largestFitted,
    extrapolation: flops / largestFitted,
    chosen,
    forecast: procedures.find(({ procedure }) => procedure === chosen.procedure) as ProcedureForecast,
    procedures,
    skipped: fits.flatMap((one) =>
      "error" in one ? [{ procedure: one.procedure.name, code: one.error.code, reason: one.error.message }] : [],
    ),
    backtest,
  };
}

function tested(
  records: readonly RunRecord[],
  convention: CountingConvention,
  choices: FitChoices,
): RunsForecast["backtest"] {
  try {
    const series = backtestAll(records, convention, choices);
    return { ...series, choice: chooseByBacktest(series) };
  } catch (error) {
    if (!isIsoflopError(error)) throw error;
    return { error: { code: error.code, message: error.message } };
  }
}

/** Without a backtest: the law that answers most questions first. */
const DEFAULT_ORDER = ["3", "2", "kaplan", "1"];

function choose(backtest: RunsForecast["backtest"], procedures: readonly ProcedureForecast[]): RunsForecast["chosen"] {
  const fitted = (name: string) => procedures.some(({ procedure }) => procedure === name);
  const ranked = "choice" in backtest ? backtest.choice.ranking : [];
  const best = ranked.find(({ procedure }) => fitted(procedure));
  if (best !== undefined) return { procedure: best.procedure, by: "backtest", reason: best.reason };
  const procedure = DEFAULT_ORDER.find(fitted);
  if (procedure === undefined) {
    throw new IsoflopError({
      code: "forecast-without-fit",
      message: "No procedure that says what to train could be fitted to these runs.",
      hint: "See `isoflop fit` for the reasons; more sizes or budgets usually mend it.",
    });
  }
  const why = "error" in backtest ? backtest.error.message : "No procedure could be backtested.";
  return { procedure, by: "default", reason: `untested: ${why}` };
}

function expect(procedure: ForecastProcedure, fit: ForecastingFit, flops: number): ProcedureForecast {
  const { name, label } = procedure;
  const common = { procedure: name, label, approach: fit.approach, law: fit.law };
  if (fit.law === "kaplan-compute") {
    const { loss, interval95, predictionInterval95, warnings } = orThrow(forecastLoss(fit, flops));
    return {
      ...common,
      loss,
      ...(interval95 === undefined ? {} : { intervals95: { loss: interval95 } }),
      ...(predictionInterval95 === undefined ? {} : { predictionInterval95 }),
      warnings: [...fit.warnings, ...warnings],
    };
  }
  const { optimum, intervals95, predictionInterval95, warnings } = orThrow(forecast(fit, flops));
  const { parameters, tokens, loss } = optimum;
  return {
    ...common,
    parameters,
    tokens,
    ...(loss === undefined ? {} : { loss }),
    ...(intervals95 === undefined ? {} : { intervals95 }),
    ...(predictionInterval95 === undefined ? {} : { predictionInterval95 }),
    warnings: [...fit.warnings, ...warnings],
  };
}

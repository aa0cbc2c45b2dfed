import type { KaplanComputeFit } from "../fit/kaplan.js";
import type { Interval } from "../fit/result.js";
import { forecast, forecastLoss, predictLoss } from "./forecast.js";
import { type AllocationFit, lossBy } from "./laws.js";

/** Any fit that expects something of a budget it has not seen. */
export type ForecastingFit = AllocationFit | KaplanComputeFit;

/** What a fit expects at one budget; each field where its law says so. */
export interface Expectation {
  /** N_opt. */
  readonly parameters?: number;
  /** D_opt. */
  readonly tokens?: number;
  /** Loss at the optimum, nats per token. */
  readonly loss: number;
  /** For the loss of one new run at the optimum. */
  readonly predictionInterval95?: Interval;
}

/** A fit as a backtest sees it: what it expects of budgets, and of runs. A law of any other kind may join by this. */
export interface Forecaster {
  readonly approach: string;
  readonly law: string;
  /** Why its loss is not to be compared with measured ones; absent where it is. */
  readonly incomparable?: "training-loss" | "two-minima";
  /** What it expects at C FLOPs. */
  expect(flops: number): Expectation;
  /** Of runs of any N and D; only for fits of L(N, D). */
  readonly runs?: {
    /** Nats per token. */
    loss(parameters: number, tokens: number): number;
    /** For the loss of one new run; undefined where the fit has too few draws. */
    predictionInterval95(parameters: number, tokens: number): Interval | undefined;
  };
}

/** The forecaster that a fit is. */
export function forecasterOf(fit: ForecastingFit): Forecaster {
  const { approach, law } = fit;
  if (fit.law === "kaplan-compute") return { approach, law, expect: (flops) => forecastLoss(fit, flops) };
  const incomparable = fit.law === "envelope-power-law" ? "training-loss" : isTwoMinima(fit) ? "two-minima" : undefined;
  return {
    approach,
    law,
    ...(incomparable && { incomparable }),
    expect: (flops) => {
      const { optimum, predictionInterval95 } = forecast(fit, flops);
      const { parameters, tokens, loss } = optimum;
      return { parameters, tokens, loss: loss ?? Number.NaN, ...(predictionInterval95 && { predictionInterval95 }) };
    },
    ...((fit.law === "chinchilla" || fit.law === "kaplan-model-data") && {
      runs: {
        loss: (parameters: number, tokens: number) => lossBy(fit, fit.parameters, parameters, tokens),
        predictionInterval95: (parameters: number, tokens: number) =>
          predictLoss(fit, parameters, tokens).predictionInterval95,
      },
    }),
  };
}

/** Two minima cannot show an irreducible loss: the fit itself says that its loss is no forecast. */
function isTwoMinima(fit: AllocationFit): boolean {
  return fit.law === "isoflop-power-law" && fit.diagnostics.lossForm === "power-law";
}

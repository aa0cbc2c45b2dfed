import { minimumStatus } from "@isoflop/figures";
import { formatFlops, type Interval, type IsoflopProfile, type Optimum, type OptimumIntervals } from "@isoflop/laws";
import type { ApproachFit } from "@isoflop/laws/procedures";
import { type Backtests, meanErrors } from "@isoflop/laws/procedures";
import type { BudgetRow, Estimate, FitRow, ForecastReport, ProcedureRow, RunRow } from "../../report/model.js";
import { countedLoss } from "../../runs/countedLoss.js";
import type { RunState } from "../../runs/status.js";
import { countedSize } from "../../study/countedSize.js";
import type { Study } from "../../study/schema.js";
import type { Fits } from "../fits.js";
import type { ForecastingLaw, StudyForecast } from "../forecast.js";
import { otherForecaster, type Verification } from "../verify.js";

export const NAMES: Readonly<Record<ApproachFit["law"] | "loss-frontier", string>> = {
  "loss-frontier": "Ladder: loss along its ray",
  "envelope-power-law": "Approach 1: envelope of the training curves",
  "isoflop-power-law": "Approach 2: isoFLOP profiles",
  chinchilla: "Approach 3: parametric",
  "kaplan-compute": "Kaplan: loss against compute",
  "kaplan-model-data": "Kaplan: loss against size and data",
  "data-constrained": "Data-constrained: what repeating is worth",
};
const NOTES: Readonly<Partial<Record<ApproachFit["law"], string>>> = {
  "kaplan-compute": "No irreducible loss: expect it to bend away from the runs at larger compute.",
  "kaplan-model-data": "No irreducible loss.",
};

export function fitRows({ fits, skipped, parts }: Fits): FitRow[] {
  return [
    ...fits.map((fit): FitRow => {
      const note = NOTES[fit.law];
      const known = (name: string, value: number) => estimate(value, fit.intervals95[name]);
      // a and b are parameters of the power laws and have columns of their own.
      const parameters = Object.entries(fit.parameters).filter(([name]) => name !== "a" && name !== "b");
      return {
        name: NAMES[fit.law],
        parameters: Object.fromEntries(parameters.map(([name, value]) => [name, known(name, value)])),
        ...("exponents" in fit && fit.exponents !== undefined
          ? { exponents: { a: known("a", fit.exponents.a), b: known("b", fit.exponents.b) } }
          : {}),
        ...(note === undefined ? {} : { note }),
      };
    }),
    ...(parts?.fits ?? []).map(
      ({ about, fit }): FitRow => ({
        name: about,
        parameters: Object.fromEntries(
          Object.entries(fit.parameters).map(([name, value]) => [name, estimate(value, fit.intervals95[name])]),
        ),
        note: `${fit.residuals.length} rows.`,
      }),
    ),
    ...skipped.map(
      ({ approach, error }): FitRow => ({ name: `Approach ${approach}`, parameters: {}, note: error.message }),
    ),
    ...(parts?.skipped ?? []).map(({ about, error }): FitRow => ({ name: about, parameters: {}, note: error.message })),
  ];
}

export function budgetRows(profiles: readonly IsoflopProfile[]): BudgetRow[] {
  return profiles.map(({ vertex, points, budget, ...profile }): BudgetRow => {
    const at = vertex?.parameters;
    return {
      budget,
      runs: points.length,
      smaller: at === undefined ? 0 : points.filter((point) => point.parameters < at).length,
      larger: at === undefined ? 0 : points.filter((point) => point.parameters > at).length,
      status: minimumStatus({ ...profile, budget, points }),
      ...(vertex === undefined ? {} : { parameters: vertex.parameters, tokens: vertex.tokens, loss: vertex.loss }),
    };
  });
}

export function runRows(states: readonly RunState[], counting: Study["counting"]): RunRow[] {
  return states.map(({ spec, status, result, last }): RunRow => {
    const trainLoss = result?.["train/loss"] ?? last?.["train/loss"];
    const counted = countedLoss(spec, result);
    const validationLoss = counted?.loss ?? last?.["val/loss"];
    // Of what is not trained to its end, and of a run that diverged, those that were planned.
    const tokens = (result?.status === "done" ? counted?.tokens : undefined) ?? spec.tokens;
    const wallSeconds = result?.wallSeconds ?? last?.time;
    return {
      id: spec.id,
      name: spec.name,
      role: spec.role,
      parameters: countedSize(spec, counting),
      tokens,
      flops: tokens * spec.flopsPerToken[counting.flops],
      ...(spec.budget === undefined ? {} : { budget: spec.budget }),
      steps: spec.steps,
      batch: spec.batch.tokens,
      learningRate: spec.optimizer.learningRate,
      ...(trainLoss === undefined ? {} : { trainLoss }),
      ...(validationLoss === undefined ? {} : { validationLoss }),
      ...(wallSeconds === undefined ? {} : { wallSeconds }),
      status: status === "pending" ? "planned" : status,
      ...(result?.reason === undefined ? {} : { reason: result.reason }),
    };
  });
}

/** The first held-out budget, forecast beside measurement. */
export function forecastReport(
  forecast: StudyForecast | undefined,
  verification: Verification | undefined,
  runNoise: number | undefined,
): ForecastReport | undefined {
  const [stated] = forecast?.budgets ?? [];
  if (forecast === undefined || stated === undefined) return undefined;
  const verified = verification?.budgets.find(({ budget }) => budget === stated.budget);
  return {
    budget: stated.budget,
    largestTrainedBudget: forecast.largestTrainedBudget,
    fit: forecast.approach === "ladder" ? "the ladder" : `Approach ${forecast.approach}`,
    ...(forecast.chosenBy === "backtest" ? { reason: backtestReason(forecast) } : {}),
    procedures: procedureRows(forecast.backtests, [
      { approach: forecast.approach, law: stated.law, optimum: stated.optimum, intervals95: stated.intervals95 },
      ...stated.others,
    ]),
    statedAt: forecast.statedAt,
    rows: stated.runs.map((run) => {
      const measured = verified?.runs.find(({ id }) => id === run.id)?.measured;
      const other = otherForecaster(run, forecast.approach);
      return {
        role: run.role === "holdout-optimum" ? "optimum" : "larger",
        label:
          run.role === "holdout-larger"
            ? "larger model"
            : forecast.approach === "ladder"
              ? "further along the ladder"
              : "forecast optimum",
        parameters: run.parameters,
        tokens: run.tokens,
        predicted: run.predicted,
        ...(run.predictionInterval95 === undefined ? {} : { interval95: run.predictionInterval95 }),
        ...(measured === undefined ? {} : { measured }),
        ...(other === undefined ? {} : { forecaster: other }),
      };
    }),
    ...(runNoise === undefined ? {} : { runNoise }),
  };
}

/** Why the forecast is by this approach, in one clause. */
export function backtestReason({ approach, backtests }: Pick<StudyForecast, "approach" | "backtests">): string {
  const { series, choice, tested } = backtests;
  if (series !== undefined && choice !== undefined && choice.ranking.length > 0) {
    const errors = meanErrors(series, choice).map(
      ({ procedure, error }) => `Approach ${procedure} was off by ${(100 * error).toFixed(2)} % of the loss on average`,
    );
    const asked = `${choice.cells} ${choice.cells === 1 ? "forecast" : "forecasts"} of trained budgets from smaller ones`;
    return `in ${asked}, ${errors.join(" and ")}: Approach ${approach} is taken (${choice.ranking[0]?.reason ?? ""})`;
  }
  // Forecasts stated by earlier versions have the largest budget's backtest alone.
  const errors = tested
    .filter((one) => one.approach !== "1")
    .map((one) => `Approach ${one.approach} was off by ${signed(one.lossError)}`);
  const [first] = tested;
  if (first === undefined) return "no procedure could be backtested, so Approach 3 is taken";
  return `shown only the smaller budgets and asked for ${formatFlops(first.heldOutBudget)} FLOPs, ${errors.join(" and ")} nats per token: Approach ${approach} is taken`;
}

const signed = (value: number) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(4)}`;

/** What one procedure expects of a budget. */
export interface ExpectedOptimum {
  readonly approach: string;
  readonly law: ForecastingLaw;
  readonly optimum: Optimum;
  readonly intervals95?: Partial<OptimumIntervals> | undefined;
}

/** @param expected the chosen procedure's first */
export function procedureRows(
  { tested, untested }: Pick<Backtests, "tested" | "untested">,
  expected: readonly ExpectedOptimum[],
): ProcedureRow[] {
  return expected
    .map(({ approach, law, optimum, intervals95 }, i): ProcedureRow => {
      const backtest = tested.find((one) => one.approach === approach);
      const note =
        approach === "1" ? "Its loss is a training loss." : untested.find((one) => one.approach === approach)?.reason;
      return {
        name: NAMES[law],
        chosen: i === 0,
        parameters: estimate(optimum.parameters, intervals95?.parameters),
        tokens: estimate(optimum.tokens, intervals95?.tokens),
        ...(optimum.loss === undefined ? {} : { loss: estimate(optimum.loss, intervals95?.loss) }),
        ...(backtest === undefined ? {} : { backtest }),
        ...(note === undefined ? {} : { note }),
      };
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}

export function estimate(value: number, interval95: Interval | undefined): Estimate {
  return { value, ...(interval95 === undefined ? {} : { interval95 }) };
}

/** Standard deviation of final losses between runs that differ in seed alone, pooled; undefined without such runs. */
export function seedNoise(states: readonly RunState[]): number | undefined {
  const groups = new Map<string, number[]>();
  for (const { spec, result } of states) {
    const loss = countedLoss(spec, result)?.loss;
    if (loss === undefined || spec.role !== "fit") continue;
    const key = JSON.stringify([spec.shape, spec.steps, spec.batch.tokens]);
    groups.set(key, [...(groups.get(key) ?? []), loss]);
  }
  let squares = 0;
  let freedom = 0;
  for (const losses of groups.values()) {
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    squares += losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0);
    freedom += losses.length - 1;
  }
  return freedom === 0 ? undefined : Math.sqrt(squares / freedom);
}

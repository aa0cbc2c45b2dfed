import { type BacktestSeries, formatCount, formatFlops, type Interval } from "@isoflop/laws";
import { meanErrors, PROCEDURES } from "@isoflop/laws/procedures";
import type { ProcedureForecast, RunsForecast } from "../steps/forecastRuns.js";
import { textTable } from "./textTable.js";

const loss = (value: number) => value.toFixed(4);
const percent = (share: number) => `${Number((100 * share).toPrecision(2))} %`;
const times = (factor: number) => `${Number(factor.toPrecision(2))} times`;
const between = (interval: Interval | undefined, show: (value: number) => string) =>
  interval === undefined ? "" : ` [${show(interval[0])}, ${show(interval[1])}]`;
const estimate = (
  value: number | undefined,
  interval: Interval | undefined,
  show: (value: number) => string,
): string => (value === undefined ? "-" : show(value) + between(interval, show));

/** The forecast, all procedures beside it, and how far off each was where it can be told. */
export function forecastText(made: RunsForecast): string {
  const { flops, largestFitted, extrapolation, chosen, forecast } = made;
  const where =
    extrapolation > 1
      ? `${times(extrapolation)} the largest compute fitted (${formatFlops(largestFitted)})`
      : `within the compute fitted (up to ${formatFlops(largestFitted)})`;
  const lines = [
    `Forecast for ${formatFlops(flops)} FLOPs, ${where}, by ${forecast.label}`,
    `  ${chosenText(made)}`,
    `  parameters    ${estimate(forecast.parameters, forecast.intervals95?.parameters, formatCount)}`,
    `  tokens        ${estimate(forecast.tokens, forecast.intervals95?.tokens, formatCount)}`,
    `  loss          ${estimate(forecast.loss, forecast.intervals95?.loss, loss)} nats per token`,
    `  of one run    ${oneRun(forecast)}`,
    "",
    textTable(
      ["All procedures, 95 % intervals", "N_opt", "D_opt", "Loss", "One run"],
      made.procedures.map((one) => [
        one.procedure === chosen.procedure ? `* ${one.label}` : `  ${one.label}`,
        estimate(one.parameters, one.intervals95?.parameters, formatCount),
        estimate(one.tokens, one.intervals95?.tokens, formatCount),
        one.approach === "1" ? "(training loss)" : estimate(one.loss, one.intervals95?.loss, loss),
        one.approach === "1" ? "" : between(one.predictionInterval95, loss).trim() || "-",
      ]),
    ),
    ...profileText(made),
    ...backtestText(made),
    ...forecast.warnings.map(({ code, message }) => `warning (${code}): ${message}`),
  ];
  return `${lines.join("\n").trimEnd()}\n`;
}

function oneRun({ approach, predictionInterval95 }: ProcedureForecast): string {
  if (predictionInterval95 === undefined) return "no interval (see the warnings, or --bootstrap)";
  const note = approach === "1" ? " (a training loss)" : "";
  return `${between(predictionInterval95, loss).trim()}: 95 % prediction interval${note}`;
}

/** Intervals by profile likelihood; an open end has no number. */
function profileText({ procedures }: RunsForecast): string[] {
  const lines = procedures.flatMap(({ label, profile95 }) => {
    if (profile95 === undefined) return [];
    const range = (name: "parameters" | "tokens" | "loss", show: (value: number) => string) => {
      const { interval, open } = profile95[name];
      return `[${open.includes("low") ? "open" : show(interval[0])}, ${open.includes("high") ? "open" : show(interval[1])}]`;
    };
    return [
      `  ${label}: N_opt ${range("parameters", formatCount)}, D_opt ${range("tokens", formatCount)}, loss ${range("loss", loss)}`,
    ];
  });
  return lines.length === 0 ? [] : ["By profile likelihood, 95 %:", ...lines, ""];
}

function chosenText({ chosen, backtest }: RunsForecast): string {
  if (chosen.by === "option") return `chosen by ${chosen.reason}`;
  if (chosen.by === "default" || !("choice" in backtest)) return `chosen ${chosen.reason}`;
  const { cells, fits } = backtest.choice;
  const asked = backtest.structure === "isoflop" ? "forecasts of larger budgets" : "groups of runs of more compute";
  return `chosen by backtest (${chosen.reason}; ${cells} ${asked} from ${fits} ${fits === 1 ? "fit" : "fits"} to less)`;
}

function backtestText({ backtest, extrapolation }: RunsForecast): string[] {
  if ("error" in backtest) return [`No backtest: ${backtest.error.message}`];
  const classes = [...new Set(backtest.summaries.flatMap((one) => one.byExtrapolation.map((c) => c.beyond)))].sort(
    (a, b) => a - b,
  );
  const named = (beyond: number) => {
    const upTo = backtest.summaries.flatMap((s) => s.byExtrapolation).find((c) => c.beyond === beyond)?.upTo;
    return upTo === undefined ? `>${beyond}x` : beyond === 1 ? `to ${upTo}x` : `${beyond}-${upTo}x`;
  };
  const { choice } = backtest;
  const common = new Map(meanErrors(backtest, choice).map(({ procedure, error }) => [procedure, error]));
  const rows = backtest.summaries.filter((one) => one.cells > 0 || one.parameters !== undefined);
  const what =
    backtest.structure === "isoflop"
      ? "error at the least loss of budgets that the fit had not seen"
      : "error over single runs of more compute than the fit had seen";
  const reach = Math.max(0, ...backtest.cells.map((cell) => cell.extrapolation));
  const beyond =
    extrapolation > 1.02 * reach
      ? [`Nothing here was tested so far out as you ask: the farthest test reached ${times(reach)} its data.`]
      : [];
  return [
    `Backtest: mean ${what}, by reach (compute forecast over largest fitted)`,
    textTable(
      ["Loss error", ...classes.map(named), "Worst", "Inside 95 %", "N_opt off by", "Forecasts", "In common"],
      rows.map((one) => [
        labelOf(one.procedure),
        ...classes.map((beyond) => {
          const found = one.byExtrapolation.find((c) => c.beyond === beyond);
          return found === undefined ? "-" : percent(found.meanAbsoluteLogError);
        }),
        one.cells === 0 ? "-" : percent(Math.max(...one.byExtrapolation.map((c) => c.largestAbsoluteLogError))),
        one.held.of === 0 ? "-" : `${one.held.inside}/${one.held.of}`,
        one.parameters === undefined ? "-" : `x${Math.exp(one.parameters.rootMeanSquareLogRatio).toFixed(2)}`,
        String(one.cells),
        common.has(one.procedure) ? percent(common.get(one.procedure) ?? 0) : "-",
      ]),
    ).trimEnd(),
    ...(choice.ranking.length > 1
      ? [`In common: over the ${choice.cells} forecasts that all of these were asked for; the choice is by them.`]
      : []),
    ...beyond,
    ...untestedText(backtest),
    "",
  ];
}

const labelOf = (name: string) => PROCEDURES.find((one) => one.name === name)?.label ?? name;

/** Procedures without a single forecast to judge, each with its last reason. */
function untestedText({ summaries, failures }: BacktestSeries): string[] {
  return summaries
    .filter(({ cells }) => cells === 0)
    .flatMap(({ procedure }) => {
      const reason = failures.findLast((one) => one.procedure === procedure)?.reason;
      return reason === undefined ? [] : [`  not tested: ${labelOf(procedure)}: ${reason}`];
    });
}

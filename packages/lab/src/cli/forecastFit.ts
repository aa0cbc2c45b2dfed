import {
  flopsToPfDays,
  forecast,
  forecastDataConstrained,
  forecastLawFit,
  formatCount,
  formatFlops,
  type Interval,
  type LawFitForecast,
  orThrow,
} from "@isoflop/laws";
import { type CommandIo, writeJsonOutput } from "./io.js";
import { type KeptFit, readFit } from "./law.js";

/** `isoflop forecast fit.json`: by a fit that was kept. There are no runs to backtest it on. */
export async function forecastFit(io: CommandIo, path: string, flops: number, json: boolean): Promise<void> {
  const fit = await readFit(path, "isoflop forecast");
  const made = forecastOf(fit, flops);
  const warnings = [...fit.warnings, ...made.warnings];
  const { approach, law } = fit;
  if (json) {
    const compute = { flops, pfDays: flopsToPfDays(flops) };
    writeJsonOutput(io, { fit: path, compute, forecast: { approach, law, ...made, warnings } });
    return;
  }
  const estimate = (value: number | undefined, interval: Interval | undefined, show: (v: number) => string) =>
    value === undefined
      ? "-"
      : `${show(value)}${interval === undefined ? "" : ` [${interval.map((end) => show(end)).join(", ")}]`}`;
  const loss = (value: number) => value.toFixed(4);
  const { optimum, intervals95, predictionInterval95 } = made;
  const lines = [
    `Forecast for ${formatFlops(flops)} FLOPs by ${path} (law ${law}); not backtested: give the runs for that`,
    `  parameters    ${estimate(optimum.parameters, intervals95?.parameters, formatCount)}`,
    `  tokens        ${estimate(optimum.tokens, intervals95?.tokens, formatCount)}`,
    `  loss          ${estimate(optimum.loss, intervals95?.loss, loss)} nats per token`,
    `  of one run    ${predictionInterval95 === undefined ? "no interval" : `[${predictionInterval95.map((end) => loss(end)).join(", ")}]: 95 % prediction interval`}`,
    ...(intervals95 === undefined
      ? ["note: no intervals: the fit comes without its draws (`isoflop fit … --json --draws` keeps them)"]
      : []),
    ...warnings.map(({ code, message }) => `warning (${code}): ${message}`),
  ];
  io.stdout(`${lines.join("\n")}\n`);
}

function forecastOf(fit: KeptFit, flops: number): LawFitForecast {
  if (fit.approach === "law") return orThrow(forecastLawFit(fit, flops));
  if (fit.law === "data-constrained") return orThrow(forecastDataConstrained(fit, flops));
  return orThrow(forecast(fit, flops));
}

import { dirname } from "node:path";
import { formatCount, formatFlops, type Interval } from "@isoflop/laws";
import { withoutDraws } from "../steps/fits.js";
import type { StudyForecast } from "../steps/forecast.js";
import { backtestReason } from "../steps/reporting/tables.js";
import type { StudyOptions, StudyOutcome } from "../steps/study.js";
import { approachName, otherForecaster, verificationText } from "../steps/verify.js";
import { shellPath } from "../study/shellPath.js";
import { fitsTable } from "./fitsTable.js";
import { type CommandIo, log, trainingIo, writeJsonOutput } from "./io.js";
import { outcomeJson } from "./outcome.js";
import { partsJson, partsText } from "./partsText.js";

/**
 * Goes the whole way through a study, telling each result as soon as it is there. Errors: those of the study, and at the
 * very end runs-diverged.
 */
export async function tellStudy(
  io: CommandIo,
  json: boolean,
  command: string,
  start: (options: StudyOptions) => Promise<StudyOutcome>,
): Promise<void> {
  const say = json ? () => {} : io.stdout;
  const { ladder, holdout, fits, forecast, verification, report, diverged } = await start({
    ...trainingIo(io),
    log: (line) => log(io, line),
    command,
    onFits: ({ fits, skipped, parts }) => {
      if (fits.length > 0) say(`\n${fitsTable(fits)}\n`);
      say(partsText(parts));
      for (const { about, error } of parts?.skipped ?? []) log(io, `${about} is left out: ${error.message}`);
      for (const { approach, error } of skipped) log(io, `approach ${approach} is left out: ${error.message}`);
    },
    onForecast: (stated) => say(`${forecastText(stated)}\n`),
  });
  if (verification !== undefined) say(`\n${verificationText(verification).join("\n")}\n`);
  say(`\nreport: ${report}\nin the browser, with laws and planner: isoflop serve ${shellPath(dirname(report))}\n`);
  if (json) {
    writeJsonOutput(io, {
      ladder: outcomeJson(ladder, ladder.done.length + ladder.diverged.length + ladder.failed.length),
      ...(holdout === undefined
        ? {}
        : { holdout: outcomeJson(holdout, holdout.done.length + holdout.diverged.length) }),
      fits: [...fits.fits.map(withoutDraws), ...partsJson(fits.parts, false)],
      forecast,
      verification,
      report,
    });
  }
  if (diverged !== undefined) throw diverged;
}

const counts = (interval: Interval | undefined): string =>
  interval === undefined ? "" : ` [${interval.map((value) => formatCount(value)).join(", ")}]`;

function forecastText(forecast: StudyForecast): string {
  return forecast.budgets
    .map(({ budget, optimum, intervals95, runs, warnings = [] }) => {
      const lines = runs.map((run) => {
        const other = otherForecaster(run, forecast.approach);
        const interval = run.predictionInterval95?.map((loss) => loss.toFixed(4)).join(", ");
        return `  ${run.role}: N ${formatCount(run.parameters)}, D ${formatCount(run.tokens)}, loss ${run.predicted.toFixed(4)}${interval === undefined ? "" : ` [${interval}]`}${other === undefined ? "" : `, by ${other}`}`;
      });
      const reason = forecast.chosenBy === "backtest" ? `\n  why: ${backtestReason(forecast)}` : "";
      const what = forecast.approach === "ladder" ? "N " : "N_opt ";
      const head = `Forecast for ${formatFlops(budget)} FLOPs by ${approachName(forecast)} (stated ${forecast.statedAt}): ${what}${formatCount(optimum.parameters)}${counts(intervals95?.parameters)}, ${forecast.approach === "ladder" ? "D " : "D_opt "}${formatCount(optimum.tokens)}${counts(intervals95?.tokens)}${reason}`;
      const told = warnings.map(({ code, message, law }) => `  warning (${law}, ${code}): ${message}`);
      return [head, ...lines, ...told].join("\n");
    })
    .join("\n");
}

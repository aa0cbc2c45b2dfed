import { formatCount, formatFlops, type Interval } from "@isoflop/laws";
import { Command } from "commander";
import { quickstart } from "../quickstart/quickstart.js";
import { withoutDraws } from "../steps/fits.js";
import type { StudyForecast } from "../steps/forecast.js";
import { backtestReason } from "../steps/reporting/tables.js";
import { verificationText } from "../steps/verify.js";
import { fitsTable } from "./fitsTable.js";
import { type CommandIo, log, writeJsonOutput } from "./io.js";
import { outcomeJson } from "./run.js";

/** `isoflop quickstart`: the whole way on a real text. */
export function quickstartVerb(io: CommandIo): Command {
  return new Command("quickstart")
    .summary("the whole way on a real text, in minutes")
    .description(
      "Trains a ladder of small Transformers on the State of the Union addresses, fits the scaling laws, forecasts a larger budget, trains it, and says whether the forecast held. Stopped at any moment, it goes on from there; finished, it trains nothing again.",
    )
    .option("--out <folder>", "the study's folder; a study.yaml that is there is used", "studies/sotu")
    .option("--json", "write JSON to standard output")
    .addHelpText("after", "\nExample:\n  $ isoflop quickstart --out studies/sotu")
    .action(async (flags: { readonly out: string; readonly json?: true }) => {
      const say = flags.json ? () => {} : io.stdout;
      const outcome = await quickstart({
        out: flags.out,
        signal: io.signal,
        stderr: io.stderr,
        log: (line) => log(io, line),
        command: `isoflop quickstart --out ${flags.out}`,
        onFits: ({ fits, skipped }) => {
          say(`\n${fitsTable(fits)}\n`);
          for (const { approach, error } of skipped) log(io, `approach ${approach} is left out: ${error.message}`);
        },
        onForecast: (forecast) => say(`${forecastText(forecast)}\n`),
      });
      const { ladder, holdout, fits, forecast, verification, report } = outcome;
      if (verification !== undefined) say(`\n${verificationText(verification).join("\n")}\n`);
      say(`\nreport: ${report}\n`);
      if (!flags.json) return;
      writeJsonOutput(io, {
        ladder: outcomeJson(ladder, ladder.done.length + ladder.diverged.length + ladder.failed.length),
        ...(holdout === undefined
          ? {}
          : { holdout: outcomeJson(holdout, holdout.done.length + holdout.diverged.length) }),
        fits: fits.fits.map(withoutDraws),
        forecast,
        verification,
        report,
      });
    });
}

const counts = (interval: Interval | undefined): string =>
  interval === undefined ? "" : ` [${interval.map((value) => formatCount(value)).join(", ")}]`;

function forecastText(forecast: StudyForecast): string {
  return forecast.budgets
    .map(({ budget, optimum, intervals95, runs }) => {
      const lines = runs.map((run) => {
        const interval = run.predictionInterval95?.map((loss) => loss.toFixed(4)).join(", ");
        return `  ${run.role}: N ${formatCount(run.parameters)}, D ${formatCount(run.tokens)}, loss ${run.predicted.toFixed(4)}${interval === undefined ? "" : ` [${interval}]`}`;
      });
      const reason = forecast.chosenBy === "backtest" ? `\n  why: ${backtestReason(forecast)}` : "";
      const head = `Forecast for ${formatFlops(budget)} FLOPs by Approach ${forecast.approach} (stated ${forecast.statedAt}): N_opt ${formatCount(optimum.parameters)}${counts(intervals95?.parameters)}, D_opt ${formatCount(optimum.tokens)}${counts(intervals95?.tokens)}${reason}`;
      return [head, ...lines].join("\n");
    })
    .join("\n");
}

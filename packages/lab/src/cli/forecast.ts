import { backtestErrors, drawnBacktest, figureSvg } from "@isoflop/figures";
import { flopsToPfDays, IsoflopError } from "@isoflop/laws";
import { DEFAULT_FITS, freshRecords } from "@isoflop/laws/procedures";
import { Command, Option } from "commander";
import { writeWhole } from "../runs/folder.js";
import { type AskedApproach, forecastRuns, type RunsForecast } from "../steps/forecastRuns.js";
import { budgetOf, type ComputeFlags, withComputeFlags } from "./computeFlags.js";
import { forecastFit } from "./forecastFit.js";
import { forecastText } from "./forecastText.js";
import { type CommandIo, log, writeJsonOutput } from "./io.js";
import { holdsFits } from "./law.js";
import { type ObservationFlags, observationsOf, withObservationFlags } from "./observationFlags.js";
import { observationsText } from "./observationsText.js";

interface ForecastFlags extends ComputeFlags, ObservationFlags {
  readonly approach: AskedApproach;
  readonly figure?: string;
  readonly profile?: true;
  readonly json?: true;
}

/** `isoflop forecast`: what to expect of a larger budget, and how far off such forecasts were. */
export function forecastVerb(io: CommandIo): Command {
  const verb = new Command("forecast")
    .summary("what to expect of a budget beyond the runs, and how far off such forecasts were")
    .description(
      "Fits every procedure, forecasts the best model for a budget with intervals, and tests each procedure on the runs' own larger budgets, forecast from the smaller ones. The forecast is by the procedure that those tests speak for.",
    )
    .argument(
      "<source...>",
      "a study folder, files of runs, or globs in quotes; or one fit that `isoflop fit --json --draws` wrote",
    )
    .addOption(
      new Option("--approach <name>", "which procedure to forecast by")
        .choices(["auto", "1", "2", "3", "kaplan"])
        .default("auto"),
    );
  return withObservationFlags(withComputeFlags(verb))
    .option("--profile", "Approach 3: intervals by profile likelihood too")
    .option("--figure <file>", "write the backtest's figure to this SVG file")
    .option("--json", "write JSON to standard output")
    .addHelpText(
      "after",
      "\nExample:\n  $ isoflop forecast runs.csv --flops 1e21 --figure backtest.svg\n  $ isoflop fit runs.csv --law over-training --json --draws > fit.json; isoflop forecast fit.json --flops 1e21",
    )
    .action(async (sources: string[], flags: ForecastFlags, command: Command) => {
      const flops = budgetOf(flags);
      const [source = "", ...others] = sources;
      if (others.length === 0 && (await holdsFits(source))) {
        refuseOfRuns(command);
        return forecastFit(io, source, flops, flags.json === true);
      }
      const observations = await observationsOf(sources, flags);
      const { dropped, convention, derived } = observations;
      const records = freshRecords(observations.records, observations.study?.choices.freshOnly);
      const choices = { ...DEFAULT_FITS, ...observations.study?.choices, resamples: flags.bootstrap, seed: flags.seed };
      const made = forecastRuns(records, convention, flops, flags.approach, choices, flags.profile);
      if (flags.figure !== undefined) await writeFigure(flags.figure, made);
      if (flags.json) {
        const { warnings } = observations;
        const counted = {
          count: records.length,
          dropped,
          convention,
          ...(derived === undefined ? {} : { derived }),
          warnings,
        };
        const { flops: budget, ...rest } = made;
        writeJsonOutput(io, {
          observations: counted,
          compute: { flops: budget, pfDays: flopsToPfDays(budget) },
          ...rest,
        });
      } else io.stdout(`${observationsText(observations)}\n\n${forecastText(made)}`);
      for (const { procedure, reason } of made.skipped) log(io, `procedure ${procedure} is left out: ${reason}`);
      if (flags.figure !== undefined) log(io, `figure: ${flags.figure}`);
    });
}

/** Options that speak of runs have no meaning for a fit that is made. Errors: flags-conflict. */
function refuseOfRuns(command: Command): void {
  const stray = ["approach", "figure", "profile", "columns", "where", "checkpoints", "bootstrap", "seed"].find(
    (name) => command.getOptionValueSource(name) === "cli",
  );
  if (stray === undefined) return;
  throw new IsoflopError({
    code: "flags-conflict",
    message: `--${stray} is for runs; the source is a fit, with its draws as they are.`,
    hint: "Leave it out, or give the runs: isoflop forecast runs.csv --flops 1e21.",
  });
}

/** Errors: no-backtest, and those of writing. */
async function writeFigure(path: string, { backtest, chosen, extrapolation }: RunsForecast): Promise<void> {
  if ("error" in backtest) {
    throw new IsoflopError({
      code: "no-backtest",
      message: `--figure ${path}: there is no backtest to draw. ${backtest.error.message}`,
      hint: "Leave --figure out, or add runs at more budgets.",
    });
  }
  await writeWhole(path, figureSvg(backtestErrors, drawnBacktest(backtest, chosen.procedure, extrapolation)));
}

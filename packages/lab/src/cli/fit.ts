import type { ApproachFit } from "@isoflop/laws/procedures";
import { Command } from "commander";
import type { Observations } from "../read/observations.js";
import { withoutDraws } from "../steps/fits.js";
import { fitParts, type PartFits } from "../steps/partLaws.js";
import { namedApproach } from "./fitChoices.js";
import { checkTogether, type FitFlags, withFitFlags } from "./fitFlags.js";
import { fitLawFiles } from "./fitLaw.js";
import { fitRuns } from "./fitRuns.js";
import { fitsTable } from "./fitsTable.js";
import { type CommandIo, log, writeJsonOutput } from "./io.js";
import { minimaOf, minimaTable } from "./minimaTable.js";
import { observationsText } from "./observationsText.js";
import { partsJson, partsText } from "./partsText.js";

/** `isoflop fit`: scaling laws through the user's own runs, or a study's. */
export function fitVerb(io: CommandIo): Command {
  const verb = new Command("fit")
    .summary("fit scaling laws to a study or to files of runs")
    .description(
      "Fits scaling laws to a study's runs, or to CSV, TSV, JSON, JSONL or Parquet files with any two of N, D, C, and the loss.",
    )
    .argument("<source...>", "a study folder, files, or globs in quotes");
  return withFitFlags(verb)
    .addHelpText(
      "after",
      `
Example:
  $ isoflop fit runs.csv --approach 3 --where "dropped = 0" --bootstrap 4000 --json
  $ isoflop fit history.csv --columns run=Name                      # training curves
  $ isoflop fit runs.csv --approach 2 --curve akima --bootstrap-over noise --noise 3:0.002,7:0.05
  $ isoflop fit curve.csv --law m2 --columns x=examples,y=error     # any law of \`isoflop laws\``,
    )
    .action(async (sources: string[], flags: FitFlags, command: Command) => {
      const chosen = (name: string) => command.getOptionValueSource(name) === "cli";
      checkTogether(flags, chosen);
      if (flags.law !== undefined) {
        const { law, loss, ...others } = flags;
        return fitLawFiles(io, sources, { ...others, law, ...(chosen("loss") ? { loss } : {}) });
      }
      const { observations, fits: made } = await fitRuns(sources, flags, namedApproach(flags));
      const { fits, skipped } = made;
      const parts =
        flags.approach === "all" && observations.study !== undefined && observations.study.parts.length > 0
          ? fitParts(observations.study.parts, { resamples: flags.bootstrap, seed: flags.seed })
          : undefined;
      // One asked-for approach that cannot be fitted is an error; among all of them it is a notice.
      // What Approach 3 lacks, which asks for least, says most of the runs.
      const first = skipped.find(({ approach }) => approach === "3") ?? skipped[0];
      if (fits.length + (parts?.fits.length ?? 0) === 0 && first !== undefined) {
        // The rows that were dropped may be why.
        if (observations.dropped.length > 0) log(io, observationsText(observations));
        throw first.error;
      }
      if (flags.json) writeJsonOutput(io, fitJson(observations, fits, flags.draws, parts));
      else io.stdout(`${fitText(observations, fits)}${partsText(parts)}`);
      for (const { about, error } of parts?.skipped ?? []) log(io, `${about} is left out: ${error.message}`);
      for (const { approach, error } of skipped) log(io, `approach ${approach} is left out: ${error.message}`);
    });
}

/** The contract of `isoflop fit --json`; with draws, each fit whole, as a study keeps it. */
export function fitJson(observations: Observations, fits: readonly ApproachFit[], draws = false, parts?: PartFits) {
  return {
    observations: {
      count: observations.records.length,
      dropped: observations.dropped,
      convention: observations.convention,
      ...(observations.derived === undefined ? {} : { derived: observations.derived }),
      columns: observations.columns,
      notices: observations.notices,
      warnings: observations.warnings,
    },
    fits: [
      ...(draws
        ? fits
        : fits.map((fit) => ({
            ...withoutDraws(fit),
            ...(fit.law === "isoflop-power-law" ? { minima: minimaOf(fit) } : {}),
          }))),
      ...partsJson(parts, draws),
    ],
  };
}

function fitText(observations: Observations, fits: readonly ApproachFit[]): string {
  return `${observationsText(observations)}\n\n${fits.length === 0 ? "" : `${fitsTable(fits)}${minimaTable(fits)}`}`;
}

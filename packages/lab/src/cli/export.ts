import { IsoflopError } from "@isoflop/laws/error";
import { Command, Option } from "commander";
import { FIGURE_FORMATS, type FigureFormat, TABLE_FORMATS, type TableFormat } from "../export/exporter.js";
import { EXPORTERS } from "../export/exporters.js";
import { checkRequest, type Exported, type ExportRequest, exportTo } from "../export/exportTo.js";
import { exportInputOf } from "./exportInput.js";
import { checkTogether, type FitChoiceFlags, withFitChoiceFlags } from "./fitFlags.js";
import { type CommandIo, log, writeJsonOutput } from "./io.js";

interface ExportFlags extends FitChoiceFlags {
  readonly to: string;
  readonly what?: string;
  readonly format: string;
  readonly figures: string;
  readonly theme: "light" | "dark";
  readonly json?: true;
}

/** `isoflop export`: runs, fits and figures in the formats of other tools. */
export function exportVerb(io: CommandIo): Command {
  const verb = new Command("export")
    .summary("write runs, fits and figures for other tools")
    .description(
      "Writes what a study, an imported folder or files of runs hold into a folder: tables, figures, a LaTeX table, a section for a model card, and what experiment trackers read. All of it, or nothing.",
    )
    .argument("<source...>", "a study folder, an imported folder, files, or globs in quotes")
    .requiredOption("--to <folder>", "where to; of one that an export has made the files are replaced")
    .option("--what <kinds>", `which of these (default: ${listed(true)}): ${listed()}`)
    .option("--format <formats>", `of tables: ${TABLE_FORMATS.join(", ")}`, "csv")
    .option("--figures <formats>", `of figures: ${FIGURE_FORMATS.join(", ")}`, "svg")
    .addOption(new Option("--theme <name>", "of PNG, PDF and Vega-Lite").choices(["light", "dark"]).default("light"))
    .option("--json", "write JSON to standard output");
  for (const { options } of EXPORTERS) for (const option of options?.() ?? []) verb.addOption(option);
  return withFitChoiceFlags(verb)
    .addHelpText(
      "after",
      `
Example:
  $ isoflop export studies/sotu --to exported --figures pdf,png
  $ isoflop export imported --to tables --what records,curves --format parquet,csv`,
    )
    .action(async (sources: string[], flags: ExportFlags, command: Command) => {
      const chosen = (name: string) => command.getOptionValueSource(name) === "cli";
      checkTogether(flags, chosen);
      const request: ExportRequest = {
        to: flags.to,
        ...(flags.what === undefined ? {} : { what: words(flags.what) }),
        formats: several<TableFormat>("--format", flags.format, TABLE_FORMATS),
        figures: several<FigureFormat>("--figures", flags.figures, FIGURE_FORMATS),
        theme: flags.theme,
        flags: { ...flags },
        log: (line) => log(io, line),
      };
      await checkRequest(request);
      const input = await exportInputOf(sources, flags, chosen);
      const exported = await exportTo(input, request);
      if (flags.json) writeJsonOutput(io, exported);
      else io.stdout(exportText(exported));
      for (const { about, reason } of input.skipped) log(io, `${about} is left out: ${reason}`);
    });
}

const words = (text: string): string[] => text.split(",").map((word) => word.trim());

/** A list of which each is one of the known. Errors: export-format. */
function several<Known extends string>(flag: string, text: string, known: readonly Known[]): Known[] {
  return [...new Set(words(text))].map((word) => {
    const found = known.find((name) => name === word);
    if (found !== undefined) return found;
    throw new IsoflopError({
      code: "export-format",
      message: `${flag} knows no ${JSON.stringify(word)}.`,
      hint: `Write one or several of ${known.join(", ")}, with commas between.`,
    });
  });
}

function listed(onlyDefault = false): string {
  return EXPORTERS.filter(({ byDefault }) => byDefault || !onlyDefault)
    .map(({ what }) => what)
    .join(", ");
}

function exportText({ folder, written, absent }: Exported): string {
  const lines = written.map(({ path, count }) => `  ${path}${count === undefined ? "" : ` (${count})`}`);
  const without = absent.map(({ what, reason }) => `no ${what}: ${reason}`);
  return `${[folder, ...lines, ...without].join("\n")}\n`;
}

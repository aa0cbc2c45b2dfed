import { stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { IsoflopError } from "@isoflop/laws";
import { Command } from "commander";
import { checklistMarkdown } from "../checklist/markdown.js";
import { importedFolders } from "../read/imported.js";
import { type ReportPlace, refuseOthers, reportIn, writeReportTo } from "../steps/report.js";
import { reportOfRuns } from "../steps/reporting/runsReport.js";
import { reportOfStudy } from "../steps/reporting/studyReport.js";
import { isStudy, openStudy } from "../study/folder.js";
import { shellWord } from "../study/shellPath.js";
import { type ApproachFlags, withApproachFlags } from "./fitFlags.js";
import { fitRuns } from "./fitRuns.js";
import { type CommandIo, writeJsonOutput } from "./io.js";

interface ReportFlags extends ApproachFlags {
  readonly to?: string;
  readonly checklist?: true;
  readonly json?: true;
}

/** `isoflop report`: the report of a study, of imported runs or of a table's, written anew from its files. */
export function reportVerb(io: CommandIo): Command {
  const verb = new Command("report")
    .summary("write a report of a study, of imported runs, or of files of runs")
    .description(
      "Fits what there is and writes report.html, one file that opens offline, into a study's or an imported folder; of other files of runs to where --to says. Works on a half-trained study too.",
    )
    .argument("[source...]", "a study folder, an imported folder, files of runs, or globs in quotes", ["."])
    .option("--to <file>", "where to write the page; needed for files of runs")
    .option(
      "--checklist",
      "print the (Mis)Fitting checklist as Markdown (JSON with --json), and write nothing unless --to says where",
    )
    .option("--json", "write JSON to standard output");
  return withApproachFlags(verb)
    .addHelpText(
      "after",
      `
Examples:
  $ isoflop report studies/sotu
  $ isoflop report imported --where "state = 'finished'"
  $ isoflop report runs.csv --columns N=params --to runs.html
  $ isoflop report imported --checklist > checklist.md`,
    )
    .action(async (sources: string[], flags: ReportFlags, command: Command) => {
      const line = `isoflop ${(command.parent?.args ?? []).map(shellWord).join(" ")}`;
      const place = flags.checklist && flags.to === undefined ? undefined : await placeOf(sources, flags.to);
      // Before the work: a fit of thousands of runs takes a while.
      if (place !== undefined) await refuseOthers(place.page);
      const model = await modelOf(sources, flags, command, line);
      const report = place === undefined ? undefined : await writeReportTo(place, model);
      const { checklist, title } = model;
      if (flags.checklist && checklist !== undefined) {
        if (flags.json) writeJsonOutput(io, { title, ...checklist, ...(report === undefined ? {} : { report }) });
        else io.stdout(checklistMarkdown(title, checklist));
      } else if (flags.json) writeJsonOutput(io, { report });
      else io.stdout(`${report}\n`);
    });
}

async function modelOf(sources: readonly string[], flags: ReportFlags, command: Command, line: string) {
  const [source = "."] = sources;
  if (sources.length === 1 && (await isStudy(source))) {
    refuseOfFits(command);
    return reportOfStudy(await openStudy(source), line, flags.checklist !== true);
  }
  const { observations, fits, choices } = await fitRuns(sources, flags);
  return reportOfRuns(observations, fits, choices, { sources, command: line });
}

/** A study's fits are kept in it, and made by what study.yaml says. Errors: flags-conflict. */
function refuseOfFits(command: Command): void {
  const stray = command.options.find(
    (option) =>
      !["to", "json", "checklist"].includes(option.attributeName()) &&
      command.getOptionValueSource(option.attributeName()) === "cli",
  );
  if (stray === undefined) return;
  throw new IsoflopError({
    code: "flags-conflict",
    message: `${stray.long} is for files of runs; a study is reported by the fits that it keeps.`,
    hint: "Leave it out.",
  });
}

/** Where the report goes. Errors: report-to, study-missing. */
async function placeOf(sources: readonly string[], to: string | undefined): Promise<ReportPlace> {
  if (to !== undefined) return { page: resolve(to) };
  const [source = "."] = sources;
  if (sources.length === 1) {
    if (await isStudy(source)) return reportIn((await openStudy(source)).folder);
    if ((await importedFolders([source])).length > 0) return reportIn(resolve(source));
    // A folder that holds neither, or nothing: a study was meant.
    const entry = await stat(source).catch(() => undefined);
    if (entry === undefined ? !/[*?[]/.test(source) : entry.isDirectory()) await openStudy(source);
  }
  throw new IsoflopError({
    code: "report-to",
    message: "Reports of files are not written beside them unasked.",
    hint: `Say where: --to ${shellWord(join(dirname(source), "report.html"))}`,
  });
}

import { Command } from "commander";
import { writeReport } from "../steps/report.js";
import { openStudy } from "../study/folder.js";
import { shellPath } from "../study/shellPath.js";
import { type CommandIo, writeJsonOutput } from "./io.js";

/** `isoflop report`: the study's report, written anew from its files. */
export function reportVerb(io: CommandIo): Command {
  return new Command("report")
    .summary("write a study's report.html")
    .description(
      "Fits what is trained and writes report.html, one file that opens offline. Works on a half-trained study too.",
    )
    .argument("[study]", "the study's folder", ".")
    .option("--json", "write JSON to standard output")
    .addHelpText("after", "\nExample:\n  $ isoflop report studies/sotu")
    .action(async (path: string, flags: { readonly json?: true }) => {
      const report = await writeReport(await openStudy(path), `isoflop report ${shellPath(path)}`);
      if (flags.json) writeJsonOutput(io, { report });
      else io.stdout(`${report}\n`);
    });
}

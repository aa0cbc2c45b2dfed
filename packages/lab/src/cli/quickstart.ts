import { Command } from "commander";
import { quickstart } from "../quickstart/quickstart.js";
import { shellPath } from "../study/shellPath.js";
import type { CommandIo } from "./io.js";
import { tellStudy } from "./tellStudy.js";

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
    .action((flags: { readonly out: string; readonly json?: true }) =>
      tellStudy(io, flags.json === true, `isoflop quickstart --out ${shellPath(flags.out)}`, (options) =>
        quickstart({ ...options, out: flags.out }),
      ),
    );
}

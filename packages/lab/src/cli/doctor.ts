import { Command } from "commander";
import { examineMachine } from "../doctor/examination.js";
import { examinationText } from "../doctor/examinationText.js";
import { type CommandIo, log, writeJsonOutput } from "./io.js";

/** `isoflop doctor`: what this machine can train with. */
export function doctorVerb(io: CommandIo): Command {
  return new Command("doctor")
    .summary("what this machine can train with, and what is missing")
    .description(
      "Shows the versions at work, the devices that ONNX Runtime can use with the matmul FLOP/s that each attains, memory and disk, whether the PyTorch trainer can run, and how to get what is missing.",
    )
    .option("--json", "write JSON to standard output")
    .addHelpText("after", "\nExample:\n  $ isoflop doctor --json")
    .action(async (flags: { readonly json?: true }) => {
      log(io, "measuring, some seconds");
      const found = await examineMachine();
      if (flags.json) writeJsonOutput(io, found);
      else io.stdout(examinationText(found));
    });
}

import { IsoflopError } from "@isoflop/laws";
import { Command, InvalidArgumentError } from "commander";
import { checkConformance } from "../doctor/conformance/conformance.js";
import { checkLine, conformanceText } from "../doctor/conformance/conformanceText.js";
import { examineMachine } from "../doctor/examination.js";
import { examinationText } from "../doctor/examinationText.js";
import { type CommandIo, log, writeJsonOutput } from "./io.js";

interface DoctorFlags {
  readonly json?: true;
  readonly trainer?: true;
  readonly patience: number;
}

/** `isoflop doctor`: what this machine can train with; `--trainer`: whether a program keeps to the run contract. */
export function doctorVerb(io: CommandIo): Command {
  return new Command("doctor")
    .summary("what this machine can train with, and what is missing; whether a trainer keeps to the contract")
    .description(
      "Shows the versions at work, the devices that ONNX Runtime can use with the matmul FLOP/s that each attains, memory and disk, whether the PyTorch trainer can run, and how to get what is missing. With --trainer it trains tiny runs by the command that follows and says which promises of the run contract that command does not keep.",
    )
    .argument(
      "[command...]",
      'with --trainer, after --: the trainer\'s command, as in study.yaml ("{run}" stands for the run folder)',
    )
    .option("--trainer", "check a trainer's command against the run contract")
    .option("--patience <seconds>", "with --trainer: how long one tiny run may take", parseSeconds, 120)
    .option("--json", "write JSON to standard output")
    .addHelpText(
      "after",
      '\nExamples:\n  $ isoflop doctor --json\n  $ isoflop doctor --trainer -- python -m isoflop_trainer "{run}"',
    )
    .action(async (command: string[], flags: DoctorFlags) => {
      if (flags.trainer) return await checkTrainer(io, command, flags);
      if (command.length > 0) throw usage(`doctor takes no argument (${command[0]})`);
      log(io, "measuring, some seconds");
      const found = await examineMachine();
      if (flags.json) writeJsonOutput(io, found);
      else io.stdout(examinationText(found));
    });
}

async function checkTrainer(io: CommandIo, command: readonly string[], { json, patience }: DoctorFlags): Promise<void> {
  if (command.length === 0) throw usage("--trainer needs the trainer's command");
  const say = json ? (line: string) => log(io, line) : (line: string) => io.stdout(`${line}\n`);
  const found = await checkConformance(command, {
    patienceSeconds: patience,
    signal: io.signal,
    onCheck: (check) => say(checkLine(check)),
  });
  if (json) writeJsonOutput(io, found);
  else io.stdout(`\n${conformanceText(found)}`);
  if (found.conforms) return;
  const broken = found.checks.filter(({ essential, kept }) => essential && kept !== true);
  throw new IsoflopError({
    code: "trainer-nonconforming",
    message: `${command[0]} does not keep to the run contract: ${broken.map(({ id }) => id).join(", ")}.`,
    hint: "docs/contract.md says what each promise means; trainers/pytorch and trainers/adapters are trainers to start from.",
    exitCode: 1,
  });
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (Number.isFinite(seconds) && seconds > 0) return seconds;
  throw new InvalidArgumentError("Write a number of seconds.");
}

function usage(message: string): IsoflopError {
  return new IsoflopError({
    code: "usage",
    message,
    hint: 'isoflop doctor --trainer -- python -m isoflop_trainer "{run}"',
  });
}

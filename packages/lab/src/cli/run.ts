import { IsoflopError, isIsoflopError } from "@isoflop/laws";
import { Command, InvalidArgumentError, Option } from "commander";
import type { ExecutionOutcome } from "../executors/execution.js";
import { SUBMITTED } from "../executors/slurm/ended.js";
import { lockStudy } from "../executors/studyLock.js";
import { type Design, prepareDesign } from "../steps/design.js";
import { requireDevice } from "../steps/device.js";
import { divergence, requireRuns } from "../steps/ended.js";
import { expectDesign } from "../steps/expect.js";
import { trainLadder } from "../steps/ladder.js";
import { settleDesign } from "../steps/settle.js";
import { runStudy } from "../steps/study.js";
import { openStudy, type StudyFolder } from "../study/folder.js";
import { parseQuantity } from "../study/quantity.js";
import { shellPath } from "../study/shellPath.js";
import { expectationText } from "./expectationText.js";
import { type CommandIo, log, trainingIo, writeJsonOutput } from "./io.js";
import { outcomeJson } from "./outcome.js";
import { tellStudy } from "./tellStudy.js";

interface RunFlags {
  readonly json?: true;
  readonly dryRun?: true;
  readonly verify?: true;
  readonly submit?: true;
  /** FLOP/s. */
  readonly speed?: number;
  /** Of an hour. */
  readonly price?: number;
}

function numberOption(flags: string, description: string, example: string): Option {
  return new Option(flags, description).argParser((text) => {
    const value = parseQuantity(text);
    if (value !== undefined && value > 0) return value;
    throw new InvalidArgumentError(`Write a number such as ${example}.`);
  });
}

/** `isoflop run`: trains what a study's fits need and is not trained yet. */
export function runVerb(io: CommandIo): Command {
  return new Command("run")
    .summary("train the runs of a study")
    .description(
      "Trains every run of a study that is not trained yet. Stopped at any moment, it goes on from there when started again.",
    )
    .argument("[study]", "the study's folder", ".")
    .option("--verify", "then fit, write down the forecast, train the held-out runs, compare, and report")
    .option("--submit", "on a cluster: submit the runs and return; the same command without it watches and collects")
    .option("--dry-run", "list the runs with what each will take, train nothing")
    .addOption(numberOption("--speed <flop/s>", "with --dry-run: FLOP/s of one run, measured unless given", "4e10"))
    .addOption(numberOption("--price <per hour>", "with --dry-run: of one accelerator or core, for an hour", "2.5"))
    .option("--json", "write JSON to standard output")
    .addHelpText("after", "\nExample:\n  $ isoflop run studies/sotu --verify")
    .action(async (path: string, flags: RunFlags) => {
      const study = await openStudy(path);
      if (flags.submit) requireCluster(study);
      try {
        await runOrTell(io, path, study, flags);
      } catch (error) {
        if (!isIsoflopError(error) || error.code !== SUBMITTED) throw error;
        if (flags.json) writeJsonOutput(io, { submitted: true, message: error.message });
        else io.stdout(`${error.message}\n${error.hint}\n`);
      }
    });
}

function requireCluster({ file, study }: StudyFolder): void {
  if (study.executor.kind !== "local") return;
  throw new IsoflopError({
    code: "submit-local",
    message: `${file} has its runs trained on this machine: there is nothing to submit them to.`,
    hint: "Leave --submit out, or set executor: { kind: slurm, … }.",
  });
}

async function runOrTell(io: CommandIo, path: string, study: StudyFolder, flags: RunFlags): Promise<void> {
  const detach = flags.submit === true;
  if (flags.verify && !flags.dryRun) {
    const command = `isoflop run ${shellPath(path)} --verify`;
    await tellStudy(io, flags.json === true, command, (options) => runStudy(study, { ...options, detach }));
    return;
  }
  if (!flags.dryRun) await requireDevice(study);
  const design = await prepareDesign(study, { log: (line) => log(io, line) });
  for (const warning of design.warnings) log(io, `warning (${warning.code}): ${warning.message}`);
  if (flags.dryRun) {
    await tellExpectation(io, design, flags);
    return;
  }
  const options = { ...trainingIo(io), detach, log: (line: string) => log(io, line) };
  const release = await lockStudy(study.folder);
  let outcome: ExecutionOutcome;
  try {
    outcome = (await trainLadder(study.study.name, await settleDesign(design, options), options)).outcome;
  } finally {
    await release();
  }
  const runs = outcome.done.length + outcome.diverged.length + outcome.failed.length;
  if (flags.json) writeJsonOutput(io, outcomeJson(outcome, runs));
  else io.stdout(outcomeText(outcome, path));
  requireRuns(outcome);
  const diverged = await divergence(study, outcome);
  if (diverged !== undefined) throw diverged;
}

function outcomeText(outcome: ExecutionOutcome, path: string): string {
  const lines = [`${outcome.done.length} runs done (${outcome.trained} trained now)`];
  if (outcome.diverged.length > 0)
    lines.push(`${outcome.diverged.length} diverged: ${outcome.diverged.map((run) => run.name).join(", ")}`);
  const cancelled = outcome.held?.filter(({ hold }) => hold === "cancelled") ?? [];
  if (cancelled.length > 0)
    lines.push(`${cancelled.length} cancelled: ${cancelled.map(({ spec }) => spec.name).join(", ")}`);
  for (const { spec, reason } of outcome.failed) lines.push(`failed: ${spec.name}: ${reason}`);
  if (outcome.done.length > 0) lines.push(`next: isoflop fit ${shellPath(path)}`);
  return `${lines.join("\n")}\n`;
}

async function tellExpectation(io: CommandIo, design: Design, { json, speed, price }: RunFlags): Promise<void> {
  const expectation = await expectDesign(design, {
    signal: io.signal,
    log: (line) => log(io, line),
    ...(speed === undefined ? {} : { flopsPerSecond: speed }),
    ...(price === undefined ? {} : { price }),
  });
  if (!json) {
    io.stdout(expectationText(expectation, design));
    return;
  }
  const { runs: expected, ...totals } = expectation;
  writeJsonOutput(io, {
    runs: design.runs,
    expected,
    ...totals,
    ...(design.awaited === undefined ? {} : { awaited: design.awaited, awaitedPlaced: design.awaitedPlaced ?? true }),
    warnings: design.warnings,
  });
}

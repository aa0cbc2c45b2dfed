import { isIsoflopError } from "@isoflop/laws";
import { readFailure, writeFailure } from "@isoflop/trainer";
import { Command, CommanderError } from "commander";
import { packageVersion } from "../study/versions.js";
import { doctorVerb } from "./doctor.js";
import { fitVerb } from "./fit.js";
import { forecastVerb } from "./forecast.js";
import { initVerb } from "./init.js";
import type { CommandIo } from "./io.js";
import { lawsVerb } from "./laws.js";
import { nextVerb } from "./next.js";
import { planVerb } from "./plan.js";
import { quickstartVerb } from "./quickstart.js";
import { reportVerb } from "./report.js";
import { runVerb } from "./run.js";
import { statusVerb } from "./status.js";
import { tasksVerb } from "./tasks.js";

const VERBS = [
  quickstartVerb,
  initVerb,
  runVerb,
  statusVerb,
  fitVerb,
  lawsVerb,
  planVerb,
  forecastVerb,
  nextVerb,
  reportVerb,
  tasksVerb,
  doctorVerb,
];

/** Runs one command line. Exit code 0: done; 1: the work failed or was stopped; 2: bad input, nothing was done. */
export async function runCommand(args: readonly string[], io: CommandIo): Promise<number> {
  const program = new Command("isoflop")
    .description("A scaling-law laboratory for language models: train a ladder, fit the laws, forecast, verify.")
    .version(packageVersion())
    .showSuggestionAfterError()
    .option("--debug", "show stack traces");
  for (const verb of VERBS) program.addCommand(verb(io));
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
      writeOut: io.stdout,
      writeErr: (text) => void io.stderr.write(text),
    });
  }
  // --debug is taken wherever it stands, also after the verb.
  const debug = args.includes("--debug");
  try {
    await program.parseAsync(
      args.filter((arg) => arg !== "--debug"),
      { from: "user" },
    );
    return 0;
  } catch (error) {
    return explain(error, io, debug);
  }
}

function explain(error: unknown, io: CommandIo, debug: boolean): number {
  // Commander has said what is wrong, or has shown its help.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const shown = systemFailure(error);
  if (isIsoflopError(shown)) {
    io.stderr.write(`error: ${shown.message}\n${shown.hint === undefined ? "" : `  hint: ${shown.hint}\n`}`);
    if (debug) io.stderr.write(`${stackOf(shown)}\n`);
    return shown.exitCode;
  }
  const message = error instanceof Error ? error.message : String(error);
  io.stderr.write(`error: ${message}\n`);
  io.stderr.write(
    debug ? `${stackOf(error)}\n` : "  hint: this is a fault of isoflop itself; --debug shows where it happened.\n",
  );
  return 1;
}

/** An error of the file system that no step has explained: said with its path. Opening may have been to read. */
function systemFailure(error: unknown): unknown {
  if (!(error instanceof Error && "path" in error && typeof error.path === "string")) {
    return writeFailure(error, "a file");
  }
  const reads = "syscall" in error && /^(open|read|scandir|stat|lstat)$/.test(String(error.syscall));
  return reads && !/ENOSPC|EDQUOT|EROFS/.test(error.message)
    ? readFailure(error, error.path)
    : writeFailure(error, error.path);
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? "" : `\ncaused by ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}

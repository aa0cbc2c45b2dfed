import { isIsoflopError } from "@isoflop/laws/error";
import { readFailure, writeFailure } from "@isoflop/trainer/contract";
import { Command, CommanderError } from "commander";
import { packageVersion } from "../study/versions.js";
import type { ControlVerbName } from "./control.js";
import type { CommandIo } from "./io.js";
import { StoppedRun } from "./stoppedRun.js";

type Verb = (io: CommandIo) => Command;

const held = async (name: ControlVerbName): Promise<Verb> => (await import("./control.js")).controlVerb(name);

/** Every verb, in the order of the help. Each is loaded when it is wanted: what all need together takes half a second to load. */
const VERBS: Readonly<Record<string, () => Promise<Verb>>> = {
  quickstart: async () => (await import("./quickstart.js")).quickstartVerb,
  init: async () => (await import("./init.js")).initVerb,
  run: async () => (await import("./run.js")).runVerb,
  status: async () => (await import("./status.js")).statusVerb,
  pause: () => held("pause"),
  resume: () => held("resume"),
  cancel: () => held("cancel"),
  import: async () => (await import("./import.js")).importVerb,
  fit: async () => (await import("./fit.js")).fitVerb,
  laws: async () => (await import("./laws.js")).lawsVerb,
  plan: async () => (await import("./plan.js")).planVerb,
  forecast: async () => (await import("./forecast.js")).forecastVerb,
  next: async () => (await import("./next.js")).nextVerb,
  report: async () => (await import("./report.js")).reportVerb,
  serve: async () => (await import("./serve.js")).serveVerb,
  export: async () => (await import("./export.js")).exportVerb,
  tasks: async () => (await import("./tasks.js")).tasksVerb,
  adapt: async () => (await import("./adapt.js")).adaptVerb,
  doctor: async () => (await import("./doctor.js")).doctorVerb,
};

/** The verb that the command line names, or all of them where it names none (help, or a word that is no verb). */
function verbsFor(args: readonly string[]): Promise<Verb[]> {
  const named = args.find((arg) => !arg.startsWith("-"));
  const only = named !== undefined && Object.hasOwn(VERBS, named) ? VERBS[named] : undefined;
  return Promise.all((only === undefined ? Object.values(VERBS) : [only]).map((load) => load()));
}

/**
 * Runs one command line. Exit code 0: done; 1: the work failed or was stopped; 2: bad input, nothing was done; 143: one run
 * was stopped in order (`adapt`).
 */
export async function runCommand(args: readonly string[], io: CommandIo): Promise<number> {
  const program = new Command("isoflop")
    .description("A scaling-law laboratory for language models: train a ladder, fit the laws, forecast, verify.")
    .version(packageVersion())
    .showSuggestionAfterError()
    .option("--debug", "show stack traces");
  for (const verb of await verbsFor(args)) program.addCommand(verb(io));
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({
      writeOut: io.stdout,
      writeErr: (text) => void io.stderr.write(text),
    });
  }
  // --debug is taken wherever it stands, also after the verb; but what follows -- is another program's.
  const own = args.includes("--") ? args.slice(0, args.indexOf("--")) : args;
  const debug = own.includes("--debug");
  try {
    await program.parseAsync([...own.filter((arg) => arg !== "--debug"), ...args.slice(own.length)], { from: "user" });
    return 0;
  } catch (error) {
    return explain(error, io, debug);
  }
}

function explain(error: unknown, io: CommandIo, debug: boolean): number {
  // Commander has said what is wrong, or has shown its help.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof StoppedRun) {
    io.stderr.write(`${error.message}\n`);
    return 143;
  }
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

// The run contract's command: `node command.js <run folder>`.
// Exit 0: the run has a result (done or diverged); 143: stopped by a signal, resumable; 2: bad input; 1: anything else.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { IsoflopError, isIsoflopError } from "@isoflop/laws/error";
import { parseRunSpec } from "./contract/parseRunSpec.js";
import type { RunSpec } from "./contract/runSpec.js";
import { train } from "./training/train.js";

function readSpec(path: string): RunSpec {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new IsoflopError({
      code: "run-unreadable",
      message: `cannot read ${path}: ${(cause as Error).message}`,
      hint: "a run folder holds a run.json, as `isoflop run` writes it",
      cause,
    });
  }
  return parseRunSpec(path, parsed);
}

/** Shows what a user can act on; disk-full is named because it is the common one. */
function explain(error: unknown): { text: string; exitCode: number } {
  if (isIsoflopError(error))
    return { text: `${error.message}${error.hint ? `\n${error.hint}` : ""}`, exitCode: error.exitCode };
  const { code, path } = error as NodeJS.ErrnoException;
  if (code === "ENOSPC" || code === "EDQUOT")
    return {
      text: `no space left to write ${path ?? "the run folder"}\nfree some space and start again: training resumes`,
      exitCode: 1,
    };
  if (!(error instanceof Error)) return { text: String(error), exitCode: 1 };
  // A fault of the trainer's own: the message, and one line for whoever reports it.
  const place = error.stack?.split("\n").find((line) => /^\s+at /.test(line));
  return { text: `${error.message}${place === undefined ? "" : `\n(${place.trim()})`}`, exitCode: 1 };
}

async function main(folder: string | undefined): Promise<number> {
  if (!folder)
    throw new IsoflopError({ code: "usage", message: "no run folder given", hint: "usage: command.js <run folder>" });
  const spec = readSpec(join(folder, "run.json"));
  if (existsSync(join(folder, "result.json"))) return 0;
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => stop.abort());
  const ending = await train(folder, spec, stop.signal);
  return ending.kind === "ended" ? 0 : 143;
}

main(process.argv[2]).then(
  (code) => process.exit(code),
  (error) => {
    const { text, exitCode } = explain(error);
    process.stderr.write(`${text}\n`);
    process.exit(exitCode);
  },
);

import { type ChildProcess, spawn } from "node:child_process";
import { IsoflopError } from "@isoflop/laws";
import { lineSplitter } from "./lines.js";

export interface TrainerEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Trainer {
  readonly ended: Promise<TrainerEnd>;
  /** SIGTERM; and SIGKILL if it is still there after `patienceMs`, where that is given. */
  readonly stop: (patienceMs?: number) => void;
}

export interface StartOptions {
  readonly cwd?: string;
  readonly onLine: (line: string, from: "stdout" | "stderr") => void;
  /** All that it says, as it says it. */
  readonly onText: (text: string) => void;
}

/** Grandchildren may hold a trainer's output open after its end; what they say is waited for so long. */
const LAST_WORDS_MS = 5000;

/**
 * Starts a trainer without a shell, in this process's group: whoever stops or kills the group reaches it too, and none is
 * left behind. Errors: trainer-missing.
 */
export async function startTrainer(command: readonly string[], options: StartOptions): Promise<Trainer> {
  const [program = "", ...rest] = command;
  const child = spawn(program, rest, {
    stdio: ["ignore", "pipe", "pipe"],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    // A Python that writes to a pipe keeps what it prints back until a block is full.
    env: { PYTHONUNBUFFERED: "1", ...process.env },
  });
  const listen = (from: "stdout" | "stderr") => {
    const splitter = lineSplitter((line) => options.onLine(line, from));
    const stream = child[from];
    stream?.setEncoding("utf8");
    stream?.on("data", (text: string) => {
      options.onText(text);
      splitter.push(text);
    });
    return splitter;
  };
  const splitters = [listen("stdout"), listen("stderr")];
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (cause) => reject(cannotStart(program, options.cwd, cause)));
  });
  return {
    ended: endOf(child).finally(() => {
      for (const splitter of splitters) splitter.end();
    }),
    stop: (patienceMs) => {
      child.kill("SIGTERM");
      if (patienceMs !== undefined) setTimeout(() => child.kill("SIGKILL"), patienceMs).unref();
    },
  };
}

function endOf(child: ChildProcess): Promise<TrainerEnd> {
  return new Promise((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal }));
    child.once("exit", (code, signal) => {
      setTimeout(() => resolve({ code, signal }), LAST_WORDS_MS).unref();
    });
  });
}

function cannotStart(program: string, cwd: string | undefined, cause: Error): IsoflopError {
  return new IsoflopError({
    code: "trainer-missing",
    message: `cannot start ${program}${cwd === undefined ? "" : ` in ${cwd}`}: ${cause.message}`,
    hint: "The command after -- is started without a shell: give the program's path, or one that PATH has.",
    cause,
  });
}

import type { TrainOptions } from "../steps/train.js";

/** Where a command writes, and what stops it: handed in, so that tests can run a command in their own process. */
export interface CommandIo {
  readonly stdout: (text: string) => void;
  readonly stderr: NodeJS.WriteStream;
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP while trainers are at work. */
  readonly signal: AbortSignal;
  /** See stopSignals; without it the caller sees to signals. */
  readonly whileTraining?: <T>(work: () => Promise<T>) => Promise<T>;
}

/** JSON for machines, alone on standard output. Numbers that JSON has no word for become null. */
export function writeJsonOutput(io: CommandIo, value: unknown): void {
  io.stdout(`${JSON.stringify(value, undefined, 2)}\n`);
}

/** A line for people, on standard error: never between the JSON of --json. */
export function log(io: CommandIo, line: string): void {
  io.stderr.write(`${line}\n`);
}

/** What training takes of it. */
export function trainingIo({ signal, whileTraining, stderr }: CommandIo): TrainOptions {
  return { signal, stderr, ...(whileTraining === undefined ? {} : { whileTraining }) };
}

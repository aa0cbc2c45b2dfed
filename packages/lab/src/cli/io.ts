/** Where a command writes, and what stops it: handed in, so that tests can run a command in their own process. */
export interface CommandIo {
  readonly stdout: (text: string) => void;
  readonly stderr: NodeJS.WriteStream;
  /** Aborted by the first SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
}

/** JSON for machines, alone on standard output. Numbers that JSON has no word for become null. */
export function writeJsonOutput(io: CommandIo, value: unknown): void {
  io.stdout(`${JSON.stringify(value, undefined, 2)}\n`);
}

/** A line for people, on standard error: never between the JSON of --json. */
export function log(io: CommandIo, line: string): void {
  io.stderr.write(`${line}\n`);
}

#!/usr/bin/env node
import { runCommand } from "./program.js";

// `isoflop … | head` closes the pipe early: that is no error of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(name, () => {
    if (stop.signal.aborted) process.exit(1);
    stop.abort();
    process.stderr.write("\nstopping the trainers; the same command goes on from here (again to stop at once)\n");
  });
}

process.exitCode = await runCommand(process.argv.slice(2), {
  stdout: (text) => void process.stdout.write(text),
  stderr: process.stderr,
  signal: stop.signal,
});

#!/usr/bin/env node
import { runCommand } from "./program.js";
import { stopSignals } from "./stopSignals.js";

// `isoflop … | head` closes the pipe early: that is no error of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});
// A closed terminal or pipe ends the display, not the training: without this the lab would die and leave its trainers.
process.stderr.on("error", () => {});

const { signal, whileTraining } = stopSignals(() => process.exit(1));
process.exitCode = await runCommand(process.argv.slice(2), {
  stdout: (text) => void process.stdout.write(text),
  stderr: process.stderr,
  signal,
  whileTraining,
});

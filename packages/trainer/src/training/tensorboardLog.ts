import { join } from "node:path";
import type { MetricsLine, RunSpec } from "../contract/runSpec.js";
import { runSettings } from "../tracking/runSettings.js";
import { isCovered } from "../tracking/tensorboard/covered.js";
import { endEvent, hyperparametersEvent, scalarsEvent, startEvent } from "../tracking/tensorboard/event.js";
import { type EventFile, openEventFile } from "../tracking/tensorboard/eventFile.js";

/** Where a session of training begins: the lines of metrics.jsonl before it, and the seconds that they took. */
interface SessionStart {
  readonly lines: readonly MetricsLine[];
  readonly seconds: number;
}

/**
 * Writes what metrics.jsonl holds to runs/<id>/tensorboard/, a file for each session, behind a mark upon which TensorBoard forgets the
 * steps that are trained again. Where earlier files have not all that metrics.jsonl has, the new one tells it from the first step.
 * Training never depends on it: at the first thing that fails it says so on standard error, and to whoever ends it, and is silent.
 */
export function openTensorboardLog(runFolder: string, spec: RunSpec, { lines, seconds }: SessionStart) {
  const folder = join(runFolder, "tensorboard");
  // One clock for the session, which does not jump: seconds of training, from when they would have begun.
  const began = Date.now() / 1000 - seconds;
  let file: EventFile | undefined;
  let reason: string | undefined;
  const attempt = <T>(what: string, work: () => T): T | undefined => {
    if (reason !== undefined) return undefined;
    try {
      return work();
    } catch (error) {
      reason = `${folder}: ${what}: ${error instanceof Error ? error.message : String(error)}`;
      closeQuietly(file);
      process.stderr.write(`TensorBoard's files end here, training goes on: ${reason}\n`);
      return undefined;
    }
  };
  const write = ({ step, time, ...values }: MetricsLine) =>
    file?.append(scalarsEvent(began + time, step, { time, ...values }));
  const last = lines.at(-1)?.step ?? 0;
  const goesOn = attempt("at the start", () => isCovered(folder, last));
  file = attempt("at the start", () => openEventFile(folder));
  attempt("at the start", () => {
    file?.append(startEvent(began + seconds, goesOn ? last + 1 : 1));
    file?.append(hyperparametersEvent(began, spec.id, runSettings(spec)));
    if (!goesOn) for (const line of lines) write(line);
  });
  return {
    append: (line: MetricsLine) => attempt(`at step ${line.step}`, () => write(line)),
    /** Before metrics.jsonl is: a checkpoint has its events, too. */
    sync: () => attempt("at a checkpoint", () => file?.sync()),
    /** Ends the session, and the run if it ended. Returns why the files are not whole, if so. */
    close(ending?: "finished" | "failed"): string | undefined {
      attempt("at the end", () => file?.close());
      if (ending !== undefined) attempt("at the end", () => writeEnding(folder, ending));
      return reason;
    },
  };
}
export type TensorboardLog = ReturnType<typeof openTensorboardLog>;

/** In a file of its own, where a reader finds it at the beginning and need not read all of the run. */
function writeEnding(folder: string, ending: "finished" | "failed"): void {
  const file = openEventFile(folder);
  file.append(endEvent(Date.now() / 1000, ending));
  file.close();
}

/** What fails after a failure is of no further use to anyone. */
function closeQuietly(file: EventFile | undefined): void {
  try {
    file?.close();
  } catch {}
}

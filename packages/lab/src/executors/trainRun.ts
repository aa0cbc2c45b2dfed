import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { RunResult, RunSpec } from "@isoflop/trainer";
import { type AttemptEnding, noteAttempt, noteEnding } from "../runs/attempts.js";
import type { Hold } from "../runs/control.js";
import { writeJson } from "../runs/folder.js";
import { readLastMetrics, readResult } from "../runs/status.js";
import type { ExecutionEvent } from "./execution.js";
import { forgetTrainer, type ProcessEnd, trainSession } from "./runProcess.js";
import { diskFull, saysDiskFull, troubleOfOneRun } from "./runTrouble.js";

/** A failing run is tried once more. */
export const RETRIES = 1;
/** A run that is killed from outside so many times without getting any further (most often: out of memory) is set aside. */
const PREEMPTIONS = 3;
/** Between SIGTERM and SIGKILL: enough to write a checkpoint. */
const PATIENCE_MS = 20_000;

/** Why a run is told to stop: the reason of its signal's abort. */
export type StopReason = "stopped" | Hold;

/** How a run ended, or why it did not. */
export type Ending =
  | { readonly kind: "stopped" }
  | { readonly kind: "done" | Hold }
  | { readonly kind: "diverged" | "failed"; readonly reason: string };

export interface TrainRunOptions {
  readonly runsFolder: string;
  readonly command: readonly string[];
  readonly onEvent?: (event: ExecutionEvent) => void;
}

/** One run to its end, with its retries, or until `stop` is aborted. Every attempt is noted in its folder. Errors: write-enospc and its like. */
export async function trainRun(spec: RunSpec, options: TrainRunOptions, stop: AbortSignal): Promise<Ending> {
  const folder = join(options.runsFolder, spec.id);
  try {
    return await attempt(spec, folder, options, stop);
  } catch (error) {
    return { kind: "failed", reason: troubleOfOneRun(error, folder) };
  }
}

async function attempt(spec: RunSpec, folder: string, options: TrainRunOptions, stop: AbortSignal): Promise<Ending> {
  let failures = 0;
  let preemptions = 0;
  let furthest = await stepOf(folder);
  for (;;) {
    if (stop.aborted) return { kind: stop.reason as StopReason };
    const earlier = endingOf(await readResult(folder));
    // Written by the trainer of a killed lab just before it was stopped.
    if (earlier !== undefined) return earlier;
    // A "failed" of an earlier session or attempt: tried again from the last checkpoint.
    await rm(join(folder, "result.json"), { force: true });
    await noteAttempt(folder);
    options.onEvent?.({ kind: "started", spec });
    const end = await trainSession(options.command, folder, spec.runtime.threads, {
      signal: stop,
      patienceMs: PATIENCE_MS,
    });
    const result = await readResult(folder);
    const ending = endingOf(result);
    if (ending !== undefined) {
      await close(folder, ending.kind, result?.reason);
      return ending;
    }
    const reason = result?.reason ?? describeEnd(end);
    if (saysDiskFull(`${reason}\n${end.said}`)) {
      // Nobody's failure. Whether it can be noted now is another matter.
      await close(folder, "stopped", "the disk is full").catch(() => {});
      throw diskFull(spec, folder);
    }
    if (stop.aborted) {
      const kind = stop.reason as StopReason;
      await close(folder, "stopped", kind === "stopped" ? undefined : kind);
      return { kind };
    }
    const preempted = end.signal !== null || end.code === 143;
    await close(folder, preempted ? "preempted" : "failed", reason);
    const step = await stepOf(folder);
    if (step > furthest) preemptions = 0;
    furthest = Math.max(step, furthest);
    if (preempted && ++preemptions <= PREEMPTIONS) {
      options.onEvent?.({ kind: "preempted", spec, reason });
    } else if (!preempted && end.code !== 2 && ++failures <= RETRIES) {
      options.onEvent?.({ kind: "retried", spec, reason });
    } else {
      await recordFailure(spec, folder, reason);
      return { kind: "failed", reason };
    }
  }
}

/** In this order: a trainer that is still noted has an ending that may not be, see prepareRuns. */
async function close(folder: string, ending: AttemptEnding, reason?: string): Promise<void> {
  await noteEnding(folder, ending, reason);
  await forgetTrainer(folder);
}

/** A result holds whatever became of the process after it was written. */
function endingOf(
  result: RunResult | undefined,
): { readonly kind: "done" } | { readonly kind: "diverged"; readonly reason: string } | undefined {
  if (result?.status === "done") return { kind: "done" };
  return result?.status === "diverged" ? { kind: "diverged", reason: result.reason ?? "no reason given" } : undefined;
}

const stepOf = async (folder: string): Promise<number> => (await readLastMetrics(folder))?.step ?? 0;

/** The trainer ended without a result: the study's status must still be in its files. */
export async function recordFailure(spec: RunSpec, folder: string, reason: string): Promise<void> {
  if ((await readResult(folder)) !== undefined) return;
  const result = { status: "failed", reason, steps: 0, tokens: 0, flops: 0, wallSeconds: 0, writtenBy: "isoflop run" };
  await writeJson(join(folder, "result.json"), { ...result, id: spec.id });
}

export function describeEnd(end: ProcessEnd): string {
  const how = end.signal === null ? `exit code ${end.code}` : `killed by ${end.signal}`;
  const said = end.said.trim().split("\n").slice(-6).join("\n");
  if (end.code === 0) return `the trainer ended without writing a result${said === "" ? "" : `: ${said}`}`;
  return said === "" ? how : `${said} (${how})`;
}

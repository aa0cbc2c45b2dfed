import { rm } from "node:fs/promises";
import { join } from "node:path";
import { IsoflopError } from "@isoflop/laws";
import type { RunSpec } from "@isoflop/trainer";
import { createRun, writeJson } from "../runs/folder.js";
import { readResult } from "../runs/status.js";
import { costOf, type ExecutionEvent, type ExecutionOutcome } from "./execution.js";
import { signalGroup } from "./processes.js";
import { forgetTrainer, type ProcessEnd, startTrainer, stopOrphan } from "./runProcess.js";

export interface LocalOptions {
  readonly runsFolder: string;
  /** The trainer's command; see trainerArguments. */
  readonly command: readonly string[];
  /** Runs at a time. */
  readonly workers: number;
  /** Stops in order: trainers get SIGTERM, and everything can be resumed. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: ExecutionEvent) => void;
}

const RETRIES = 1;
/** A run that keeps being killed from outside (most often: out of memory) is set aside after so many times. */
const PREEMPTIONS = 3;
/** Between SIGTERM and SIGKILL: enough to write a checkpoint. */
const PATIENCE_MS = 20_000;

type Ending =
  | { readonly kind: "done" }
  | { readonly kind: "stopped" }
  | { readonly kind: "diverged" | "failed"; readonly reason: string };

/**
 * Trains what is not yet trained, each run in a process of its own, the longest first so that no long one is left over
 * at the end. The caller holds the study's lock. Errors: write-enospc and its like; a failing run is no error.
 */
export async function runLocally(specs: readonly RunSpec[], options: LocalOptions): Promise<ExecutionOutcome> {
  const ended = { done: [] as RunSpec[], diverged: [] as RunSpec[], failed: [] as { spec: RunSpec; reason: string }[] };
  const waiting: RunSpec[] = [];
  for (const spec of specs) {
    const folder = await createRun(options.runsFolder, spec);
    const status = (await readResult(folder))?.status;
    if (status === "done" || status === "diverged") ended[status].push(spec);
    else waiting.push(spec);
  }
  // Only now: with nothing to train there is nothing that an orphan could disturb.
  for (const spec of waiting) await stopOrphan(options.command, join(options.runsFolder, spec.id));
  waiting.sort((a, b) => costOf(b) - costOf(a) || (a.id < b.id ? -1 : 1));

  const halt = new AbortController();
  const signal = options.signal === undefined ? halt.signal : AbortSignal.any([options.signal, halt.signal]);
  let trained = 0;
  const work = async (): Promise<void> => {
    for (let spec = waiting.shift(); spec !== undefined && !signal.aborted; spec = waiting.shift()) {
      const ending = await trainOne(spec, options, signal);
      if (ending.kind === "stopped") return;
      if (ending.kind === "failed") ended.failed.push({ spec, reason: ending.reason });
      else {
        ended[ending.kind].push(spec);
        trained++;
      }
      options.onEvent?.({ ...ending, spec });
    }
  };
  const results = await Promise.allSettled(
    Array.from({ length: Math.min(options.workers, waiting.length) }, () =>
      work().catch((error: unknown) => {
        // One worker's fatal error (a full disk) stops the others in order.
        halt.abort();
        throw error;
      }),
    ),
  );
  const fatal = results.find((result) => result.status === "rejected");
  if (fatal !== undefined) throw fatal.reason;
  return { ...ended, trained, stopped: options.signal?.aborted ?? false };
}

/** One run to its end, with its retries. */
async function trainOne(spec: RunSpec, options: LocalOptions, signal: AbortSignal): Promise<Ending> {
  const folder = join(options.runsFolder, spec.id);
  // A "failed" of an earlier session: tried again from its last checkpoint.
  await rm(join(folder, "result.json"), { force: true });
  let failures = 0;
  let preemptions = 0;
  for (;;) {
    if (signal.aborted) return { kind: "stopped" };
    options.onEvent?.({ kind: "started", spec });
    const end = await trainSession(spec, folder, options, signal);
    const result = await readResult(folder);
    if (end.code === 0 && result?.status === "done") return { kind: "done" };
    if (end.code === 0 && result?.status === "diverged") {
      return { kind: "diverged", reason: result.reason ?? "no reason given" };
    }
    if (signal.aborted) return { kind: "stopped" };
    const reason = result?.status === "failed" ? (result.reason ?? "failed") : describeEnd(end);
    if (/ENOSPC|EDQUOT|no space left|disk is full/i.test(`${reason}\n${end.said}`)) throw diskFull(spec, folder);
    const preempted = end.signal !== null || end.code === 143;
    if (preempted && ++preemptions <= PREEMPTIONS) {
      options.onEvent?.({ kind: "preempted", spec, reason });
    } else if (!preempted && end.code !== 2 && ++failures <= RETRIES) {
      options.onEvent?.({ kind: "retried", spec, reason });
    } else {
      await recordFailure(spec, folder, reason);
      return { kind: "failed", reason };
    }
    await rm(join(folder, "result.json"), { force: true });
  }
}

async function trainSession(
  spec: RunSpec,
  folder: string,
  options: LocalOptions,
  signal: AbortSignal,
): Promise<ProcessEnd> {
  const running = await startTrainer(options.command, folder, spec.runtime.threads);
  let kill: NodeJS.Timeout | undefined;
  const stop = () => {
    const { pid } = running.child;
    if (pid === undefined) return;
    signalGroup(pid, "SIGTERM");
    kill = setTimeout(() => signalGroup(pid, "SIGKILL"), PATIENCE_MS);
  };
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  const end = await running.ended;
  signal.removeEventListener("abort", stop);
  clearTimeout(kill);
  await forgetTrainer(folder);
  return end;
}

/** The trainer ended without a result: the study's status must still be in its files. */
async function recordFailure(spec: RunSpec, folder: string, reason: string): Promise<void> {
  if ((await readResult(folder)) !== undefined) return;
  const result = { status: "failed", reason, steps: 0, tokens: 0, flops: 0, wallSeconds: 0, writtenBy: "isoflop run" };
  await writeJson(join(folder, "result.json"), { ...result, id: spec.id });
}

function describeEnd(end: ProcessEnd): string {
  const how = end.signal === null ? `exit code ${end.code}` : `killed by ${end.signal}`;
  const said = end.said.trim().split("\n").slice(-6).join("\n");
  if (end.code === 0) return `the trainer ended without writing a result${said === "" ? "" : `: ${said}`}`;
  return said === "" ? how : `${said} (${how})`;
}

function diskFull(spec: RunSpec, folder: string): IsoflopError {
  return new IsoflopError({
    code: "write-enospc",
    message: `Cannot write ${folder}: the disk is full (run ${spec.name}).`,
    hint: "Free some space and start the same command again: finished runs are kept, stopped ones go on from their checkpoints.",
    exitCode: 1,
  });
}

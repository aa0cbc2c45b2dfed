import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { RunSpec } from "@isoflop/trainer";
import { noteAttempt, noteEnding, readAttempts } from "../../runs/attempts.js";
import type { Hold } from "../../runs/control.js";
import { readRunSpec } from "../../runs/folder.js";
import { readResult } from "../../runs/status.js";
import { forgetTrainer, stopOrphans, trainSession } from "../runProcess.js";
import { diskFull, saysDiskFull } from "../runTrouble.js";
import { describeEnd, RETRIES, recordFailure } from "../trainRun.js";
import { type Holder, type Loss, pause, takeClaim } from "./claim.js";
import type { Interruption } from "./interruption.js";
import { markProgress } from "./progressMark.js";

export interface TaskContext {
  readonly command: readonly string[];
  /** Seconds from the signal on in which a checkpoint may be written. */
  readonly patienceSeconds: number;
  readonly holder: Holder;
  readonly interruption: Interruption;
  readonly say: (line: string) => void;
}

/** What one run has for itself. */
export interface RunPlace {
  readonly folder: string;
  /** Aborted, with the hold as its reason, when the run is paused or cancelled. */
  readonly held: AbortSignal;
  /** Variables of its share of the task's devices. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A trainer that keeps being killed while its task lives on: most often for its memory. */
const KILLS = 3;
/** Starts, whatever ended them, that brought a run no further. */
const FRUITLESS = 10;
/** Slurm's signals reach the trainer and this process in any order: only then is it known why a trainer ended. */
const SIGNALS_APART_MS = 2000;

/**
 * Trains one run until it has a result, its task is interrupted, or it is held. The result may be that it failed. Errors: write-enospc
 * and its like.
 */
export async function trainRun(place: RunPlace, context: TaskContext): Promise<void> {
  const { interruption, holder, say } = context;
  const { folder } = place;
  const spec = await readRunSpec(folder);
  if (spec === undefined || (await readResult(folder)) !== undefined) return;
  const taken = new AbortController();
  const onLoss = (loss: Loss) => {
    say(`${folder} is ${loss === "asked" ? "asked for" : "held"} by a later start of its task: leaving it to that`);
    interruption.stop({ ending: "preempted", reason: "left to a later start of its task", requeue: false });
    if (loss === "taken") taken.abort();
  };
  const stop = AbortSignal.any([interruption.signal, place.held]);
  const claim = await takeClaim(folder, holder, stop, onLoss);
  try {
    if (claim !== undefined) await trainClaimed(spec, place, context, stop, taken.signal);
  } finally {
    await claim?.release();
  }
}

async function trainClaimed(
  spec: RunSpec,
  place: RunPlace,
  context: TaskContext,
  stop: AbortSignal,
  taken: AbortSignal,
): Promise<void> {
  const { interruption, holder, command, patienceSeconds, say } = context;
  const { folder, held, environment } = place;
  await stopOrphans(command, [folder]);
  let kills = 0;
  while (!stop.aborted && (await readResult(folder)) === undefined) {
    const failures = await failuresOf(folder, holder.job);
    const last = failures.at(-1);
    if (last !== undefined && failures.length > RETRIES) return recordFailure(spec, folder, last);
    const fruitless = await markProgress(folder);
    if (fruitless >= FRUITLESS) return recordFailure(spec, folder, withoutProgress(fruitless));
    await noteAttempt(folder, holder.job);
    const stops = { signal: stop, patienceMs: 1000 * patienceSeconds, kill: taken };
    const end = await trainSession(command, folder, spec.runtime.threads, stops, environment);
    await forgetTrainer(folder);
    // Its files are another task's now.
    if (taken.aborted) return;
    const result = await readResult(folder);
    if (result?.status === "done" || result?.status === "diverged") {
      return noteEnding(folder, result.status, result.reason);
    }
    await pause(SIGNALS_APART_MS, stop);
    if (interruption.signal.aborted) {
      const { ending, reason } = await interruption.cause();
      return noteEnding(folder, ending, reason);
    }
    if (held.aborted) return noteEnding(folder, "stopped", held.reason satisfies Hold);
    const reason = result?.reason ?? describeEnd(end);
    if (saysDiskFull(`${reason}\n${end.said}`)) throw diskFull(spec, folder);
    say(`${spec.name}: ${reason}`);
    if (end.signal !== null || end.code === 143) {
      await noteEnding(folder, "preempted", reason);
      if (++kills >= KILLS) return recordFailure(spec, folder, killedOften(reason));
    } else {
      await noteEnding(folder, "failed", reason);
      if (end.code === 2) return recordFailure(spec, folder, reason);
      if (failures.length < RETRIES) await rm(join(folder, "result.json"), { force: true });
    }
  }
}

const withoutProgress = (starts: number) =>
  `started ${starts} times in a row without coming further: its checkpoints are too far apart for the time that it is given`;
const killedOften = (reason: string) =>
  `${reason}, ${KILLS} times; most often that is for want of memory (executor.memory)`;

async function failuresOf(folder: string, job: string): Promise<string[]> {
  const failed = (await readAttempts(folder)).filter((attempt) => attempt.job === job && attempt.ending === "failed");
  return failed.map(({ reason }) => reason ?? "failed");
}

import { rm } from "node:fs/promises";
import { join } from "node:path";
import { noteAttempt, noteEnding, readAttempts } from "../../runs/attempts.js";
import { readRunSpec, writeJson } from "../../runs/folder.js";
import { readResult } from "../../runs/status.js";
import { signalGroup } from "../processes.js";
import { forgetTrainer, type ProcessEnd, startTrainer, stopOrphan } from "../runProcess.js";
import { type Claim, type Holder, type Loss, pause, takeClaim } from "./claim.js";
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

/** A failing run is tried once more. */
const RETRIES = 1;
/** A trainer that keeps being killed while its task lives on: most often for its memory. */
const KILLS = 3;
/** Starts, whatever ended them, that brought a run no further. */
const FRUITLESS = 10;
/** Slurm's signals reach the trainer and this process in any order: only then is it known why a trainer ended. */
const SIGNALS_APART_MS = 2000;

/** Trains one run until it has a result, or its task is interrupted. The result may be that it failed. */
export async function trainRun(
  runFolder: string,
  context: TaskContext,
  environment: Record<string, string>,
): Promise<void> {
  const { interruption, holder } = context;
  if ((await readResult(runFolder)) !== undefined) return;
  const lost = new AbortController();
  const onLoss = (loss: Loss) => {
    context.say(
      `${runFolder} is ${loss === "asked" ? "asked for" : "held"} by a later start of its task: leaving it to that`,
    );
    interruption.stop({ ending: "preempted", reason: "left to a later start of its task", requeue: false });
    if (loss === "taken") lost.abort();
  };
  const claim = await takeClaim(runFolder, holder, interruption.signal, onLoss);
  if (claim === undefined) return;
  try {
    await trainClaimed(runFolder, context, environment, lost.signal);
  } finally {
    await (claim satisfies Claim).release();
  }
}

async function trainClaimed(
  runFolder: string,
  context: TaskContext,
  environment: Record<string, string>,
  lost: AbortSignal,
): Promise<void> {
  const { interruption, holder, command } = context;
  await stopOrphan(command, runFolder);
  let kills = 0;
  while (!interruption.signal.aborted && (await readResult(runFolder)) === undefined) {
    const failures = await failuresOf(runFolder, holder.job);
    const last = failures.at(-1);
    if (last !== undefined && failures.length > RETRIES) return recordFailure(runFolder, last);
    const fruitless = await markProgress(runFolder);
    if (fruitless >= FRUITLESS) {
      return recordFailure(
        runFolder,
        `started ${fruitless} times in a row without coming further: its checkpoints are too far apart for the time that it is given`,
      );
    }
    await noteAttempt(runFolder, holder.job);
    const end = await session(runFolder, context, environment, lost);
    // Its files are another task's now.
    if (lost.aborted) return;
    const result = await readResult(runFolder);
    if (end.code === 0 && (result?.status === "done" || result?.status === "diverged")) {
      return noteEnding(runFolder, result.status, result.reason);
    }
    await pause(SIGNALS_APART_MS, interruption.signal);
    if (interruption.signal.aborted) {
      const { ending, reason } = await interruption.cause();
      return noteEnding(runFolder, ending, reason);
    }
    const reason = result?.status === "failed" ? (result.reason ?? "failed") : describeEnd(end);
    context.say(`${runFolder}: ${reason}`);
    if (end.signal !== null || end.code === 143) {
      await noteEnding(runFolder, "preempted", reason);
      if (++kills >= KILLS)
        return recordFailure(
          runFolder,
          `${reason}, ${kills} times; most often that is for want of memory (executor.memory)`,
        );
    } else {
      await noteEnding(runFolder, "failed", reason);
      if (end.code === 2) return recordFailure(runFolder, reason);
      if (failures.length < RETRIES) await rm(join(runFolder, "result.json"), { force: true });
    }
  }
}

async function failuresOf(runFolder: string, job: string): Promise<string[]> {
  const attempts = (await readAttempts(runFolder)).filter(
    (attempt) => attempt.job === job && attempt.ending === "failed",
  );
  return attempts.map(({ reason }) => reason ?? "failed");
}

/** One process of the trainer, to its end. */
async function session(
  runFolder: string,
  { command, interruption, patienceSeconds }: TaskContext,
  environment: Record<string, string>,
  lost: AbortSignal,
): Promise<ProcessEnd> {
  const threads = (await readRunSpec(runFolder))?.runtime.threads ?? 1;
  const running = await startTrainer(command, runFolder, threads, environment);
  const { pid } = running.child;
  let timer: NodeJS.Timeout | undefined;
  const kill = () => pid !== undefined && signalGroup(pid, "SIGKILL");
  const stop = () => {
    if (pid !== undefined) signalGroup(pid, "SIGTERM");
    timer = setTimeout(kill, 1000 * patienceSeconds);
  };
  if (interruption.signal.aborted) stop();
  else interruption.signal.addEventListener("abort", stop, { once: true });
  lost.addEventListener("abort", kill, { once: true });
  const end = await running.ended;
  clearTimeout(timer);
  interruption.signal.removeEventListener("abort", stop);
  lost.removeEventListener("abort", kill);
  await forgetTrainer(runFolder);
  return end;
}

/** Sets a run aside with its reason: the study's status must be in its files. */
export async function recordFailure(runFolder: string, reason: string): Promise<void> {
  if ((await readResult(runFolder)) !== undefined) return;
  const result = { status: "failed", reason, steps: 0, tokens: 0, flops: 0, wallSeconds: 0, writtenBy: "isoflop run" };
  await writeJson(join(runFolder, "result.json"), { ...result, id: (await readRunSpec(runFolder))?.id });
}

function describeEnd(end: ProcessEnd): string {
  const how = end.signal === null ? `exit code ${end.code}` : `killed by ${end.signal}`;
  const said = end.said.trim().split("\n").slice(-6).join("\n");
  if (end.code === 0) return `the trainer ended without writing a result${said === "" ? "" : `: ${said}`}`;
  return said === "" ? how : `${said} (${how})`;
}

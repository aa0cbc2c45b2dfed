import { IsoflopError } from "@isoflop/laws";
import { builtinTrainerCommand, type RunSpec } from "@isoflop/trainer";
import type { ExecutionOutcome } from "../executors/execution.js";
import { runLocally } from "../executors/local.js";
import { showProgress } from "../executors/progress.js";
import { holdOf, readControl } from "../runs/control.js";
import type { StudyFolder } from "../study/folder.js";
import { workersOf } from "../study/memory.js";
import type { Study } from "../study/schema.js";
import { requireNotHeld } from "./held.js";

export interface TrainOptions {
  readonly signal: AbortSignal;
  /** Listens to the system's signals for as long as trainers are at work. */
  readonly whileTraining?: <T>(work: () => Promise<T>) => Promise<T>;
  readonly stderr: NodeJS.WriteStream;
}

/** The command that a study's runs are trained by. */
export function trainerCommand(study: Study): readonly string[] {
  return study.trainer === "builtin" ? builtinTrainerCommand() : study.trainer.command;
}

/**
 * Trains what is missing, with a progress display. The caller holds the study's lock. Errors: stopped, runs-paused,
 * study-cancelled, write-enospc.
 */
export async function trainRuns(
  title: string,
  folder: StudyFolder,
  runs: readonly RunSpec[],
  options: TrainOptions,
): Promise<ExecutionOutcome> {
  const train = async (): Promise<ExecutionOutcome> => {
    const control = await readControl(folder.folder);
    const held = runs.filter(({ id }) => holdOf(control, id) !== undefined).map(({ id }) => id);
    const progress = await showProgress(title, runs, folder.runs, options.stderr, held);
    const onStop = () => progress.say("stopping the trainers; the same command goes on from here (again: at once)");
    options.signal.addEventListener("abort", onStop, { once: true });
    try {
      return await runLocally(runs, {
        runsFolder: folder.runs,
        command: trainerCommand(folder.study),
        workers: workersOf(folder.study),
        studyFolder: folder.folder,
        signal: options.signal,
        onEvent: progress.onEvent,
      });
    } finally {
      options.signal.removeEventListener("abort", onStop);
      await progress.close();
    }
  };
  const outcome = await (options.whileTraining ?? ((work) => work()))(train);
  if (outcome.stopped) {
    throw new IsoflopError({
      code: "stopped",
      message: `Stopped with ${outcome.done.length} of ${runs.length} runs done and ${leftOf(runs, outcome)} to go.`,
      hint: "Start the same command again: it goes on from the checkpoints.",
      exitCode: 1,
    });
  }
  await requireNotHeld(folder, runs, outcome);
  return outcome;
}

function leftOf(runs: readonly RunSpec[], { done, diverged, failed }: ExecutionOutcome): number {
  return runs.length - done.length - diverged.length - failed.length;
}

import { IsoflopError } from "@isoflop/laws";
import { builtinTrainerCommand, type RunSpec } from "@isoflop/trainer";
import type { ExecutionOutcome } from "../executors/execution.js";
import { runLocally } from "../executors/local.js";
import { showProgress } from "../executors/progress.js";
import { requireCollected, requireNoTasks } from "../executors/slurm/ended.js";
import { runOnSlurm } from "../executors/slurm/runOnSlurm.js";
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
  /** On a cluster: submits, and does not wait. */
  readonly detach?: boolean;
}

/** The command that a study's runs are trained by. */
export function trainerCommand(study: Study): readonly string[] {
  return study.trainer === "builtin" ? builtinTrainerCommand() : study.trainer.command;
}

/**
 * Trains what is missing, with a progress display, on this machine or on a cluster. The caller holds the study's lock. Errors: stopped,
 * runs-paused, study-cancelled, write-enospc; slurm-at-work; those of runOnSlurm, slurm-submitted, slurm-withdrawn.
 */
export async function trainRuns(
  title: string,
  folder: StudyFolder,
  runs: readonly RunSpec[],
  options: TrainOptions,
): Promise<ExecutionOutcome> {
  const { executor } = folder.study;
  const train = async (): Promise<ExecutionOutcome> => {
    const control = await readControl(folder.folder);
    const held = runs.filter(({ id }) => holdOf(control, id) !== undefined).map(({ id }) => id);
    const progress = await showProgress(title, runs, folder.runs, options.stderr, held);
    const onStop = () =>
      progress.say(
        executor.kind === "slurm"
          ? "the cluster goes on; the same command watches it again, isoflop cancel stops it"
          : "stopping the trainers; the same command goes on from here (again: at once)",
      );
    options.signal.addEventListener("abort", onStop, { once: true });
    const common = {
      runsFolder: folder.runs,
      command: trainerCommand(folder.study),
      studyFolder: folder.folder,
      signal: options.signal,
      onEvent: progress.onEvent,
    };
    try {
      if (executor.kind === "local") return await runLocally(runs, { ...common, workers: workersOf(folder.study) });
      const outcome = await runOnSlurm(runs, {
        ...common,
        studyName: folder.study.name,
        settings: executor,
        detach: options.detach === true,
        say: progress.say,
      });
      requireCollected(outcome);
      return outcome;
    } finally {
      options.signal.removeEventListener("abort", onStop);
      await progress.close();
    }
  };
  if (executor.kind === "local") await requireNoTasks(folder.folder);
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

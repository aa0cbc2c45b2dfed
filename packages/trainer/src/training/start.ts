import { join } from "node:path";
import type { MetricsLine, RunSpec } from "../contract/runSpec.js";
import { createBatches } from "../data/batches.js";
import { openTokens } from "../data/tokenFile.js";
import { requireRuntime } from "../devices/device.js";
import type { TensorMap } from "../engine/tensor.js";
import { initialParameters } from "../model/initialise.js";
import { type ParameterGroup, parameterGroups } from "../model/parameters.js";
import type { TaskScorer } from "../tasks/runTasks.js";
import { requireAgreement } from "./agreement.js";
import { type Checkpoint, readCheckpoint } from "./checkpoint.js";
import { createEvaluator, type Evaluation } from "./evaluate.js";
import { readMetrics } from "./metricsFile.js";
import { emptyState, stateLengths, type TrainingState } from "./state.js";
import { gradientSets, openTrainingStep, type TrainingStep } from "./trainingStep.js";

/** A run that is ready for its next step. */
export interface StartedRun {
  /** Fills `target` with the batch of step 1, 2, …. */
  readonly nextBatch: (step: number, target: Int32Array) => void;
  readonly takeStep: TrainingStep;
  readonly evaluate: (parameters: TensorMap) => Promise<Evaluation>;
  readonly scoreTasks: TaskScorer;
  readonly state: TrainingState;
  /** The checkpoint that it goes on from, and the metrics up to there. */
  readonly resumed: Omit<Checkpoint, "state"> | undefined;
  readonly lines: readonly MetricsLine[];
}

/**
 * Opens all that a run reads and computes with, its parameters fresh or from the newest checkpoint. What is bad input is
 * found here, before the first step. Only what ends a run is opened later: evaluation's session, the tasks'.
 */
export async function startRun(folder: string, spec: RunSpec): Promise<StartedRun> {
  await requireRuntime(spec.runtime);
  await requireAgreement(spec);
  const { batch, data, shape, seed } = spec;
  const groups = parameterGroups(shape, spec.parametrisation);
  const nextBatch = createBatches(openTokens(data.folder, "train", data.trainTokens, data.tokenBytes), {
    context: shape.context,
    sequences: batch.sequences,
    seed,
    uniqueSequences: data.uniqueSequences,
  });
  const evaluate = createEvaluator(spec);
  const scoreTasks = await readTasks(folder, spec);
  const takeStep = await openTrainingStep(spec);
  const { checkpoint, lines } = resume(folder, groups);
  const state = emptyState(groups, gradientSets(spec));
  if (checkpoint) {
    state.saved.forEach((buffer, i) => {
      buffer.set(checkpoint.state[i]!);
    });
  } else {
    const buffers = state.groups.map(({ parameters }) => parameters.elements);
    initialParameters(groups, seed, buffers);
  }
  // Without its buffers, which are as large as the state.
  const resumed = checkpoint && { step: checkpoint.step, seconds: checkpoint.seconds, sessions: checkpoint.sessions };
  return { nextBatch, takeStep, evaluate, scoreTasks, state, resumed, lines };
}

/** What reads tasks is loaded where there are any. */
const readTasks = async (folder: string, spec: RunSpec): Promise<TaskScorer> =>
  spec.tasks.length === 0 ? async () => ({}) : (await import("../tasks/runTasks.js")).readTasks(folder, spec);

/** The newest checkpoint whose metrics are all there: later numbers depend on both. Without one, training begins anew. */
function resume(folder: string, groups: readonly ParameterGroup[]) {
  const checkpoint = readCheckpoint(checkpointFolder(folder), stateLengths(groups));
  const lines = readMetrics(metricsFile(folder)).filter((line) => line.step <= (checkpoint?.step ?? 0));
  const complete = (lines.at(-1)?.step ?? 0) === (checkpoint?.step ?? 0);
  return complete ? { checkpoint, lines } : { checkpoint: undefined, lines: [] };
}

export const checkpointFolder = (folder: string): string => join(folder, "checkpoint");
export const metricsFile = (folder: string): string => join(folder, "metrics.jsonl");

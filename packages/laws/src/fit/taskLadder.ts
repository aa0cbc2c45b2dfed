import { type ChinchillaParameterName, chinchilla } from "../laws/chinchilla.js";
import { type TaskAccuracyParameterName, taskAccuracy } from "../laws/taskAccuracy.js";
import { central95 } from "../numerics/statistics.js";
import { fitLaw, type LawFit, type LawFitOptions } from "./fitLaw.js";
import { drawnParameters, type Prediction, predictFrom } from "./lawPrediction.js";
import type { LawRow } from "./lawRows.js";

/** The two steps of a task's prediction. */
export interface TaskLadder {
  /** N, D to task loss. */
  readonly loss: LawFit<ChinchillaParameterName>;
  /** Task loss to accuracy. */
  readonly accuracy: LawFit<TaskAccuracyParameterName>;
}

/**
 * Fits both steps of Bhagia et al. 2024 (arXiv:2412.04403), equations 1 and 2: the task loss of small models by the
 * chinchilla form (Huber's loss of its logarithm), accuracy over task loss by a sigmoid (squares), each on the rows that
 * have it. The paper's task loss is in bits per byte of the right answer; whatever unit the rows have, both steps share it.
 * @param lossRows final task losses of the ladder; the paper averages the last five checkpoints of a run
 * @param accuracyRows task losses and accuracies, checkpoints included (give their `run`)
 * @throws IsoflopError as fitLaw
 */
export function fitTaskLadder(
  lossRows: readonly LawRow<"N" | "D">[],
  accuracyRows: readonly LawRow<"L">[],
  options: Omit<LawFitOptions, "fixed" | "tied"> = {},
): TaskLadder {
  return {
    loss: fitLaw(chinchilla, lossRows, { loss: "huber", ...options }),
    accuracy: fitLaw(taskAccuracy, accuracyRows, options),
  };
}

/** Task loss and accuracy of a model of N parameters on D tokens. The draws of both steps are chained one by one. */
export function predictTask(
  ladder: TaskLadder,
  inputs: { readonly N: number; readonly D: number },
): { readonly loss: Prediction; readonly accuracy: Prediction } {
  const loss = predictFrom(ladder.loss, inputs, chinchilla);
  const losses = drawnParameters(ladder.loss);
  const accuracies = drawnParameters(ladder.accuracy)
    .slice(0, losses.length)
    .map((p, i) => taskAccuracy.value(p, { L: chinchilla.value(losses[i]!, inputs) }));
  const value = taskAccuracy.value(ladder.accuracy.parameters, { L: loss.value });
  return {
    loss,
    accuracy: { value, ...(loss.interval95 && accuracies.length >= 20 ? { interval95: central95(accuracies) } : {}) },
  };
}

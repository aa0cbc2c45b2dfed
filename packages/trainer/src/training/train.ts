import { rmSync } from "node:fs";
import type { RunResult, RunSpec } from "../contract/runSpec.js";
import { epochsAfter } from "../contract/sequences.js";
import { scheduleFactor } from "../optimiser/schedule.js";
import { writeCheckpoint } from "./checkpoint.js";
import { afterLine, courseOf, hasStopped } from "./earlyStopping.js";
import { cutMetrics, openMetrics, readMetrics } from "./metricsFile.js";
import { resultOf, writeResult } from "./runResult.js";
import { checkpointFolder, metricsFile, startRun } from "./start.js";

/** How a session of training ended: with a result, or stopped on request with a checkpoint written. */
export type Ending =
  | { readonly kind: "ended"; readonly result: RunResult }
  | { readonly kind: "stopped"; readonly step: number };

/**
 * Trains the model of `spec` in its run folder until it is done, stops early, diverges (non-finite loss or gradient), or
 * `stop` is aborted. Resumes from the newest checkpoint; the numbers do not depend on where it was stopped.
 */
export async function train(folder: string, spec: RunSpec, stop: AbortSignal): Promise<Ending> {
  const began = performance.now();
  const { nextBatch, takeStep, evaluate, scoreTasks, state, resumed, lines } = await startRun(folder, spec);
  const { batch, evaluation } = spec;
  const checkpoints = checkpointFolder(folder);
  const metricsPath = metricsFile(folder);
  const sessions = (resumed?.sessions ?? 0) + 1;
  const seconds = () => (performance.now() - began) / 1000 + (resumed?.seconds ?? 0);
  let step = resumed?.step ?? 0;
  let course = courseOf(lines, evaluation.earlyStopping);
  cutMetrics(metricsPath, lines);
  const metrics = openMetrics(metricsPath);
  const board = spec.logging?.tensorboard
    ? (await import("./tensorboardLog.js")).openTensorboardLog(folder, spec, { lines, seconds: resumed?.seconds ?? 0 })
    : undefined;
  const flopsPerStep = spec.flopsPerToken[spec.convention] * batch.tokens;

  const end = (result: Partial<RunResult> & Pick<RunResult, "status">): Ending => {
    metrics.close();
    const tensorboardReason = board?.close(result.status === "done" ? "finished" : "failed");
    const whole: RunResult = {
      ...result,
      steps: step,
      tokens: step * batch.tokens,
      flops: step * flopsPerStep,
      epochs: epochsAfter(step, spec),
      wallSeconds: seconds(),
      sessions,
      ...(tensorboardReason === undefined ? {} : { tensorboardReason }),
    };
    writeResult(folder, whole);
    return { kind: "ended", result: whole };
  };
  const diverged = (reason: string): Ending => {
    rmSync(checkpoints, { recursive: true, force: true });
    return end({ status: "diverged", reason: `${reason} at step ${step} of ${spec.steps}` });
  };
  let saved = resumed?.step;
  const checkpoint = () => {
    board?.sync();
    metrics.sync();
    writeCheckpoint(checkpoints, { step, seconds: seconds(), sessions, state: state.saved });
    saved = step;
  };
  const stopped = (): Ending => {
    checkpoint();
    metrics.close();
    board?.close();
    return { kind: "stopped", step };
  };

  const tokens = new Int32Array(batch.sequences * (spec.shape.context + 1));
  while (step < spec.steps && !hasStopped(course, evaluation.earlyStopping)) {
    if (stop.aborted) return stopped();
    nextBatch(step + 1, tokens);
    const learningRate = spec.optimizer.learningRate * scheduleFactor(spec.schedule, step + 1, spec.steps);
    const outcome = await takeStep(state, step + 1, tokens, learningRate);
    step++;
    const { loss, gradientNorm, noise } = outcome;
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm))
      return diverged(`loss ${loss}, gradient norm ${gradientNorm}`);
    const evaluates = step === spec.steps || (evaluation.everySteps > 0 && step % evaluation.everySteps === 0);
    const losses = evaluates ? await evaluate(state.parameters) : undefined;
    if (losses !== undefined && !Number.isFinite(losses["val/loss"]))
      return diverged(`validation loss ${losses["val/loss"]}`);
    const line = {
      step,
      tokens: step * batch.tokens,
      flops: step * flopsPerStep,
      time: Math.round(seconds() * 1000) / 1000,
      "train/loss": loss,
      ...losses,
      ...(noise ? { "noise/small": noise.small, "noise/big": noise.big } : {}),
      lr: learningRate,
      grad_norm: gradientNorm,
    };
    metrics.append(line);
    board?.append(line);
    course = afterLine(course, line, evaluation.earlyStopping);
    if (step % spec.checkpoint.everySteps === 0) checkpoint();
  }
  if (saved !== step) checkpoint();
  const tasks = await scoreTasks(state.parameters, stop);
  if (tasks === undefined) return stopped();
  // From the file: a run stopped between its last checkpoint and its result has its numbers there.
  const result = await resultOf(spec, readMetrics(metricsPath));
  const early =
    step < spec.steps
      ? {
          reason: `stopped early at step ${step} of ${spec.steps}: no lower validation loss in ${course.waited} evaluations`,
        }
      : {};
  return end({ status: "done", ...early, ...result, ...(spec.tasks.length > 0 ? { tasks } : {}) });
}

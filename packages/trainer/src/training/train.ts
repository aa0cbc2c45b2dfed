import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ort from "onnxruntime-node";
import type { RunResult, RunSpec } from "../contract/runSpec.js";
import { createBatches, validationWindows } from "../data/batches.js";
import { openTokens } from "../data/tokenFile.js";
import { initialParameters } from "../model/initialise.js";
import { parameterGroups } from "../model/parameters.js";
import { stepScalars } from "../optimiser/adamw.js";
import { scheduleFactor } from "../optimiser/schedule.js";
import { readCheckpoint, writeCheckpoint } from "./checkpoint.js";
import { openEvaluator } from "./evaluate.js";
import { type ModelDescription, trainingModel } from "./graphs.js";
import { cutMetrics, openMetrics, readMetrics } from "./metricsFile.js";
import { openSession } from "./session.js";
import { scalarTensor, stateLengths, stateNames, type TensorMap, toBuffers, toTensors } from "./state.js";

/** How a session of training ended: with a result, or stopped on request with a checkpoint written. */
export type Ending =
  | { readonly kind: "ended"; readonly result: RunResult }
  | { readonly kind: "stopped"; readonly step: number };

/**
 * Trains the model of `spec` in its run folder until it is done, diverges (non-finite loss or gradient), or `stop` is
 * aborted. Resumes from the newest checkpoint; the numbers do not depend on where it was stopped.
 */
export async function train(folder: string, spec: RunSpec, stop: AbortSignal): Promise<Ending> {
  const description: ModelDescription = {
    shape: spec.shape,
    parametrisation: spec.parametrisation,
  };
  const { context } = spec.shape;
  const { sequences } = spec.batch;
  const groups = parameterGroups(spec.shape, spec.parametrisation);
  const names = stateNames(groups);
  const checkpoints = join(folder, "checkpoint");
  const metricsPath = join(folder, "metrics.jsonl");

  const { folder: cache, tokenBytes, uniqueSequences } = spec.data;
  const nextBatch = createBatches(openTokens(cache, "train", spec.data.trainTokens, tokenBytes), {
    context,
    sequences,
    seed: spec.seed,
    uniqueSequences,
  });
  const validation = openTokens(cache, "validation", spec.data.validationTokens, tokenBytes);
  const session = await openSession(trainingModel(description, sequences, spec.optimizer), spec.runtime.threads);
  const windows = validationWindows(validation, context, spec.evaluation.sequences);
  const evaluate = await openEvaluator(description, windows, spec.runtime.threads);

  const resumed = readCheckpoint(checkpoints, stateLengths(groups));
  const sessions = (resumed?.sessions ?? 0) + 1;
  const started = performance.now() - (resumed?.seconds ?? 0) * 1000;
  const seconds = () => (performance.now() - started) / 1000;
  let state: TensorMap = resumed
    ? toTensors(names, resumed.state)
    : toTensors(
        names,
        initialParameters(groups, spec.seed).flatMap((flat) => [
          flat,
          new Float32Array(flat.length),
          new Float32Array(flat.length),
        ]),
      );
  let step = resumed?.step ?? 0;
  cutMetrics(metricsPath, step);
  const metrics = openMetrics(metricsPath);
  const flopsPerStep = spec.flopsPerToken[spec.convention] * spec.batch.tokens;
  const parametersOnly = () =>
    Object.fromEntries(groups.map(({ name }) => [`parameters.${name}`, state[`parameters.${name}`]!]));

  const end = (result: Pick<RunResult, "status" | "reason" | "train/loss" | "val/loss">): Ending => {
    metrics.close();
    const whole: RunResult = {
      ...result,
      steps: step,
      tokens: step * spec.batch.tokens,
      flops: step * flopsPerStep,
      wallSeconds: seconds(),
      sessions,
    };
    writeFileSync(join(folder, "result.json.partial"), `${JSON.stringify(whole, null, 2)}\n`);
    renameSync(join(folder, "result.json.partial"), join(folder, "result.json"));
    return { kind: "ended", result: whole };
  };

  const checkpoint = () => {
    metrics.flush();
    writeCheckpoint(checkpoints, { step, seconds: seconds(), sessions, state: toBuffers(names, state) });
  };

  const batchTokens = new Int32Array(sequences * (context + 1));
  let validationLoss: number | undefined;
  while (step < spec.steps) {
    if (stop.aborted) {
      checkpoint();
      metrics.close();
      return { kind: "stopped", step };
    }
    nextBatch(step + 1, batchTokens);
    const learningRate = spec.optimizer.learningRate * scheduleFactor(spec.schedule, step + 1, spec.steps);
    const scalars = stepScalars(step + 1, learningRate, spec.optimizer);
    const outputs = await session.run({
      ...state,
      tokens: new ort.Tensor("int32", batchTokens, [sequences, context + 1]),
      learningRate: scalarTensor(scalars.learningRate),
      stepSize: scalarTensor(scalars.stepSize),
      epsilonHat: scalarTensor(scalars.epsilonHat),
    });
    step++;
    const loss = (outputs.loss!.data as Float32Array)[0]!;
    const gradientNorm = (outputs.gradientNorm!.data as Float32Array)[0]!;
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) {
      rmSync(checkpoints, { recursive: true, force: true });
      return end({
        status: "diverged",
        reason: `loss ${loss}, gradient norm ${gradientNorm} at step ${step} of ${spec.steps}`,
      });
    }
    state = Object.fromEntries(names.map((name) => [name, outputs[`next.${name}`]!]));
    const { everySteps } = spec.evaluation;
    const evaluates = step === spec.steps || (everySteps > 0 && step % everySteps === 0);
    validationLoss = evaluates ? await evaluate(parametersOnly()) : undefined;
    metrics.append({
      step,
      tokens: step * spec.batch.tokens,
      flops: step * flopsPerStep,
      time: Math.round(seconds() * 1000) / 1000,
      "train/loss": loss,
      ...(validationLoss === undefined ? {} : { "val/loss": validationLoss }),
      lr: learningRate,
      grad_norm: gradientNorm,
    });
    if (step % spec.checkpoint.everySteps === 0 || step === spec.steps) checkpoint();
  }
  // A run stopped between its last checkpoint and its result has these numbers in its metrics already.
  const lines = readMetrics(metricsPath);
  const tail = lines.slice(-Math.max(1, Math.round(lines.length / 10)));
  const trainLoss = tail.reduce((sum, line) => sum + line["train/loss"], 0) / tail.length;
  const finalLoss = validationLoss ?? lines.at(-1)?.["val/loss"] ?? (await evaluate(parametersOnly()));
  if (!Number.isFinite(finalLoss))
    return end({ status: "diverged", reason: `validation loss ${finalLoss} after the last step` });
  return end({ status: "done", "train/loss": trainLoss, "val/loss": finalLoss });
}

import ort from "onnxruntime-node";
import type { RunSpec } from "../contract/runSpec.js";
import { parameterGroups } from "../model/parameters.js";
import { stepScalars } from "../optimiser/adamw.js";
import { openAccumulation, openUpdate, zeroSums } from "./gradientAccumulation.js";
import { trainingModel } from "./graphs.js";
import { lazily } from "./lazily.js";
import { openSession } from "./session.js";
import { scalarTensor, stateNames, type TensorMap } from "./state.js";

/** What one step did. */
export interface StepOutcome {
  readonly state: TensorMap;
  /** Mean loss over the batch, before the update. */
  readonly loss: number;
  /** Of the batch's gradient, before clipping. */
  readonly gradientNorm: number;
  /** Squared norms, where the step measured the gradient noise. */
  readonly noise?: { readonly small: number; readonly big: number };
}

export type TrainingStep = (
  state: TensorMap,
  step: number,
  tokens: Int32Array,
  learningRate: number,
) => Promise<StepOutcome>;

/**
 * A step on a batch in one graph, or in parts where it is larger than `microSequences`; and every so many steps in parts
 * that show the gradient noise. Which of them a step takes depends on its number alone. The state handed in is spent.
 */
export function createTrainingStep(spec: RunSpec): TrainingStep {
  const { batch, gradientNoise, optimizer, runtime, shape } = spec;
  const { sequences, microSequences } = batch;
  const length = shape.context + 1;
  const groups = parameterGroups(spec.shape, spec.parametrisation);
  const names = stateNames(groups);
  const whole = lazily(() => openSession(trainingModel(spec, sequences, optimizer), runtime.threads, runtime.device));
  const parts = lazily(() => openAccumulation(spec, microSequences, runtime));
  const update = lazily(() => openUpdate(groups, optimizer, runtime));
  // No part is larger than memory is said to hold, and whole ones make up the measured gradients.
  const noisePart = gradientNoise ? greatestCommonDivisor(gradientNoise.sequences, microSequences) : microSequences;
  const noiseParts = noisePart === microSequences ? parts : lazily(() => openAccumulation(spec, noisePart, runtime));
  let buffers: TensorMap[] = [];

  /** Zeroed buffers of gradients, the same from step to step. */
  const cleared = (count: number): TensorMap[] => {
    while (buffers.length < count) buffers = [...buffers, zeroSums(groups)];
    const taken = buffers.slice(0, count);
    for (const sums of taken) clear(sums);
    return taken;
  };

  const inOneGraph = async (state: TensorMap, tokens: Int32Array, scalars: TensorMap): Promise<StepOutcome> => {
    const outputs = await (await whole()).run({
      ...state,
      ...scalars,
      tokens: new ort.Tensor("int32", tokens, [sequences, length]),
    });
    return {
      state: Object.fromEntries(names.map((name) => [name, outputs[`next.${name}`]!])),
      loss: numberOf(outputs.loss!),
      gradientNorm: numberOf(outputs.gradientNorm!),
    };
  };

  const inParts = async (state: TensorMap, tokens: Int32Array, scalars: TensorMap): Promise<StepOutcome> => {
    const [sums] = cleared(1) as [TensorMap];
    const count = sequences / microSequences;
    const losses = await (await parts())(parametersOf(state), tokens, sums);
    const gradientNorm = await (await update())(state, sums, count, scalars);
    return { state, loss: losses / count, gradientNorm };
  };

  const measuringNoise = async (
    state: TensorMap,
    tokens: Int32Array,
    scalars: TensorMap,
    measured: number,
  ): Promise<StepOutcome> => {
    const [sums, own] = cleared(2) as [TensorMap, TensorMap];
    const accumulate = await noiseParts();
    const perMeasured = measured / noisePart;
    let [losses, squares] = [0, 0];
    for (let row = 0; row < sequences; row += measured) {
      clear(own);
      losses += await accumulate(parametersOf(state), tokens.subarray(row * length, (row + measured) * length), own);
      squares += squaredNorm(own) / perMeasured ** 2;
      addTo(sums, own);
    }
    const count = sequences / noisePart;
    const big = squaredNorm(sums) / count ** 2;
    const gradientNorm = await (await update())(state, sums, count, scalars);
    return { state, loss: losses / count, gradientNorm, noise: { small: (squares * measured) / sequences, big } };
  };

  return async (state, step, tokens, learningRate) => {
    const { stepSize, epsilonHat } = stepScalars(step, learningRate, optimizer);
    const scalars = {
      learningRate: scalarTensor(learningRate),
      stepSize: scalarTensor(stepSize),
      epsilonHat: scalarTensor(epsilonHat),
    };
    if (gradientNoise && step % gradientNoise.everySteps === 0)
      return measuringNoise(state, tokens, scalars, gradientNoise.sequences);
    return microSequences === sequences ? inOneGraph(state, tokens, scalars) : inParts(state, tokens, scalars);
  };
}

/** The parameters of a state, as graphs without an optimiser take them. */
export const parametersOf = (state: TensorMap): TensorMap =>
  Object.fromEntries(Object.entries(state).filter(([name]) => name.startsWith("parameters.")));

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));

const elements = (tensor: ort.Tensor) => tensor.data as Float32Array;
const numberOf = (tensor: ort.Tensor): number => elements(tensor)[0]!;

function clear(tensors: TensorMap): void {
  for (const tensor of Object.values(tensors)) elements(tensor).fill(0);
}

function squaredNorm(tensors: TensorMap): number {
  let sum = 0;
  for (const tensor of Object.values(tensors)) {
    for (const x of elements(tensor)) sum += x * x;
  }
  return sum;
}

function addTo(sums: TensorMap, own: TensorMap): void {
  for (const [name, tensor] of Object.entries(sums)) {
    const [to, from] = [elements(tensor), elements(own[name]!)];
    for (let i = 0; i < to.length; i++) to[i]! += from[i]!;
  }
}

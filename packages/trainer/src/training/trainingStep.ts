import type { RunSpec } from "../contract/runSpec.js";
import { openSession } from "../engine/session.js";
import { tensor } from "../engine/tensor.js";
import { toModel } from "../graph/graph.js";
import { graphMemory } from "../graph/liveness.js";
import { elementCount } from "../onnx/tensorType.js";
import { adamwStep } from "../optimiser/adamw.js";
import { fusesOn, gradientGraph, type ModelDescription } from "./graphs.js";
import { lazily } from "./lazily.js";
import { accumulate, clear, squaredNorm, type TrainingState } from "./state.js";

/** What one step did beside changing the state. */
export interface StepOutcome {
  /** Mean loss over the batch, before the update. */
  readonly loss: number;
  /** Of the batch's gradient, before clipping. */
  readonly gradientNorm: number;
  /** Squared norms, where the step measured the gradient noise. */
  readonly noise?: { readonly small: number; readonly big: number };
}

export type TrainingStep = (
  state: TrainingState,
  step: number,
  tokens: Int32Array,
  learningRate: number,
) => Promise<StepOutcome>;

type Batching = Pick<RunSpec, "batch" | "gradientNoise">;

/** Sequences of a call while the noise is measured: no more than memory is said to hold, and whole ones in a measured part. */
const noisePart = ({ batch, gradientNoise }: Batching): number =>
  gradientNoise ? greatestCommonDivisor(gradientNoise.sequences, batch.microSequences) : batch.microSequences;

/** Sets of gradients that the steps of a run need: the sum, a part's own, and a part of a measured part. */
export function gradientSets(spec: Batching): number {
  const { batch, gradientNoise } = spec;
  if (gradientNoise) return noisePart(spec) < gradientNoise.sequences ? 3 : 2;
  return batch.microSequences < batch.sequences ? 2 : 1;
}

/** Sequences of every graph that the steps of a run have open: of ordinary steps, and of those that measure the noise. */
export function openGraphs(spec: Batching): number[] {
  const { batch, gradientNoise } = spec;
  if (!gradientNoise) return [batch.microSequences];
  const ordinary = gradientNoise.everySteps === 1 ? [] : [batch.microSequences];
  return [...new Set([...ordinary, noisePart(spec)])];
}

/**
 * A step on a batch in one call, or in parts where it is larger than `microSequences`; and every so many steps in parts
 * that show the gradient noise. Which of them a step takes depends on its number alone. What only the noise needs is opened
 * when it is first measured.
 */
export async function openTrainingStep(spec: RunSpec): Promise<TrainingStep> {
  const { batch, gradientNoise, optimizer, runtime, shape } = spec;
  const { sequences, microSequences } = batch;
  const length = shape.context + 1;
  const parts = lazily(() => openGradient(spec, microSequences, runtime));
  if (gradientNoise?.everySteps !== 1) await parts();
  const smaller = noisePart(spec);
  const noiseParts = smaller === microSequences ? parts : lazily(() => openGradient(spec, smaller, runtime));

  /** Leaves in `sum` the gradients of all parts of `tokens`, made one by one in `own`; returns the sum of their losses. */
  const sumOver = async (
    state: TrainingState,
    tokens: Int32Array,
    part: number,
    gradient: Gradient,
    sum: number,
    own: number,
  ): Promise<number> => {
    let losses = await gradient(state, tokens.subarray(0, part * length), sum);
    for (let at = part * length; at < tokens.length; at += part * length) {
      losses += await gradient(state, tokens.subarray(at, at + part * length), own);
      accumulate(state, sum, own);
    }
    return losses;
  };

  const measuringNoise = async (state: TrainingState, tokens: Int32Array, measured: number) => {
    const gradient = await noiseParts();
    const perMeasured = measured / smaller;
    let [losses, squares] = [0, 0];
    clear(state, 0);
    for (let row = 0; row < sequences; row += measured) {
      const rows = tokens.subarray(row * length, (row + measured) * length);
      losses += await sumOver(state, rows, smaller, gradient, 1, 2);
      squares += squaredNorm(state, 1) / perMeasured ** 2;
      accumulate(state, 0, 1);
    }
    const big = squaredNorm(state, 0) / (sequences / smaller) ** 2;
    return { losses, noise: { small: (squares * measured) / sequences, big } };
  };

  return async (state, step, tokens, learningRate) => {
    if (gradientNoise && step % gradientNoise.everySteps === 0) {
      const { losses, noise } = await measuringNoise(state, tokens, gradientNoise.sequences);
      const count = sequences / smaller;
      return { loss: losses / count, gradientNorm: adamwStep(state, step, learningRate, optimizer, count), noise };
    }
    const count = sequences / microSequences;
    const losses = await sumOver(state, tokens, microSequences, await parts(), 0, 1);
    return { loss: losses / count, gradientNorm: adamwStep(state, step, learningRate, optimizer, count) };
  };
}

/** Leaves the gradient of some sequences' mean loss in a set of the state, and returns the loss. */
export type Gradient = (state: TrainingState, tokens: Int32Array, set: number) => Promise<number>;

/** Opens the gradient over so many sequences. */
export async function openGradient(
  description: ModelDescription,
  sequences: number,
  { threads, device }: Pick<RunSpec["runtime"], "threads" | "device">,
): Promise<Gradient> {
  const g = gradientGraph(description, sequences, "float32", fusesOn(device));
  const session = await openSession(toModel(g), threads, device, graphMemory(g).activations);
  const shape = [sequences, description.shape.context + 1];
  const batch = tensor("int32", new Int32Array(elementCount(shape)), shape);
  const loss = tensor("float32", new Float32Array(1), []);
  return async (state, tokens, set) => {
    batch.data.set(tokens);
    await session.run({ ...state.parameters, tokens: batch }, { ...state.gradients[set]!, loss });
    return loss.data[0]!;
  };
}

const greatestCommonDivisor = (a: number, b: number): number => (b === 0 ? a : greatestCommonDivisor(b, a % b));

// A batch that memory does not hold at once: the gradients of its parts are summed, in place, and the parameters and
// moments updated once, from their mean. Besides the state of the whole-batch step it takes one buffer of gradients.
import ort from "onnxruntime-node";
import type { RunSpec } from "../contract/runSpec.js";
import { plus } from "../graph/arithmetic.js";
import { gradients } from "../graph/gradients.js";
import { createGraph, input, output, toModel } from "../graph/graph.js";
import type { ParameterGroup } from "../model/parameters.js";
import type { Model } from "../onnx/model.js";
import { type AdamWOptions, adamw, clipFactor } from "../optimiser/adamw.js";
import { buildLoss, type ModelDescription } from "./graphs.js";
import { openSession } from "./session.js";
import { scalarTensor, stateNames, type TensorMap, toTensors } from "./state.js";

/** Adds the gradient of a part's mean loss: `parameters.*`, `sum.*`, `tokens` -> `next.sum.*`, `loss`. */
export function accumulationModel(description: ModelDescription, sequences: number): Model {
  const { g, groups, flat, loss } = buildLoss(description, sequences, "float32");
  const sums = groups.map((group) => input(g, `sum.${group.name}`, g.float, [group.size]));
  gradients(g, loss, flat).forEach((gradient, i) => {
    output(g, `next.sum.${groups[i]!.name}`, plus(g, sums[i]!, gradient));
  });
  output(g, "loss", loss);
  return toModel(g);
}

/**
 * Clipping and AdamW from summed gradients, of which `share` makes the mean: `parameters.*`, `first.*`, `second.*`, `sum.*`,
 * `share`, `learningRate`, `stepSize`, `epsilonHat` -> `next.*` of the first three, `gradientNorm` (of the mean, before clipping).
 */
export function updateModel(groups: readonly ParameterGroup[], options: AdamWOptions): Model {
  const g = createGraph("float32");
  const flat = (kind: string) => groups.map((group) => input(g, `${kind}.${group.name}`, g.float, [group.size]));
  const [parameters, firsts, seconds, sums] = [flat("parameters"), flat("first"), flat("second"), flat("sum")];
  const number = (name: string) => input(g, name, g.float, []);
  const scalars = {
    learningRate: number("learningRate"),
    stepSize: number("stepSize"),
    epsilonHat: number("epsilonHat"),
  };
  const { norm, factor } = clipFactor(g, sums, options.clip, number("share"));
  groups.forEach((group, i) => {
    const state = { parameters: parameters[i]!, first: firsts[i]!, second: seconds[i]! };
    const next = adamw(g, group, options, scalars, state, sums[i]!, factor);
    output(g, `next.parameters.${group.name}`, next.parameters);
    output(g, `next.first.${group.name}`, next.first);
    output(g, `next.second.${group.name}`, next.second);
  });
  output(g, "gradientNorm", norm);
  return toModel(g);
}

export const zeroSums = (groups: readonly ParameterGroup[]): TensorMap =>
  toTensors(
    groups.map(({ name }) => `sum.${name}`),
    groups.map(({ size }) => new Float32Array(size)),
  );

/** Where a graph is to write its `next.*` outputs: into its inputs, element by element, as its last operations. */
const inPlace = (names: readonly string[], tensors: TensorMap): TensorMap =>
  Object.fromEntries(names.map((name) => [`next.${name}`, tensors[name]!]));

/** Opens the summing of gradients over parts of so many sequences. */
export async function openAccumulation(
  description: ModelDescription,
  part: number,
  { threads, device }: RunSpec["runtime"],
) {
  const session = await openSession(accumulationModel(description, part), threads, device);
  const length = description.shape.context + 1;
  /** Adds to `sums` the gradients of all parts of `tokens`; returns the sum of their losses. */
  return async (parameters: TensorMap, tokens: Int32Array, sums: TensorMap): Promise<number> => {
    const fetches = { ...inPlace(Object.keys(sums), sums), loss: null };
    let losses = 0;
    for (let at = 0; at < tokens.length; at += part * length) {
      const rows = tokens.subarray(at, at + part * length);
      const feeds = { ...parameters, ...sums, tokens: new ort.Tensor("int32", rows, [part, length]) };
      const { loss } = await session.run(feeds, fetches);
      losses += (loss!.data as Float32Array)[0]!;
    }
    return losses;
  };
}

/** Opens the update. It changes the state's buffers and returns the norm of the mean gradient. */
export async function openUpdate(
  groups: readonly ParameterGroup[],
  options: AdamWOptions,
  { threads, device }: RunSpec["runtime"],
) {
  const session = await openSession(updateModel(groups, options), threads, device);
  const names = stateNames(groups);
  return async (state: TensorMap, sums: TensorMap, parts: number, scalars: TensorMap): Promise<number> => {
    const feeds = { ...state, ...sums, ...scalars, share: scalarTensor(1 / parts) };
    const { gradientNorm } = await session.run(feeds, { ...inPlace(names, state), gradientNorm: null });
    return (gradientNorm!.data as Float32Array)[0]!;
  };
}

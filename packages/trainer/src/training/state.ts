import ort from "onnxruntime-node";
import type { ParameterGroup } from "../model/parameters.js";

/** Named tensors, as sessions take and give them. */
export type TensorMap = Record<string, ort.Tensor>;

export const scalarTensor = (value: number): ort.Tensor => new ort.Tensor("float32", Float32Array.of(value), []);

const stateKinds = ["parameters", "first", "second"] as const;

/** Names of the flat state buffers, in the order in which checkpoints hold them. */
export const stateNames = (groups: readonly ParameterGroup[]): string[] =>
  groups.flatMap((group) => stateKinds.map((kind) => `${kind}.${group.name}`));

export const stateLengths = (groups: readonly ParameterGroup[]): number[] =>
  groups.flatMap((group) => stateKinds.map(() => group.size));

export const toTensors = (names: readonly string[], buffers: readonly Float32Array[]): TensorMap =>
  Object.fromEntries(names.map((name, i) => [name, new ort.Tensor("float32", buffers[i]!, [buffers[i]!.length])]));

export const toBuffers = (names: readonly string[], tensors: TensorMap): Float32Array[] =>
  names.map((name) => tensors[name]!.data as Float32Array);

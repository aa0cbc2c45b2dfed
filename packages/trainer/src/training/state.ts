import { type TensorMap, tensor } from "../engine/tensor.js";
import type { ParameterGroup } from "../model/parameters.js";
import { segmentShape, segmentsOf } from "../model/segments.js";
import { bindKernels, type Kernels } from "../optimiser/kernels.js";

/** A flat buffer of a group and where in the group's memory it is. */
export interface GroupBuffer {
  readonly elements: Float32Array;
  readonly address: number;
}

/** Buffers of one group, in a memory of their own, with the passes that work on them in place. */
export interface GroupState {
  readonly group: ParameterGroup;
  readonly kernels: Kernels;
  readonly parameters: GroupBuffer;
  readonly first: GroupBuffer;
  readonly second: GroupBuffer;
  readonly gradients: readonly GroupBuffer[];
  /** Length of each buffer in bytes, with the zeros at its end. */
  readonly bytes: number;
}

/** Parameters, moments and gradients of a model. They stay where they are: a step of training changes their elements. */
export interface TrainingState {
  readonly groups: readonly GroupState[];
  /** `parameters.*`, as graphs take them. */
  readonly parameters: TensorMap;
  /** `gradient.*`, where graphs write them: as many sets as were asked for. */
  readonly gradients: readonly TensorMap[];
  /** What checkpoints hold, in the order of {@link stateLengths}. */
  readonly saved: readonly Float32Array[];
}

const SAVED = ["parameters", "first", "second"] as const;
/** Buffers begin at multiples of a cache line. */
const LINE = 64;

export const stateLengths = (groups: readonly ParameterGroup[]): number[] =>
  groups.flatMap((group) => SAVED.map(() => group.size));

/** Parameters as given, a flat buffer a group, moments of zero, and buffers for so many gradients. */
export function createState(
  groups: readonly ParameterGroup[],
  parameters: readonly Float32Array[],
  gradientSets = 1,
): TrainingState {
  const state = emptyState(groups, gradientSets);
  state.groups.forEach((group, i) => {
    group.parameters.elements.set(parameters[i]!);
  });
  return state;
}

/** Parameters of zero, too. */
export function emptyState(groups: readonly ParameterGroup[], gradientSets = 1): TrainingState {
  const states = groups.map((group): GroupState => {
    const bytes = Math.ceil((4 * group.size) / LINE) * LINE;
    const { buffer, functions } = bindKernels((SAVED.length + gradientSets) * bytes);
    const at = (place: number): GroupBuffer => ({
      elements: new Float32Array(buffer, place * bytes, group.size),
      address: place * bytes,
    });
    const [parameters, first, second] = [at(0), at(1), at(2)];
    const gradients = Array.from({ length: gradientSets }, (_, i) => at(SAVED.length + i));
    return { group, kernels: functions, parameters, first, second, gradients, bytes };
  });
  const views = (kind: string, bufferOf: (state: GroupState) => GroupBuffer) =>
    segmentTensors(
      kind,
      groups,
      states.map((state) => bufferOf(state).elements),
    );
  return {
    groups: states,
    parameters: views("parameters", (state) => state.parameters),
    gradients: Array.from({ length: gradientSets }, (_, i) => views("gradient", (state) => state.gradients[i]!)),
    saved: states.flatMap((state) => SAVED.map((kind) => state[kind].elements)),
  };
}

/** Flat buffers of the groups as the tensors `<kind>.*` that graphs take, without copying. */
export function segmentTensors(
  kind: string,
  groups: readonly ParameterGroup[],
  buffers: readonly Float32Array[],
): TensorMap {
  const bufferOf = new Map(groups.map((group, i) => [group.name, buffers[i]!]));
  return Object.fromEntries(
    segmentsOf(groups).map((segment) => {
      const { name, group, offset, size } = segment;
      const elements = bufferOf.get(group.name)!.subarray(offset, offset + size);
      return [`${kind}.${name}`, tensor("float32", elements, segmentShape(segment))];
    }),
  );
}

/** Sum of squares over all groups of one set of gradients. */
export const squaredNorm = (state: TrainingState, set: number): number =>
  state.groups.reduce(
    (sum, { kernels, gradients, bytes }) => sum + kernels.sumOfSquares(gradients[set]!.address, bytes),
    0,
  );

/** Adds one set of gradients to another. */
export function accumulate(state: TrainingState, target: number, source: number): void {
  for (const { kernels, gradients, bytes } of state.groups)
    kernels.accumulate(gradients[target]!.address, gradients[source]!.address, bytes);
}

export function clear(state: TrainingState, set: number): void {
  for (const { gradients } of state.groups) gradients[set]!.elements.fill(0);
}

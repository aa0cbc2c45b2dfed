import { elementCount } from "../onnx/tensorType.js";
import type { ParameterGroup, ParameterTensor } from "./parameters.js";

/** A part of a group's flat buffer that enters and leaves graphs as one tensor. */
export interface Segment {
  /** Unique in the model; the group's own where the group is one segment. */
  readonly name: string;
  readonly group: ParameterGroup;
  /** Place of its first element in the group's buffer. */
  readonly offset: number;
  readonly size: number;
  readonly tensors: readonly ParameterTensor[];
}

/**
 * From so many elements on a tensor is a segment by itself: cutting it out of a longer one, and joining its gradient to
 * others', would cost more than handing a graph one more input and output (4 microseconds).
 */
const LARGE = 8192;

/** The segments of all groups, in the order of their buffers. */
export function segmentsOf(groups: readonly ParameterGroup[]): Segment[] {
  return groups.flatMap((group) => {
    const runs: ParameterTensor[][] = [];
    let lastIsLarge = true;
    for (const tensor of group.tensors) {
      const large = elementCount(tensor.shape) >= LARGE;
      if (large || lastIsLarge) runs.push([tensor]);
      else runs.at(-1)!.push(tensor);
      lastIsLarge = large;
    }
    let offset = 0;
    return runs.map((tensors, i) => {
      const size = tensors.reduce((sum, { shape }) => sum + elementCount(shape), 0);
      const segment = { name: runs.length === 1 ? group.name : `${group.name}.${i}`, group, offset, size, tensors };
      offset += size;
      return segment;
    });
  });
}

/** Shape as a graph takes it: a lone tensor's own, or flat. */
export const segmentShape = ({ tensors, size }: Segment): readonly number[] =>
  tensors.length === 1 ? tensors[0]!.shape : [size];

import { type ElementType, elementCount } from "../onnx/tensorType.js";

/** Elements by their type, as JavaScript holds them. */
export interface ElementArrays {
  readonly float32: Float32Array;
  readonly float64: Float64Array;
  readonly int32: Int32Array;
  readonly int64: BigInt64Array;
}

/** Elements and their shape. Graphs read them where they are, and write where they are told to: nothing is copied. */
export interface Tensor<Type extends ElementType = ElementType> {
  readonly type: Type;
  readonly data: ElementArrays[Type];
  readonly shape: readonly number[];
}

/** Named tensors, as sessions take and give them. */
export type TensorMap = Record<string, Tensor>;

const ARRAYS = { float32: Float32Array, float64: Float64Array, int32: Int32Array, int64: BigInt64Array } as const;

export const tensor = <Type extends ElementType>(
  type: Type,
  data: ElementArrays[Type],
  shape: readonly number[],
): Tensor<Type> => ({ type, data, shape });

/** A tensor of zeros. */
export const zeros = (type: ElementType, shape: readonly number[]): Tensor => ({
  type,
  data: new ARRAYS[type](elementCount(shape)),
  shape,
});

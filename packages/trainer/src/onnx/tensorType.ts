/** Element types the graphs use, by their numbers in onnx.proto's TensorProto.DataType. */
export const elementTypeCode = { float32: 1, int32: 6, int64: 7, float64: 11 } as const;
/** Bytes of one element. */
export const elementSize = { float32: 4, int32: 4, int64: 8, float64: 8 } as const;
export type ElementType = keyof typeof elementTypeCode;
/** Types that carry gradients. */
export type FloatType = "float32" | "float64";

export const elementCount = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

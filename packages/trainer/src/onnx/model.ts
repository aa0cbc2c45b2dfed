import type { ElementType } from "./tensorType.js";

/** A tensor that enters or leaves the graph, with its static shape. */
export interface TensorInfo {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: readonly number[];
}

/** A constant of the graph. */
export interface Initializer extends TensorInfo {
  /** Little-endian raw elements. */
  readonly data: Uint8Array;
}

/** An attribute of a node; integers and floats are told apart by the tag, as ONNX does. */
export type Attribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly ints: readonly number[] }
  | { readonly string: string };

export interface Node {
  readonly op: string;
  /** "" is the standard operator set, "com.microsoft" ONNX Runtime's own operators. */
  readonly domain: "" | "com.microsoft";
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

export interface Model {
  readonly nodes: readonly Node[];
  readonly initializers: readonly Initializer[];
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
}

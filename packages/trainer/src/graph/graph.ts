import type { Attribute, Initializer, Model, Node, TensorInfo } from "../onnx/model.js";
import { type ElementType, elementCount, type FloatType } from "../onnx/tensorType.js";

/** A tensor in a graph under construction: its ONNX name, element type and static shape. */
export type Value = TensorInfo;

/** Reverse-mode rule of one recorded operation: gradients of its inputs (undefined: none flows) from those of its outputs. */
export type PullBack = (outputGradients: readonly (Value | undefined)[]) => readonly (Value | undefined)[];

export interface TapeEntry {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly pullBack: PullBack;
}

/** An ONNX graph being built, with the tape that differentiation walks backwards. Every shape is static. */
export interface Graph {
  /** Type of all parameters and activations: float32 to train, float64 to check gradients. */
  readonly float: FloatType;
  readonly nodes: Node[];
  readonly initializers: Initializer[];
  readonly inputs: Value[];
  readonly outputs: Value[];
  readonly tape: TapeEntry[];
  readonly constants: Map<string, Value>;
}

export function createGraph(float: FloatType): Graph {
  return { float, nodes: [], initializers: [], inputs: [], outputs: [], tape: [], constants: new Map() };
}

export function input(g: Graph, name: string, type: ElementType, shape: readonly number[]): Value {
  const value = { name, type, shape };
  g.inputs.push(value);
  return value;
}

/** Marks a value as an output of the model under a stated name. */
export function output(g: Graph, name: string, value: Value): void {
  const [named] = emit(g, "Identity", [value], [{ ...value }], {}, "", [name]);
  g.outputs.push(named!);
}

/** Appends one node; returns its outputs. `undefined` inputs are ONNX's omitted optional ones. */
export function emit(
  g: Graph,
  op: string,
  inputs: readonly (Value | undefined)[],
  outputs: readonly { readonly type: ElementType; readonly shape: readonly number[] }[],
  attributes: Readonly<Record<string, Attribute>> = {},
  domain: Node["domain"] = "",
  names?: readonly string[],
): Value[] {
  const position = g.nodes.length;
  const values = outputs.map(({ type, shape }, i) => ({ name: names?.[i] ?? `${op}_${position}_${i}`, type, shape }));
  g.nodes.push({
    op,
    domain,
    inputs: inputs.map((value) => value?.name ?? ""),
    outputs: values.map((value) => value.name),
    attributes,
  });
  return values;
}

/** Like {@link emit}, for the many operators with a single output. */
export function emitOne(
  g: Graph,
  op: string,
  inputs: readonly (Value | undefined)[],
  shape: readonly number[],
  attributes: Readonly<Record<string, Attribute>> = {},
  type: ElementType = g.float,
): Value {
  return emit(g, op, inputs, [{ type, shape }], attributes)[0]!;
}

/** Records how gradients flow back through what was just emitted. */
export function record(g: Graph, inputs: readonly Value[], outputs: readonly Value[], pullBack: PullBack): void {
  g.tape.push({ inputs, outputs, pullBack });
}

/** A constant of the graph's float type (or int64), stored once however often it is asked for. */
export function constant(
  g: Graph,
  elements: readonly number[],
  shape: readonly number[],
  type: ElementType = g.float,
): Value {
  const key = `${type}|${shape.join(",")}|${elements.join(",")}`;
  const known = g.constants.get(key);
  if (known) return known;
  if (elements.length !== elementCount(shape))
    throw new Error(`constant: ${elements.length} elements for shape [${shape}]`);
  const name = `constant_${g.constants.size}`;
  const value = { name, type, shape };
  g.initializers.push({ ...value, data: rawElements(elements, type) });
  g.constants.set(key, value);
  return value;
}

export const scalar = (g: Graph, element: number): Value => constant(g, [element], []);

export const toModel = (g: Graph): Model => ({
  nodes: g.nodes,
  initializers: g.initializers,
  inputs: g.inputs,
  outputs: g.outputs,
});

function rawElements(elements: readonly number[], type: ElementType): Uint8Array {
  const typed =
    type === "float32"
      ? Float32Array.from(elements)
      : type === "float64"
        ? Float64Array.from(elements)
        : type === "int32"
          ? Int32Array.from(elements)
          : BigInt64Array.from(elements, (element) => BigInt(element));
  return new Uint8Array(typed.buffer);
}

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
  /**
   * Whether it may have what ONNX Runtime's CPU provider computes fastest: fused operators, normalisation's further outputs,
   * operators of any number of tensors. Other devices' providers lack some of it, silently: WebGPU's leaves the inverse root
   * mean square of SimplifiedLayerNormalization wrong. A graph without is spelled out in operators of the ONNX standard.
   */
  readonly fused: boolean;
  readonly nodes: Node[];
  readonly initializers: Initializer[];
  readonly inputs: Value[];
  readonly outputs: Value[];
  /** The value that each output is, by the output's name. */
  readonly results: Map<string, string>;
  readonly tape: TapeEntry[];
  readonly constants: Map<string, Value>;
  /** What nodes give, by name. */
  readonly values: Map<string, Value>;
  /** Values that are a multiple of another one, by name: a matrix product takes the factor for nothing. */
  readonly multiples: Map<string, { readonly of: Value; readonly factor: number }>;
}

/** A graph to be built. In float64 nothing is fused: ONNX Runtime has it in float32 alone. */
export function createGraph(float: FloatType, fused = true): Graph {
  return {
    float,
    fused: fused && float === "float32",
    nodes: [],
    initializers: [],
    inputs: [],
    outputs: [],
    results: new Map(),
    tape: [],
    constants: new Map(),
    values: new Map(),
    multiples: new Map(),
  };
}

export function input(g: Graph, name: string, type: ElementType, shape: readonly number[]): Value {
  const value = { name, type, shape };
  g.inputs.push(value);
  return value;
}

/** Marks a value as an output of the model under a stated name. */
export function output(g: Graph, name: string, value: Value): void {
  g.outputs.push({ ...value, name });
  g.results.set(name, value.name);
}

/** Appends one node; returns its outputs. `undefined` inputs are ONNX's omitted optional ones. */
export function emit(
  g: Graph,
  op: string,
  inputs: readonly (Value | undefined)[],
  outputs: readonly { readonly type: ElementType; readonly shape: readonly number[] }[],
  attributes: Readonly<Record<string, Attribute>> = {},
  domain: Node["domain"] = "",
): Value[] {
  const position = g.nodes.length;
  const values = outputs.map(({ type, shape }, i) => ({ name: `${op}_${position}_${i}`, type, shape }));
  for (const value of values) g.values.set(value.name, value);
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
  return constantCalled(g, elements.join(","), shape, () => elements, type);
}

/** A constant known by what it is called, so that a long one is neither made nor compared again. */
export function constantCalled(
  g: Graph,
  called: string,
  shape: readonly number[],
  make: () => ArrayLike<number>,
  type: ElementType = g.float,
): Value {
  const key = `${type}|${shape.join(",")}|${called}`;
  const known = g.constants.get(key);
  if (known) return known;
  const elements = make();
  if (elements.length !== elementCount(shape))
    throw new Error(`constant: ${elements.length} elements for shape [${shape}]`);
  const name = `constant_${g.constants.size}`;
  const value = { name, type, shape };
  g.initializers.push({ ...value, data: rawElements(elements, type) });
  g.constants.set(key, value);
  return value;
}

/** One number in every element. */
export const filled = (g: Graph, element: number, shape: readonly number[], type: ElementType = g.float): Value =>
  constantCalled(g, `all ${element}`, shape, () => new Array<number>(elementCount(shape)).fill(element), type);

export const scalar = (g: Graph, element: number): Value => constant(g, [element], []);

/** The gradient of the loss with respect to itself: where it is what flows in, nothing needs to be multiplied. */
export const unit = (g: Graph): Value => scalar(g, 1);

/** The model of all that the outputs need. */
export function toModel(g: Graph): Model {
  const named = nameResults(g);
  const needed = new Set(g.outputs.map((value) => value.name));
  const nodes: Node[] = [];
  for (const node of [...named].reverse()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    for (const name of node.inputs) needed.add(name);
    nodes.push(node);
  }
  return {
    nodes: nodes.reverse(),
    initializers: g.initializers.filter((tensor) => needed.has(tensor.name)),
    inputs: g.inputs,
    outputs: g.outputs,
  };
}

/** The nodes with results under the names of the outputs: written there by whoever computes them, copied only if need be. */
function nameResults(g: Graph): Node[] {
  const computed = new Set(g.nodes.flatMap((node) => node.outputs));
  const names = new Map<string, string>();
  const copies: Node[] = [];
  for (const [name, source] of g.results) {
    if (computed.has(source) && !names.has(source)) names.set(source, name);
    else
      copies.push({
        op: "Identity",
        domain: "",
        inputs: [names.get(source) ?? source],
        outputs: [name],
        attributes: {},
      });
  }
  const rename = (name: string) => names.get(name) ?? name;
  const renamed = g.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map(rename),
    outputs: node.outputs.map(rename),
  }));
  return [...renamed, ...copies];
}

function rawElements(elements: ArrayLike<number>, type: ElementType): Uint8Array {
  const typed =
    type === "float32"
      ? new Float32Array(elements)
      : type === "float64"
        ? new Float64Array(elements)
        : type === "int32"
          ? new Int32Array(elements)
          : BigInt64Array.from(elements, (element) => BigInt(element));
  return new Uint8Array(typed.buffer);
}

import { elementCount, elementSize } from "../onnx/tensorType.js";
import { type Graph, toModel } from "./graph.js";

/** Operators whose output is their first input's memory under another shape. */
const VIEWS = new Set(["Reshape", "Identity"]);

/** Bytes of a graph beside its inputs and outputs. */
export interface GraphMemory {
  /** The most that intermediate values take at one moment, each from where it is made to where it is last read. */
  readonly activations: number;
  readonly constants: number;
}

/** What a graph needs, computed from its shapes in the order in which its nodes were put down. */
export function graphMemory(g: Graph): GraphMemory {
  const { nodes, initializers, outputs } = toModel(g);
  const given = new Set(outputs.map((value) => value.name));
  const owner = new Map<string, string>();
  const ownerOf = (name: string) => owner.get(name) ?? name;
  const bytes = new Map<string, number>();
  const lastRead = new Map<string, number>();
  nodes.forEach((node, position) => {
    const isView = VIEWS.has(node.op);
    for (const name of node.outputs) {
      if (isView) owner.set(name, ownerOf(node.inputs[0]!));
      const value = g.values.get(name);
      if (value && !isView && !given.has(name)) bytes.set(name, elementSize[value.type] * elementCount(value.shape));
      lastRead.set(ownerOf(name), position);
    }
    for (const name of node.inputs) lastRead.set(ownerOf(name), position);
  });
  let [live, activations] = [0, 0];
  nodes.forEach((node, position) => {
    for (const name of node.outputs) live += bytes.get(name) ?? 0;
    activations = Math.max(activations, live);
    for (const name of new Set([...node.inputs, ...node.outputs].map(ownerOf)))
      if (lastRead.get(name) === position) live -= bytes.get(name) ?? 0;
  });
  return { activations, constants: initializers.reduce((sum, { data }) => sum + data.length, 0) };
}

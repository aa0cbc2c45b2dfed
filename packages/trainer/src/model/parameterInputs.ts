import { concat, reshape, split } from "../graph/arithmetic.js";
import { type Graph, input, record, type Value } from "../graph/graph.js";
import { elementCount } from "../onnx/tensorType.js";
import type { ParameterGroup } from "./parameters.js";
import { type Segment, segmentShape, segmentsOf } from "./segments.js";

export interface ParameterInputs {
  /** `parameters.<segment>`, each with its segment. */
  readonly inputs: readonly { readonly segment: Segment; readonly value: Value }[];
  /** A parameter tensor by its name. */
  readonly tensor: (name: string) => Value;
}

/** Makes a model's parameters the inputs of a graph. */
export function parameterInputs(g: Graph, groups: readonly ParameterGroup[]): ParameterInputs {
  const inputs = segmentsOf(groups).map((segment) => ({
    segment,
    value: input(g, `parameters.${segment.name}`, g.float, segmentShape(segment)),
  }));
  const tensors = new Map(inputs.flatMap(({ segment, value }) => cut(g, segment, value)));
  return {
    inputs,
    tensor(name) {
      const value = tensors.get(name);
      if (!value) throw new Error(`the model has no parameter ${name}`);
      return value;
    },
  };
}

/** Cuts a segment into its named tensors; their gradients are joined again. */
function cut(g: Graph, { tensors }: Segment, whole: Value): [string, Value][] {
  if (tensors.length === 1) return [[tensors[0]!.name, whole]];
  const pieces = split(
    g,
    whole,
    0,
    tensors.map((tensor) => elementCount(tensor.shape)),
  );
  const shaped = pieces.map((piece, i) => reshape(g, piece, tensors[i]!.shape));
  record(g, [whole], shaped, (gradients) => [
    concat(
      g,
      gradients.map((gradient, i) => {
        if (!gradient) throw new Error(`no gradient reaches ${tensors[i]!.name}`);
        return reshape(g, gradient, [elementCount(gradient.shape)]);
      }),
      0,
    ),
  ]);
  return tensors.map((tensor, i) => [tensor.name, shaped[i]!]);
}

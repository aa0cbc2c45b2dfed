import type { RunSpec } from "../contract/runSpec.js";
import { gradients } from "../graph/gradients.js";
import { createGraph, type Graph, input, output, toModel, type Value } from "../graph/graph.js";
import { type ParameterInputs, parameterInputs } from "../model/parameterInputs.js";
import { forwardFactors, type Parametrisation, parameterGroups } from "../model/parameters.js";
import { transformerLoss } from "../model/transformer.js";
import type { Model } from "../onnx/model.js";
import type { FloatType } from "../onnx/tensorType.js";

/** Whether a device's graphs may have what is fused. */
export const fusesOn = (device: RunSpec["runtime"]["device"]): boolean => device === "cpu";

/** What a graph of the model depends on. */
export interface ModelDescription {
  readonly shape: RunSpec["shape"];
  readonly parametrisation: Parametrisation;
}

export interface LossGraph {
  readonly g: Graph;
  readonly parameters: ParameterInputs["inputs"];
  readonly loss: Value;
}

/** Mean loss over a batch, and the parameters that it depends on. */
export function buildLoss(
  { shape, parametrisation }: ModelDescription,
  sequences: number,
  float: FloatType,
  fused: boolean,
): LossGraph {
  const g = createGraph(float, fused);
  const { inputs, tensor } = parameterInputs(g, parameterGroups(shape, parametrisation));
  const tokens = input(g, "tokens", "int32", [sequences, shape.context + 1]);
  const loss = transformerLoss(g, shape, forwardFactors(shape, parametrisation), tensor, tokens);
  return { g, parameters: inputs, loss };
}

/** Loss and its gradients: `parameters.*`, `tokens` -> `loss`, `gradient.*` of the same segments. */
export function gradientGraph(description: ModelDescription, sequences: number, float: FloatType, fused = true): Graph {
  const { g, parameters, loss } = buildLoss(description, sequences, float, fused);
  const slopes = gradients(
    g,
    loss,
    parameters.map(({ value }) => value),
  );
  output(g, "loss", loss);
  parameters.forEach(({ segment }, i) => {
    output(g, `gradient.${segment.name}`, slopes[i]!);
  });
  return g;
}

/** {@link gradientGraph} as ONNX Runtime loads it. */
export const gradientModel = (
  description: ModelDescription,
  sequences: number,
  float: FloatType = "float32",
  fused = true,
): Model => toModel(gradientGraph(description, sequences, float, fused));

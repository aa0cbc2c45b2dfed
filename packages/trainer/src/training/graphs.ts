import type { RunSpec } from "../contract/runSpec.js";
import { gradients } from "../graph/gradients.js";
import { createGraph, type Graph, input, output, toModel, type Value } from "../graph/graph.js";
import { forwardFactors, type ParameterGroup, type Parametrisation, parameterGroups } from "../model/parameters.js";
import { transformerLoss } from "../model/transformer.js";
import type { Model } from "../onnx/model.js";
import type { FloatType } from "../onnx/tensorType.js";
import { type AdamWOptions, adamw, clipFactor } from "../optimiser/adamw.js";

/** What a graph of the model depends on. */
export interface ModelDescription {
  readonly shape: RunSpec["shape"];
  readonly parametrisation: Parametrisation;
}

export interface LossGraph {
  readonly g: Graph;
  readonly groups: readonly ParameterGroup[];
  readonly flat: readonly Value[];
  readonly loss: Value;
}

/** Mean loss over a batch, and the flat parameter buffers that it depends on. */
export function buildLoss(
  { shape, parametrisation }: ModelDescription,
  sequences: number,
  float: FloatType,
): LossGraph {
  const g = createGraph(float);
  const groups = parameterGroups(shape, parametrisation);
  const flat = groups.map((group) => input(g, `parameters.${group.name}`, float, [group.size]));
  const tokens = input(g, "tokens", "int32", [sequences, shape.context + 1]);
  const loss = transformerLoss(g, shape, forwardFactors(shape, parametrisation), groups, flat, tokens);
  return { g, groups, flat, loss };
}

/** Loss and its gradients: `parameters.*`, `tokens` -> `loss`, `gradient.*`. */
export function gradientModel(description: ModelDescription, sequences: number, float: FloatType = "float32"): Model {
  const { g, groups, flat, loss } = buildLoss(description, sequences, float);
  const flatGradients = gradients(g, loss, flat);
  output(g, "loss", loss);
  groups.forEach((group, i) => {
    output(g, `gradient.${group.name}`, flatGradients[i]!);
  });
  return toModel(g);
}

/**
 * One whole training step: forward, backward, clipping and AdamW.
 * `parameters.*`, `first.*`, `second.*`, `tokens`, `learningRate`, `stepSize`, `epsilonHat`
 * -> `next.parameters.*`, `next.first.*`, `next.second.*`, `loss` (before the update), `gradientNorm` (before clipping).
 */
export function trainingModel(description: ModelDescription, sequences: number, options: AdamWOptions): Model {
  const { g, groups, flat, loss } = buildLoss(description, sequences, "float32");
  const firsts = groups.map((group) => input(g, `first.${group.name}`, g.float, [group.size]));
  const seconds = groups.map((group) => input(g, `second.${group.name}`, g.float, [group.size]));
  const scalars = {
    learningRate: input(g, "learningRate", g.float, []),
    stepSize: input(g, "stepSize", g.float, []),
    epsilonHat: input(g, "epsilonHat", g.float, []),
  };
  const flatGradients = gradients(g, loss, flat);
  const { norm, factor } = clipFactor(g, flatGradients, options.clip);
  groups.forEach((group, i) => {
    const state = { parameters: flat[i]!, first: firsts[i]!, second: seconds[i]! };
    const next = adamw(g, group, options, scalars, state, flatGradients[i]!, factor);
    output(g, `next.parameters.${group.name}`, next.parameters);
    output(g, `next.first.${group.name}`, next.first);
    output(g, `next.second.${group.name}`, next.second);
  });
  output(g, "loss", loss);
  output(g, "gradientNorm", norm);
  return toModel(g);
}

import type { RunSpec } from "../contract/runSpec.js";
import { openSession } from "../engine/session.js";
import { tensor } from "../engine/tensor.js";
import { createGraph, input, output, toModel } from "../graph/graph.js";
import { initialParameters } from "../model/initialise.js";
import { parameterInputs } from "../model/parameterInputs.js";
import { forwardFactors, parameterGroups } from "../model/parameters.js";
import { transformerLogits } from "../model/transformer.js";
import type { Model } from "../onnx/model.js";
import { adamwStep } from "../optimiser/adamw.js";
import type { ModelDescription } from "./graphs.js";
import { createState } from "./state.js";
import { openGradient } from "./trainingStep.js";

/**
 * Activations whose change is followed: the embedded tokens, the stream after the last layer, the last layer's attention
 * score of every token to itself (which no kind of positions alters), and the logits.
 */
export const COORDINATES = ["embedding", "stream", "attention", "logits"] as const;
export type Coordinate = (typeof COORDINATES)[number];

/** How far the activations of a fixed batch have moved after each step of training. */
export interface CoordinateChanges {
  readonly width: number;
  /** Mean absolute change of an element since the start, after step 1, 2, …. */
  readonly changes: Readonly<Record<Coordinate, readonly number[]>>;
}

export interface CoordinateCheckOptions {
  readonly description: ModelDescription;
  readonly optimizer: RunSpec["optimizer"];
  /** [sequences, context + 1] tokens; the model is trained on them for `steps` steps at a constant learning rate. */
  readonly tokens: Int32Array;
  readonly steps: number;
  readonly seed: number;
  readonly threads: number;
}

/**
 * The coordinate check of Yang et al. 2022 (arXiv:2203.03466), appendix D.1 and figure 5: under a parametrisation that carries
 * hyperparameters over widths, a few steps of training move every activation by an amount that does not depend on the
 * width; under the standard one some move the more the wider the model is.
 */
export async function coordinateCheck(options: CoordinateCheckOptions): Promise<CoordinateChanges> {
  const { description, optimizer, steps, threads, tokens } = options;
  const { width, context } = description.shape;
  const sequences = tokens.length / (context + 1);
  const groups = parameterGroups(description.shape, description.parametrisation);
  const state = createState(groups, initialParameters(groups, options.seed));
  const probe = await openSession(probeModel(description, sequences), threads);
  const gradient = await openGradient(description, sequences, { threads, device: "cpu" });
  const look = async (): Promise<Record<Coordinate, Float32Array>> => {
    const batch = tensor("int32", tokens, [sequences, context + 1]);
    const outputs = await probe.run({ ...state.parameters, tokens: batch });
    const values = (name: string) => outputs[name]!.data as Float32Array;
    return {
      embedding: values("embedding"),
      stream: values("stream"),
      attention: ownScores(values("query"), values("key"), description),
      logits: values("logits"),
    };
  };
  const start = await look();
  const changes = { embedding: [], stream: [], attention: [], logits: [] } as Record<Coordinate, number[]>;
  for (let step = 1; step <= steps; step++) {
    await gradient(state, tokens, 0);
    adamwStep(state, step, optimizer.learningRate, optimizer, 1);
    const now = await look();
    for (const name of COORDINATES) changes[name].push(meanAbsoluteChange(start[name], now[name]));
  }
  await probe.release();
  return { width, changes };
}

/** The model's forward pass with the activations as outputs. */
function probeModel({ shape, parametrisation }: ModelDescription, sequences: number): Model {
  const g = createGraph("float32");
  const parameters = parameterInputs(g, parameterGroups(shape, parametrisation));
  const tokens = input(g, "tokens", "int32", [sequences, shape.context + 1]);
  transformerLogits(g, shape, forwardFactors(shape, parametrisation), parameters.tensor, tokens, (name, activation) =>
    output(g, name, activation),
  );
  return toModel(g);
}

/** factor · query · key of every token and head with itself, from rows of all heads side by side. */
function ownScores(query: Float32Array, key: Float32Array, { shape, parametrisation }: ModelDescription): Float32Array {
  const { headWidth } = shape;
  const factor = forwardFactors(shape, parametrisation).attention;
  return Float32Array.from({ length: query.length / headWidth }, (_, i) => {
    let sum = 0;
    for (let j = i * headWidth; j < (i + 1) * headWidth; j++) sum += query[j]! * key[j]!;
    return factor * sum;
  });
}

function meanAbsoluteChange(before: Float32Array, after: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < before.length; i++) sum += Math.abs(after[i]! - before[i]!);
  return sum / before.length;
}

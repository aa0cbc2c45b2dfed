import { reshape, transpose } from "../graph/arithmetic.js";
import { createGraph, input, output, toModel, type Value } from "../graph/graph.js";
import { greedyChoice, tokenLosses } from "../graph/ops/crossEntropy.js";
import { parameterInputs } from "../model/parameterInputs.js";
import { forwardFactors, parameterGroups } from "../model/parameters.js";
import { transformerLogits } from "../model/transformer.js";
import type { Model } from "../onnx/model.js";
import type { ModelDescription } from "./graphs.js";

/**
 * What a model says of every predicted token: `parameters.*`, `tokens` [sequences, context + 1] -> `losses` in nats
 * [sequences · context], and where asked for `greedy`, the tokens it holds for the most likely.
 */
export function scoringModel(
  { shape, parametrisation }: ModelDescription,
  sequences: number,
  { greedy = false, fused = true }: { readonly greedy?: boolean; readonly fused?: boolean } = {},
): Model {
  const g = createGraph("float32", fused);
  const groups = parameterGroups(shape, parametrisation);
  const { tensor } = parameterInputs(g, groups);
  const tokens = input(g, "tokens", "int32", [sequences, shape.context + 1]);
  const { logits, labels } = transformerLogits(g, shape, forwardFactors(shape, parametrisation), tensor, tokens);
  // The model has all sequences' first tokens first.
  const bySequence = (perToken: Value) => {
    const ordered = transpose(g, reshape(g, perToken, [shape.context, sequences]), [1, 0]);
    return reshape(g, ordered, [sequences * shape.context]);
  };
  output(g, "losses", bySequence(tokenLosses(g, logits, labels)));
  if (greedy) output(g, "greedy", bySequence(greedyChoice(g, logits)));
  return toModel(g);
}

/** Rows of a call: enough to keep the processor busy, no more logits than a step of training holds. */
export function scoringBatch(
  { context, vocabulary }: ModelDescription["shape"],
  microSequences: number,
  sequences: number,
): number {
  const affordable = Math.max(microSequences, Math.floor(LOGITS / (context * vocabulary)));
  return Math.max(1, Math.min(MOST_ROWS, affordable, sequences));
}

const MOST_ROWS = 16;
/** 16 MB of them. */
const LOGITS = 2 ** 22;

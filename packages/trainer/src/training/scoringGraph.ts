import type { RunSpec } from "../contract/runSpec.js";
import { openSession, type Session } from "../engine/session.js";
import { reshape, transpose } from "../graph/arithmetic.js";
import { createGraph, type Graph, input, output, toModel, type Value } from "../graph/graph.js";
import { greedyChoice, tokenLosses } from "../graph/ops/crossEntropy.js";
import { parameterInputs } from "../model/parameterInputs.js";
import { forwardFactors, parameterGroups } from "../model/parameters.js";
import { transformerLogits } from "../model/transformer.js";
import type { Model } from "../onnx/model.js";
import { fusesOn, type ModelDescription } from "./graphs.js";

export interface ScoringOptions {
  /** Whether the most likely tokens are asked for. */
  readonly greedy?: boolean;
  readonly fused?: boolean;
}

/**
 * What a model says of every predicted token: `parameters.*`, `tokens` [sequences, context + 1] -> `losses` in nats
 * [sequences · context], and where asked for `greedy`, the tokens it holds for the most likely.
 */
export function scoringGraph(
  { shape, parametrisation }: ModelDescription,
  sequences: number,
  { greedy = false, fused = true }: ScoringOptions = {},
): Graph {
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
  return g;
}

/** {@link scoringGraph} as ONNX Runtime loads it. */
export const scoringModel = (...asked: Parameters<typeof scoringGraph>): Model => toModel(scoringGraph(...asked));

/** Opens {@link scoringGraph} on the run's device. */
export async function openScoring(
  spec: ModelDescription & Pick<RunSpec, "runtime">,
  sequences: number,
  options: Pick<ScoringOptions, "greedy"> = {},
): Promise<Session> {
  const { threads, device } = spec.runtime;
  const g = scoringGraph(spec, sequences, { ...options, fused: fusesOn(device) });
  // Without a block laid out beforehand, whatever its size: it would save some per cent of a few calls.
  return openSession(toModel(g), threads, device, Number.POSITIVE_INFINITY);
}

/** Rows of a call: enough to keep the processor busy, no more logits or attention scores than a step of training holds. */
export function scoringBatch(
  { context, vocabulary, heads }: ModelDescription["shape"],
  microSequences: number,
  sequences: number,
): number {
  const affordable = Math.max(microSequences, Math.floor(LARGEST / (context * Math.max(vocabulary, heads * context))));
  return Math.max(1, Math.min(MOST_ROWS, affordable, sequences));
}

const MOST_ROWS = 16;
/** 16 MB of them. */
const LARGEST = 2 ** 22;

import type { RunSpec } from "../contract/runSpec.js";
import { reshape, slice, transpose } from "../graph/arithmetic.js";
import type { Graph, Value } from "../graph/graph.js";
import { gelu, squaredRelu, swiglu } from "../graph/ops/activation.js";
import { alibiSlopes, causalAttention } from "../graph/ops/causalAttention.js";
import { crossEntropy } from "../graph/ops/crossEntropy.js";
import { embed } from "../graph/ops/embedding.js";
import { layerNorm } from "../graph/ops/layerNorm.js";
import { linear, linearParts, unembed } from "../graph/ops/linear.js";
import { reshaped } from "../graph/ops/reshaped.js";
import { add, addBias, addBiasParts, addPositions } from "../graph/ops/residual.js";
import { rmsNorm } from "../graph/ops/rmsNorm.js";
import type { ForwardFactors } from "./parameters.js";

/** Mean next-token loss (nats per token); arguments as {@link transformerLogits}. */
export function transformerLoss(...model: Parameters<typeof transformerLogits>): Value {
  const { logits, labels } = transformerLogits(...model);
  return crossEntropy(model[0], logits, labels);
}

/** Activations that a graph may show beside the loss; see training/coordinateCheck.ts. */
export type Probe = (name: "embedding" | "stream" | "query" | "key" | "logits", activation: Value) => void;

/**
 * Logits [context · batch, vocabulary] of a pre-norm decoder-only Transformer, GPT-2's order of operations and Llama's too,
 * and the tokens that they predict, all sequences' first ones first. `tokens` is int32 [batch, context + 1]: inputs and their
 * successors.
 */
export function transformerLogits(
  g: Graph,
  shape: RunSpec["shape"],
  factors: ForwardFactors,
  tensor: (name: string) => Value,
  tokens: Value,
  probe: Probe = () => {},
): { readonly logits: Value; readonly labels: Value } {
  const { layers, width, context, heads, headWidth } = shape;
  const batch = tokens.shape[0]!;
  const count = batch * context;
  // All sequences' first tokens first: see causalAttention.
  const ordered = transpose(g, tokens, [1, 0]);
  const inputs = reshape(g, slice(g, ordered, 0, 0, context), [count]);
  const labels = reshape(g, slice(g, ordered, 0, 1, context + 1), [count]);
  const normalise = (x: Value, name: string) =>
    shape.normalisation === "rms"
      ? rmsNorm(g, x, tensor(`${name}.gain`))
      : layerNorm(g, x, tensor(`${name}.gain`), shape.biases ? tensor(`${name}.bias`) : undefined);
  const project = (x: Value, name: string) => {
    const y = linear(g, x, tensor(name));
    return shape.biases ? addBias(g, y, tensor(`${name}.bias`)) : y;
  };
  /** Of a matrix that is several side by side. */
  const projectParts = (x: Value, name: string, parts: number) => {
    const ys = linearParts(g, x, tensor(name), parts);
    return shape.biases ? addBiasParts(g, ys, tensor(`${name}.bias`)) : ys;
  };
  const activate = (x: Value, name: string) => {
    if (shape.activation === "swiglu") {
      const [gate, up] = projectParts(x, name, 2) as [Value, Value];
      return swiglu(g, gate, up);
    }
    return (shape.activation === "gelu" ? gelu : squaredRelu)(g, project(x, name));
  };

  let stream = embed(g, tensor("embedding"), inputs);
  if (shape.positions === "learned") {
    const sequences = reshaped(g, stream, [context, batch, width]);
    stream = reshaped(g, addPositions(g, sequences, tensor("positions")), [count, width]);
  }
  probe("embedding", stream);
  const rotary = shape.positions === "rope";
  const slopes = shape.positions === "alibi" ? alibiSlopes(heads) : undefined;
  for (let layer = 0; layer < layers; layer++) {
    const [attention, feedForward] = [`layer.${layer}.attention`, `layer.${layer}.feedForward`];
    const qkv = projectParts(normalise(stream, attention), `${attention}.qkv`, 3) as [Value, Value, Value];
    if (layer === layers - 1) {
      probe("query", qkv[0]);
      probe("key", qkv[1]);
    }
    const mixed = causalAttention(g, qkv, {
      batch,
      context,
      heads,
      headWidth,
      scale: factors.attention,
      slopes,
      rotary,
    });
    stream = add(g, stream, project(mixed, `${attention}.out`));
    const inner = activate(normalise(stream, feedForward), `${feedForward}.up`);
    stream = add(g, stream, project(inner, `${feedForward}.down`));
  }
  probe("stream", stream);
  const head = tensor(shape.tiedEmbeddings ? "embedding" : "head");
  const logits = unembed(g, normalise(stream, "final"), head, factors.logits);
  probe("logits", logits);
  return { logits, labels };
}

import { countParameters, type TransformerShape } from "@isoflop/laws";

/** Bytes that a training step holds at its peak. */
export interface TrainingMemory {
  /** Parameters and both of Adam's moments, as they go in and as they come out. */
  readonly state: number;
  /** The flat gradient, and the pieces that it is joined from. */
  readonly gradients: number;
  /** What the forward pass keeps for the backward pass, and the largest temporaries of that one. */
  readonly activations: number;
  readonly total: number;
}

const FLOAT32 = 4;

/**
 * Memory of a training step on paper: every tensor that the backward pass of model/transformer.ts needs, in float32, for
 * `sequences` at a time. The engine's own memory (its code, the compiled graph, the token cache) comes on top.
 */
export function trainingMemory(shape: TransformerShape, sequences: number): TrainingMemory {
  const { layers, width, heads, headWidth, feedForward, vocabulary, context } = shape;
  const parameters = countParameters(shape).total;
  const tokens = sequences * context;
  const inner = heads * headWidth;
  const gated = shape.activation === "swiglu";
  const scores = heads * context;
  // Of a token in a layer: two normalised streams and two sums; query, key, value, their mixture as heads and joined;
  // attention weights; the block's inner activations before and after its nonlinearity.
  const kept = 4 * width + 5 * inner + scores + (gated ? 4 : 2) * feedForward;
  // Where the backward pass stands in one layer: gradients of its widest activations, scores and their gradients.
  const passing = 2 * width + 6 * inner + 2 * scores + (gated ? 4 : 2) * feedForward;
  // Where it begins: logits, their probabilities and their gradient.
  const head = 2 * width + 3 * vocabulary;
  const activations = FLOAT32 * tokens * (width + layers * kept + Math.max(passing, head));
  const state = FLOAT32 * 6 * parameters;
  const gradients = FLOAT32 * 2 * parameters;
  return { state, gradients, activations, total: state + gradients + activations };
}

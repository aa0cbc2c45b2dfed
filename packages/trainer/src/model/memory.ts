import { countParameters, type TransformerShape } from "@isoflop/laws";

/** Bytes that a training step holds at its peak. */
export interface TrainingMemory {
  /** Parameters and both of Adam's moments. */
  readonly state: number;
  /** One gradient; two where a batch is made of parts, whose own is added to their sum. */
  readonly gradients: number;
  /** What the forward pass keeps for the backward pass, and the largest temporaries of that one. */
  readonly activations: number;
  readonly total: number;
}

const FLOAT32 = 4;

/**
 * What the process of a run holds over what is on paper, as measured (dev/LOG.md): before its first tensor, in bytes; and for
 * each byte of activations, which ONNX Runtime takes from regions that it doubles as they fill.
 */
export const ENGINE_MEMORY = { fixed: 1.2e8, perActivationByte: 2.2 } as const;

/**
 * Memory of a training step on paper: every tensor that the backward pass of model/transformer.ts needs, in float32, for
 * `batch.microSequences` sequences at a time.
 */
export function trainingMemory(
  shape: TransformerShape,
  { sequences, microSequences }: { readonly sequences: number; readonly microSequences: number },
): TrainingMemory {
  const { layers, width, heads, headWidth, feedForward, vocabulary, context } = shape;
  const parameters = countParameters(shape).total;
  const tokens = microSequences * context;
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
  const state = FLOAT32 * 3 * parameters;
  const gradients = FLOAT32 * (microSequences < sequences ? 2 : 1) * parameters;
  return { state, gradients, activations, total: state + gradients + activations };
}

import type { TransformerShape } from "../shape.js";

/**
 * Training FLOPs per token after Hoffmann et al. 2022, Appendix F: the forward FLOPs of one sequence of n_ctx tokens,
 * embedding and logits included, divided by its length, times three (the backward pass is twice the forward).
 */
export function hoffmannFlopsPerToken(shape: TransformerShape): number {
  const { layers, width: d, heads: h, headWidth: k, feedForward: f, vocabulary, context: s } = shape;
  const embeddings = 2 * s * vocabulary * d;
  const attention =
    6 * s * d * k * h + // queries, keys, values
    2 * s * s * k * h + // keys . queries
    3 * h * s * s + // softmax
    2 * s * s * k * h + // softmax . values
    2 * s * k * h * d; // output projection
  // A gate is one more product of d x f; the appendix counts the two of an ungated block.
  const dense = (shape.activation === "swiglu" ? 6 : 4) * s * d * f;
  const logits = 2 * s * d * vocabulary;
  return (3 * (embeddings + layers * (attention + dense) + logits)) / s;
}

import type { TransformerShape } from "./shape.js";

/** Every parameter count of a model that published conventions are built from. */
export interface ParameterCount {
  /** Token embedding, V * d. */
  readonly embedding: number;
  /** Learned position embedding, n_ctx * d, or 0. */
  readonly position: number;
  /** Everything else: the layers and the final norm. Kaplan's non-embedding N, with norms (and biases, if any). */
  readonly block: number;
  /** The unembedding's own matrix, V * d; 0 when it is tied to the embedding. Never has a bias, as in GPT-2. */
  readonly head: number;
  readonly total: number;
}

/**
 * Exact parameter count of a pre-norm, GPT-2-like decoder. Per layer: two norm gains d; Q, K, V of d x (h k) each;
 * output projection (h k) x d; feed-forward d x f and f x d, and a gate of d x f under SwiGLU; then one final norm gain.
 * With `biases`, one bias for each output of these matrices and for each LayerNorm.
 */
export function countParameters(shape: TransformerShape): ParameterCount {
  const { layers, width: d, feedForward: f, vocabulary, context, biases } = shape;
  const attention = shape.heads * shape.headWidth;
  const embedding = vocabulary * d;
  const position = shape.positions === "learned" ? context * d : 0;
  const inner = shape.activation === "swiglu" ? 2 * f : f;
  const matrices = 4 * d * attention + d * inner + f * d;
  const matrixBiases = biases ? 3 * attention + d + inner + d : 0;
  const norm = biases && shape.normalisation !== "rms" ? 2 * d : d;
  const block = layers * (2 * norm + matrices + matrixBiases) + norm;
  const head = shape.tiedEmbeddings ? 0 : vocabulary * d;
  return { embedding, position, block, head, total: embedding + position + block + head };
}

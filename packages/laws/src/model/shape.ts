/** Shape of a decoder-only Transformer. Widths and lengths are counts, not bytes. */
export interface TransformerShape {
  readonly layers: number;
  /** d_model. */
  readonly width: number;
  readonly heads: number;
  /** Size of one head's key, query and value (usually width / heads). */
  readonly headWidth: number;
  /** Inner width of the feed-forward block (usually 4 * width). */
  readonly feedForward: number;
  readonly vocabulary: number;
  /** n_ctx, tokens in one training sequence. */
  readonly context: number;
  /** Whether the unembedding is the embedding's own matrix. */
  readonly tiedEmbeddings: boolean;
  /**
   * Learned, one vector a position; or without parameters: "alibi", linear biases on the attention scores (Press et al.
   * 2022); "rope", queries and keys rotated by their position (Su et al. 2021).
   */
  readonly positions: "learned" | "alibi" | "rope" | "none";
  /** Normalisation gains are always counted; biases of matrices and normalisations only if true. */
  readonly biases: boolean;
  /** LayerNorm (default), or RMSNorm (Zhang & Sennrich 2019), which has a gain and never a bias. */
  readonly normalisation?: "layer" | "rms";
  /**
   * Of the feed-forward block: GPT-2's tanh GELU (default), max(x, 0)^2 (So et al. 2021), or SwiGLU (Shazeer 2020), whose
   * gate is a third matrix of width x feedForward.
   */
  readonly activation?: "gelu" | "relu2" | "swiglu";
}

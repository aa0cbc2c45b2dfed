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
  /** "alibi": linear biases on the attention scores (Press et al. 2022), without parameters. */
  readonly positions: "learned" | "alibi" | "none";
  /** Normalisation gains are always counted; biases of matrices and normalisations only if true. */
  readonly biases: boolean;
}

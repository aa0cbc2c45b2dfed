import { hoffmannFlopsPerToken } from "./flops/hoffmann.js";
import { kaplanFlopsPerToken } from "./flops/kaplan.js";
import { palmFlopsPerToken } from "./flops/palm.js";
import { sixNFlopsPerToken } from "./flops/sixN.js";
import { countParameters, type ParameterCount } from "./parameters.js";
import type { TransformerShape } from "./shape.js";

/** One model by every convention at once: published studies differ in these before they differ in anything else. */
export interface ModelCounts {
  readonly parameters: ParameterCount;
  readonly n: {
    /** Kaplan et al. 2020: without embeddings, positions and head. */
    readonly kaplan: number;
    /** 12 n_layer d_model^2, Kaplan's estimate of it for f = 4d, h k = d: without norms and biases. */
    readonly kaplanEstimate: number;
    /** Hoffmann et al. 2022: every parameter. */
    readonly hoffmann: number;
  };
  /** Training FLOPs per token. */
  readonly flopsPerToken: {
    /** 6 N, N every parameter (Hoffmann et al. 2022, section 3.3). */
    readonly "6N": number;
    /** 6 N, N non-embedding (Kaplan et al. 2020, section 2.1). */
    readonly "6N-non-embedding": number;
    /** 6 N + 6 n_layer n_ctx d_model, N non-embedding (Kaplan et al. 2020, equation 2.2, times three). */
    readonly kaplan: number;
    /** Every matrix product, softmax and embedding (Hoffmann et al. 2022, appendix F). */
    readonly hoffmann: number;
    /** 6 N + 12 L H Q T, N every parameter (Chowdhery et al. 2022, appendix B). */
    readonly palm: number;
  };
}

/** All conventions of a shape. */
export function countModel(shape: TransformerShape): ModelCounts {
  const parameters = countParameters(shape);
  return {
    parameters,
    n: {
      kaplan: parameters.block,
      kaplanEstimate: 12 * shape.layers * shape.width ** 2,
      hoffmann: parameters.total,
    },
    flopsPerToken: {
      "6N": sixNFlopsPerToken(shape),
      "6N-non-embedding": 6 * parameters.block,
      kaplan: kaplanFlopsPerToken(shape),
      hoffmann: hoffmannFlopsPerToken(shape),
      palm: palmFlopsPerToken(parameters.total, shape),
    },
  };
}

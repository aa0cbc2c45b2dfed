import { countParameters } from "../parameters.js";
import type { TransformerShape } from "../shape.js";

/**
 * Training FLOPs per token after Kaplan et al. 2020, Table 1 and equation 2.2: forward 2 N + 2 n_layer n_ctx d_model
 * with N the non-embedding parameters, the backward pass twice the forward.
 */
export function kaplanFlopsPerToken(shape: TransformerShape): number {
  return 3 * (2 * countParameters(shape).block + 2 * shape.layers * shape.context * shape.width);
}

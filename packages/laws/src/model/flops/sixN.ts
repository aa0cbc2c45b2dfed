import { countParameters } from "../parameters.js";
import type { TransformerShape } from "../shape.js";

/** Training FLOPs per token as 6 N, N every parameter: Hoffmann et al. 2022, section 3.3, FLOPs(N, D) = 6ND. */
export function sixNFlopsPerToken(shape: TransformerShape): number {
  return 6 * countParameters(shape).total;
}

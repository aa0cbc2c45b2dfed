import type { TransformerShape } from "../shape.js";

/**
 * Training FLOPs per token after Chowdhery et al. 2022 (PaLM), appendix B: 6 N + 12 L H Q T with N every parameter, L
 * layers, H heads of size Q and T the sequence length. It is what model-FLOPs utilisation is counted by.
 * @param parameters N, which for PaLM's multi-query attention is not that of our shapes
 */
export function palmFlopsPerToken(
  parameters: number,
  { layers, heads, headWidth, context }: Pick<TransformerShape, "layers" | "heads" | "headWidth" | "context">,
): number {
  return 6 * parameters + 12 * layers * heads * headWidth * context;
}

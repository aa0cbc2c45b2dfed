import type { TransformerShape } from "../shape.js";
import { hoffmannFlopsPerToken } from "./hoffmann.js";
import { kaplanFlopsPerToken } from "./kaplan.js";
import { sixNFlopsPerToken } from "./sixN.js";

/** The three published ways to count training FLOPs from a model's shape. */
export type FlopsConvention = "6N" | "kaplan" | "hoffmann";

const conventions: Readonly<Record<FlopsConvention, (shape: TransformerShape) => number>> = {
  "6N": sixNFlopsPerToken,
  kaplan: kaplanFlopsPerToken,
  hoffmann: hoffmannFlopsPerToken,
};

/** Training FLOPs (forward and backward) per token by one convention. */
export function flopsPerToken(shape: TransformerShape, convention: FlopsConvention): number {
  return conventions[convention](shape);
}

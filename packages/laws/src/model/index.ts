/** Parameters and FLOPs of a shape by themselves, as quantities.ts. */
export { flopsPerToken } from "./flops/flopsPerToken.js";
export { countParameters } from "./parameters.js";
export type { TransformerShape } from "./shape.js";

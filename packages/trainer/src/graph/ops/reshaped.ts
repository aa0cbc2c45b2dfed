import { reshape } from "../arithmetic.js";
import { type Graph, record, type Value } from "../graph.js";

/** The same elements in another shape. */
export function reshaped(g: Graph, x: Value, shape: readonly number[]): Value {
  const y = reshape(g, x, shape);
  if (y !== x) record(g, [x], [y], ([dy]) => [reshape(g, dy!, x.shape)]);
  return y;
}

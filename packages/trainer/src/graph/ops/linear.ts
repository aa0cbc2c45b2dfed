import { type Graph, record, type Value } from "../graph.js";
import { product } from "../product.js";

/** factor * x W for x [tokens, in] and W [in, out]: [tokens, out]. */
export function linear(g: Graph, x: Value, weight: Value, factor = 1): Value {
  const y = product(g, x, weight, { factor });
  record(g, [x, weight], [y], ([dy]) => [
    product(g, dy!, weight, { transposeB: true, factor }),
    product(g, x, dy!, { transposeA: true, factor }),
  ]);
  return y;
}

/** factor * x Eᵀ for x [tokens, width] and an unembedding E [vocabulary, width], which may be the embedding itself. */
export function unembed(g: Graph, x: Value, embedding: Value, factor = 1): Value {
  const y = product(g, x, embedding, { transposeB: true, factor });
  record(g, [x, embedding], [y], ([dy]) => [
    product(g, dy!, embedding, { factor }),
    product(g, dy!, x, { transposeA: true, factor }),
  ]);
  return y;
}

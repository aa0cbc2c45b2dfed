import { concat, plus, split } from "../arithmetic.js";
import { filled, type Graph, record, type Value } from "../graph.js";
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

/**
 * x W for W [in, parts·out] whose column blocks are `parts` matrices side by side: `parts` values [tokens, out]. Cutting
 * the weights moves less memory than cutting what they make.
 */
export function linearParts(g: Graph, x: Value, weight: Value, parts: number): Value[] {
  const columns = weight.shape[1]!;
  const sizes = new Array<number>(parts).fill(columns / parts);
  const blocks = split(g, weight, 1, sizes);
  const ys = blocks.map((block) => product(g, x, block));
  record(g, [x, weight], ys, (dys) => {
    const present = dys.map((dy) => dy ?? filled(g, 0, [x.shape[0]!, columns / parts]));
    const toX = present.map((dy, i) => product(g, dy, blocks[i]!, { transposeB: true }));
    const toWeight = present.map((dy) => product(g, x, dy, { transposeA: true }));
    return [toX.reduce((sum, part) => plus(g, sum, part)), concat(g, toWeight, 1)];
  });
  return ys;
}

import { minus, plus, reshape, sumOver, times, transpose } from "../arithmetic.js";
import { constantCalled, emitOne, type Graph, record, type Value } from "../graph.js";
import { type BatchFactor, batchProduct, type ProductOptions } from "../product.js";
import { rotate } from "./rotary.js";

/** Dimensions that attention needs beside its input's shape. */
export interface AttentionShape {
  readonly batch: number;
  readonly context: number;
  readonly heads: number;
  readonly headWidth: number;
  /** Factor on query·key: 1/√headWidth (Vaswani et al. 2017, eq. 1), 1/headWidth under muP. */
  readonly scale: number;
  /** One slope a head: the score falls by it for every token of distance. Undefined: no position bias. */
  readonly slopes?: readonly number[] | undefined;
  /** Queries and keys turn with their position. */
  readonly rotary?: boolean;
}

/**
 * Rows of narrower heads than this do not fill the registers of a product that has them as columns: its transpose, with
 * the context's tokens as columns, is faster, the more so where the weights are transposed. Measured in dev/LOG.md.
 */
const PLAIN_WIDTH = 16;
const TURNED_WIDTH = 32;

/**
 * ALiBi's slopes (Press et al. 2022, section 3) for any number of heads: geometric between 2⁻⁰ and 2⁻⁸. The paper's
 * 2^(−8i/h) ends at 2⁻⁸ and so leaves a single head almost blind to distance; taking the middle of each of the h equal
 * parts of the exponent's range serves one head (2⁻⁴) and eight (2^−½ … 2^−7½) alike.
 */
export const alibiSlopes = (heads: number): number[] =>
  Array.from({ length: heads }, (_, i) => 2 ** ((-8 * (i + 0.5)) / heads));

/**
 * Multi-head causal self-attention of query, key and value, each [context·batch, heads·headWidth] with all sequences'
 * first tokens first: then a head of a sequence is a matrix with a constant stride, [context, batch·heads, headWidth],
 * which products read where it lies.
 * Backward, with P the attention weights: dS = P (dP − rowsum(dO·O)), the row sum taken over the head's width instead of
 * over dP·P, which is the same number (Dao et al. 2022, appendix B.2) and context/headWidth times less work.
 */
export function causalAttention(
  g: Graph,
  [query, key, value]: readonly [Value, Value, Value],
  { batch, context, heads, headWidth, scale, slopes, rotary = false }: AttentionShape,
): Value {
  const batched = batch * heads;
  const joined = [context * batch, heads * headWidth];
  const turn = (x: Value, direction: 1 | -1) => (rotary ? rotate(g, x, direction) : x);
  const perHead = (x: Value) => reshape(g, x, [context, batched, headWidth]);
  const inside = (x: Value): BatchFactor => ({ value: x, inside: true });
  const outside = (x: Value): BatchFactor => ({ value: x, inside: false });
  /** op(weights) times rows of every head, laid as those are: [context, batch·heads, headWidth]. */
  const spread = (weights: Value, rows: Value, { transposeA = false, factor = 1 }: ProductOptions) => {
    if (headWidth >= (transposeA ? TURNED_WIDTH : PLAIN_WIDTH))
      return transpose(g, batchProduct(g, outside(weights), inside(rows), { transposeA, factor }), [1, 0, 2]);
    const turned = batchProduct(g, inside(rows), outside(weights), {
      transposeA: true,
      transposeB: !transposeA,
      factor,
    });
    return perHead(transpose(g, reshape(g, turned, [batched * headWidth, context]), [1, 0]));
  };

  const [q, k, v] = [turn(perHead(query), 1), turn(perHead(key), 1), perHead(value)];
  const products = batchProduct(g, inside(q), inside(k), { transposeB: true, factor: scale });
  const biased = plus(g, reshape(g, products, [batch, heads, context, context]), positionBias(g, context, slopes));
  const scores = reshape(g, biased, products.shape);
  const weights = emitOne(g, "Softmax", [scores], scores.shape, { axis: { int: 2 } });
  const mixed = spread(weights, v, {});
  const out = reshape(g, mixed, joined);

  record(g, [query, key, value], [out], ([dOut]) => {
    const dMixed = perHead(dOut!);
    const dWeights = batchProduct(g, inside(dMixed), inside(v), { transposeB: true });
    const rowSum = transpose(g, sumOver(g, times(g, dMixed, mixed), [2], false), [1, 0]);
    const dScores = times(g, weights, minus(g, dWeights, reshape(g, rowSum, [batched, context, 1])));
    return [
      turn(spread(dScores, k, { factor: scale }), -1),
      turn(spread(dScores, q, { transposeA: true, factor: scale }), -1),
      spread(weights, dMixed, { transposeA: true }),
    ].map((gradient) => reshape(g, gradient, joined));
  });
  return out;
}

/** Added to the scores: minus slope times distance looking back, and a number whose exponential is 0 looking ahead. */
function positionBias(g: Graph, context: number, slopes: readonly number[] = [0]): Value {
  const elements = () =>
    slopes.flatMap((slope) =>
      Array.from({ length: context * context }, (_, i) => {
        const distance = Math.floor(i / context) - (i % context);
        return distance < 0 ? -1e9 : -slope * distance;
      }),
    );
  return constantCalled(g, `position bias ${slopes}`, [slopes.length, context, context], elements);
}

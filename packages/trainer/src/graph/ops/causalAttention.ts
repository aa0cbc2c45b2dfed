import { concat, minus, plus, reshape, slice, split, sumOver, times, transpose } from "../arithmetic.js";
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
  /** Parts that the queries are taken in; default by the context. */
  readonly blocks?: number;
}

/**
 * Queries of a context are taken in so many parts, each with the keys up to its end alone: with b parts (b + 1) / 2b of the
 * products, and of the passes over the scores, that the mask would zero half of. Shorter parts do not pay for the copies and
 * the smaller products: measured in dev/LOG.md.
 */
function blocksOf(context: number): number {
  let blocks = 1;
  while (blocks < MOST_BLOCKS && context % (2 * blocks) === 0 && context / (2 * blocks) >= SHORTEST_BLOCK) blocks *= 2;
  return blocks;
}
const MOST_BLOCKS = 4;
const SHORTEST_BLOCK = 128;

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
 * which products read where it lies, and consecutive tokens of all sequences are one piece of memory.
 */
export function causalAttention(g: Graph, qkv: readonly [Value, Value, Value], shape: AttentionShape): Value {
  const { batch, context, heads, headWidth, rotary = false, blocks = blocksOf(context) } = shape;
  const perHead = (x: Value) => reshape(g, x, [context, batch * heads, headWidth]);
  const joined = (x: Value) => reshape(g, x, [context * batch, heads * headWidth]);
  const turn = (x: Value, direction: 1 | -1) => (rotary ? rotate(g, x, direction) : x);
  const [q, k, v] = [turn(perHead(qkv[0]), 1), turn(perHead(qkv[1]), 1), perHead(qkv[2])];
  const sizes = new Array<number>(blocks).fill(context / blocks);
  const upTo = (x: Value, end: number) => (end === context ? x : slice(g, x, 0, 0, end));
  const attended = split(g, q, 0, sizes).map((queries, i) => {
    const end = ((i + 1) * context) / blocks;
    return attend(g, [queries, upTo(k, end), upTo(v, end)], shape);
  });
  const mixed = attended.map((block) => block.mixed);
  const out = joined(concat(g, mixed, 0));

  record(g, qkv, [out], ([dOut]) => {
    const gradients = split(g, perHead(dOut!), 0, sizes).map((dMixed, i) => attended[i]!.pullBack(dMixed));
    const toQueries = gradients.map(([dQ]) => dQ);
    const toKeys = gradients.map(([, dK]) => dK);
    const toValues = gradients.map(([, , dV]) => dV);
    return [turn(concat(g, toQueries, 0), -1), turn(sumOfPrefixes(g, toKeys), -1), sumOfPrefixes(g, toValues)].map(
      joined,
    );
  });
  return out;
}

/**
 * Attention of the last of some tokens, [queries, batch·heads, headWidth], to all of them, [tokens, batch·heads, headWidth].
 * Backward, with P the attention weights: dS = P (dP − rowsum(dO·O)), the row sum taken over the head's width instead of
 * over dP·P, which is the same number (Dao et al. 2022, appendix B.2) and tokens/headWidth times less work.
 */
function attend(
  g: Graph,
  [q, k, v]: readonly [Value, Value, Value],
  { batch, heads, headWidth, scale, slopes }: AttentionShape,
) {
  const [queries, tokens, batched] = [q.shape[0]!, k.shape[0]!, batch * heads];
  const inside = (x: Value): BatchFactor => ({ value: x, inside: true });
  const outside = (x: Value): BatchFactor => ({ value: x, inside: false });
  /** op(weights) times rows of every head, laid as those are: [rows, batch·heads, headWidth]. */
  const spread = (weights: Value, rows: Value, { transposeA = false, factor = 1 }: ProductOptions) => {
    if (headWidth >= (transposeA ? TURNED_WIDTH : PLAIN_WIDTH))
      return transpose(g, batchProduct(g, outside(weights), inside(rows), { transposeA, factor }), [1, 0, 2]);
    const turned = batchProduct(g, inside(rows), outside(weights), {
      transposeA: true,
      transposeB: !transposeA,
      factor,
    });
    const count = transposeA ? tokens : queries;
    const flat = transpose(g, reshape(g, turned, [batched * headWidth, count]), [1, 0]);
    return reshape(g, flat, [count, batched, headWidth]);
  };

  const products = batchProduct(g, inside(q), inside(k), { transposeB: true, factor: scale });
  const bias = positionBias(g, queries, tokens, slopes);
  const biased = plus(g, reshape(g, products, [batch, heads, queries, tokens]), bias);
  const scores = reshape(g, biased, products.shape);
  const weights = emitOne(g, "Softmax", [scores], scores.shape, { axis: { int: 2 } });
  const mixed = spread(weights, v, {});
  const pullBack = (dMixed: Value): [Value, Value, Value] => {
    const dWeights = batchProduct(g, inside(dMixed), inside(v), { transposeB: true });
    const rowSum = transpose(g, sumOver(g, times(g, dMixed, mixed), [2], false), [1, 0]);
    const dScores = times(g, weights, minus(g, dWeights, reshape(g, rowSum, [batched, queries, 1])));
    return [
      spread(dScores, k, { factor: scale }),
      spread(dScores, q, { transposeA: true, factor: scale }),
      spread(weights, dMixed, { transposeA: true }),
    ];
  };
  return { mixed, pullBack };
}

/** Sum of values each of which is a longer one's beginning. */
const sumOfPrefixes = (g: Graph, values: readonly Value[]): Value =>
  values.reduce((sum, value) => {
    const length = sum.shape[0]!;
    const [beginning, rest] = split(g, value, 0, [length, value.shape[0]! - length]) as [Value, Value];
    return concat(g, [plus(g, sum, beginning), rest], 0);
  });

/**
 * Added to the scores of the last of some tokens: minus slope times distance looking back, and a number whose exponential is 0
 * looking ahead.
 */
function positionBias(g: Graph, queries: number, tokens: number, slopes: readonly number[] = [0]): Value {
  // Heads times the square of the context: in an ordinary array they would take more memory than the training that follows.
  const elements = () => {
    const biases = new Float64Array(slopes.length * queries * tokens);
    slopes.forEach((slope, head) => {
      const own = biases.subarray(head * queries * tokens, (head + 1) * queries * tokens);
      for (let i = 0; i < own.length; i++) {
        const distance = tokens - queries + Math.floor(i / tokens) - (i % tokens);
        own[i] = distance < 0 ? -1e9 : -slope * distance;
      }
    });
    return biases;
  };
  return constantCalled(g, `position bias ${slopes}`, [slopes.length, queries, tokens], elements);
}

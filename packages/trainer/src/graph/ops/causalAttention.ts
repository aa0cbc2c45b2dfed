import { concat, minus, plus, reshape, split, sumOver, times, transpose } from "../arithmetic.js";
import { constant, emitOne, type Graph, record, type Value } from "../graph.js";
import { product } from "../product.js";
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
 * ALiBi's slopes (Press et al. 2022, section 3) for any number of heads: geometric between 2⁻⁰ and 2⁻⁸. The paper's
 * 2^(−8i/h) ends at 2⁻⁸ and so leaves a single head almost blind to distance; taking the middle of each of the h equal
 * parts of the exponent's range serves one head (2⁻⁴) and eight (2^−½ … 2^−7½) alike.
 */
export const alibiSlopes = (heads: number): number[] =>
  Array.from({ length: heads }, (_, i) => 2 ** ((-8 * (i + 0.5)) / heads));

/**
 * Multi-head causal self-attention of qkv [batch·context, 3·heads·headWidth] (query, key and value side by side):
 * [batch·context, heads·headWidth].
 * Backward, with P the attention weights: dS = P (dP − rowsum(dO·O)), the row sum taken over the head's width instead of
 * over dP·P, which is the same number (Dao et al. 2022, appendix B.2) and context/headWidth times less work.
 */
export function causalAttention(
  g: Graph,
  qkv: Value,
  { batch, context, heads, headWidth, scale, slopes, rotary = false }: AttentionShape,
): Value {
  const perHead = [batch, heads, context, headWidth];
  const joined = [batch * context, heads * headWidth];
  const single = heads === 1;
  const toHeads = (x: Value) =>
    single ? reshape(g, x, perHead) : transpose(g, reshape(g, x, [batch, context, heads, headWidth]), [0, 2, 1, 3]);
  const fromHeads = (x: Value) => reshape(g, single ? x : transpose(g, x, [0, 2, 1, 3]), joined);

  const turn = (x: Value, direction: 1 | -1) => (rotary ? rotate(g, x, direction) : x);
  const parts = split(g, qkv, 1, [joined[1]!, joined[1]!, joined[1]!]).map(toHeads) as [Value, Value, Value];
  const [query, key, value] = [turn(parts[0], 1), turn(parts[1], 1), parts[2]];
  const scores = plus(g, product(g, query, key, { transposeB: true, factor: scale }), positionBias(g, context, slopes));
  const weights = emitOne(g, "Softmax", [scores], scores.shape, { axis: { int: 3 } });
  const mixed = product(g, weights, value);
  const out = fromHeads(mixed);

  record(g, [qkv], [out], ([dOut]) => {
    const dMixed = toHeads(dOut!);
    const dWeights = product(g, dMixed, value, { transposeB: true });
    const rowSum = sumOver(g, times(g, dMixed, mixed), [3], true);
    const dScores = times(g, weights, minus(g, dWeights, rowSum));
    return [
      concat(
        g,
        [
          fromHeads(turn(product(g, dScores, key, { factor: scale }), -1)),
          fromHeads(turn(product(g, dScores, query, { transposeA: true, factor: scale }), -1)),
          fromHeads(product(g, weights, dMixed, { transposeA: true })),
        ],
        1,
      ),
    ];
  });
  return out;
}

/** Added to the scores: minus slope times distance looking back, and a number whose exponential is 0 looking ahead. */
function positionBias(g: Graph, context: number, slopes: readonly number[] = [0]): Value {
  const elements = slopes.flatMap((slope) =>
    Array.from({ length: context * context }, (_, i) => {
      const distance = Math.floor(i / context) - (i % context);
      return distance < 0 ? -1e9 : -slope * distance;
    }),
  );
  return constant(g, elements, [slopes.length, context, context]);
}

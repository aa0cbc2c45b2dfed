import { concat, minus, plus, split, times } from "../arithmetic.js";
import { constant, emit, type Graph, type Value } from "../graph.js";

const BASE = 10_000;

/**
 * Rotary positions of x [batch, heads, context, headWidth] (Su et al. 2021, section 3.2.2): elements j and j + headWidth/2
 * of a head turn by t 10000^(-2j/headWidth) at position t. `direction` -1 turns back, which is the gradient: a rotation's
 * transpose is its inverse. Without a tape entry; attention, which uses it, has the backward pass.
 */
export function rotate(g: Graph, x: Value, direction: 1 | -1): Value {
  const [, , context, headWidth] = x.shape as [number, number, number, number];
  const half = headWidth / 2;
  const angles = Array.from({ length: context * half }, (_, i) => {
    const position = Math.floor(i / half);
    return position * BASE ** (-(i % half) / half);
  });
  const cosine = constant(g, angles.map(Math.cos), [context, half]);
  const sine = constant(
    g,
    angles.map((angle) => direction * Math.sin(angle)),
    [context, half],
  );
  if (g.float === "float32") {
    const offset = constant(g, [0], [1], "int64");
    return emit(
      g,
      "RotaryEmbedding",
      [x, offset, cosine, sine],
      [{ type: x.type, shape: x.shape }],
      {},
      "com.microsoft",
    )[0]!;
  }
  const [first, second] = split(g, x, 3, [half, half]) as [Value, Value];
  return concat(
    g,
    [
      minus(g, times(g, first, cosine), times(g, second, sine)),
      plus(g, times(g, second, cosine), times(g, first, sine)),
    ],
    3,
  );
}

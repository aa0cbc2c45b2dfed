import { concat, minus, plus, reshape, split, times } from "../arithmetic.js";
import { constant, constantCalled, emit, type Graph, type Value } from "../graph.js";

const BASE = 10_000;

/**
 * Rotary positions of x [context, batch·heads, headWidth] (Su et al. 2021, section 3.2.2): elements j and j + headWidth/2
 * of a head turn by t 10000^(-2j/headWidth) at position t. `direction` -1 turns back, which is the gradient: a rotation's
 * transpose is its inverse. Without a tape entry; attention, which uses it, has the backward pass.
 */
export function rotate(g: Graph, x: Value, direction: 1 | -1): Value {
  const [context, batched, headWidth] = x.shape as [number, number, number];
  const half = headWidth / 2;
  const table = (of: (angle: number) => number) =>
    Array.from({ length: context * half }, (_, i) => of(Math.floor(i / half) * BASE ** (-(i % half) / half)));
  const cosine = constantCalled(g, "cosine", [context, half], () => table(Math.cos));
  const sine = constantCalled(g, `sine ${direction}`, [context, half], () =>
    table((angle) => direction * Math.sin(angle)),
  );
  if (g.fused) {
    // One sequence with as many heads as all sequences have together.
    const whole = [1, context, batched * headWidth];
    const [turned] = emit(
      g,
      "RotaryEmbedding",
      [reshape(g, x, whole), constant(g, [0], [1], "int64"), cosine, sine],
      [{ type: x.type, shape: whole }],
      {},
      "com.microsoft",
    );
    return reshape(g, turned!, x.shape);
  }
  const perPosition = (angles: Value) => reshape(g, angles, [context, 1, half]);
  const [first, second] = split(g, x, 2, [half, half]) as [Value, Value];
  const [c, s] = [perPosition(cosine), perPosition(sine)];
  return concat(
    g,
    [minus(g, times(g, first, c), times(g, second, s)), plus(g, times(g, second, c), times(g, first, s))],
    2,
  );
}

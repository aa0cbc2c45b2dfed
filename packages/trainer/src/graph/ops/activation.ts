import { affine, multiple, plus, relu, sigmoid, times } from "../arithmetic.js";
import { type Graph, record, type Value } from "../graph.js";

/** max(x, 0)²: Primer's activation (So et al. 2021, section 3), two passes over memory forward, one backward. */
export function squaredRelu(g: Graph, x: Value): Value {
  const positive = relu(g, x);
  const y = times(g, positive, positive);
  record(g, [x], [y], ([dy]) => [multiple(g, times(g, dy!, positive), 2)]);
  return y;
}

/** SwiGLU (Shazeer 2020, equation 5): silu(gate) times up, each [tokens, inner]. */
export function swiglu(g: Graph, gate: Value, up: Value): Value {
  const share = sigmoid(g, gate);
  const silu = times(g, gate, share);
  const y = times(g, silu, up);
  record(g, [gate, up], [y], ([dy]) => {
    // d silu = share (1 + gate (1 - share)) = share + silu (1 - share).
    const slope = plus(g, share, times(g, silu, affine(g, share, -1, 1)));
    return [times(g, times(g, dy!, up), slope), times(g, dy!, silu)];
  });
  return y;
}

/**
 * GELU in the tanh form that GPT-2 uses (Hendrycks & Gimpel 2016, section 2): x (1 + tanh u)/2 with
 * u = √(2/π) (x + 0.044715 x³), computed as x σ(2u).
 */
export function gelu(g: Graph, x: Value): Value {
  const slope = 2 * Math.sqrt(2 / Math.PI);
  const twiceUOverX = affine(g, times(g, x, x), slope * 0.044715, slope);
  const gate = sigmoid(g, times(g, x, twiceUOverX));
  const y = times(g, x, gate);
  record(g, [x], [y], ([dy]) => {
    // d(2u)/dx = 3 (2u/x) - 2 slope, and d gate/d(2u) = gate (1 - gate).
    const bend = times(g, times(g, y, affine(g, gate, -1, 1)), affine(g, twiceUOverX, 3, -2 * slope));
    return [times(g, dy!, plus(g, gate, bend))];
  });
  return y;
}

import { concat, minus, plus, relu, sigmoid, split, tanh, times } from "../arithmetic.js";
import { type Graph, record, scalar, type Value } from "../graph.js";

/** max(x, 0)²: Primer's activation (So et al. 2021, section 3), two passes over memory in either direction. */
export function squaredRelu(g: Graph, x: Value): Value {
  const positive = relu(g, x);
  const y = times(g, positive, positive);
  record(g, [x], [y], ([dy]) => [times(g, times(g, dy!, positive), scalar(g, 2))]);
  return y;
}

/**
 * SwiGLU (Shazeer 2020, equation 5) of x [tokens, 2 inner], the gate in the first half: silu(gate) times the other half,
 * [tokens, inner].
 */
export function swiglu(g: Graph, x: Value): Value {
  const inner = x.shape[1]! / 2;
  const [gate, up] = split(g, x, 1, [inner, inner]) as [Value, Value];
  const share = sigmoid(g, gate);
  const silu = times(g, gate, share);
  const y = times(g, silu, up);
  record(g, [x], [y], ([dy]) => {
    // d silu = share (1 + gate (1 - share)) = share + silu - silu share.
    const slope = plus(g, share, minus(g, silu, times(g, silu, share)));
    return [concat(g, [times(g, times(g, dy!, up), slope), times(g, dy!, silu)], 1)];
  });
  return y;
}

/** GELU in the tanh form that GPT-2 uses (Hendrycks & Gimpel 2016, section 2). */
export function gelu(g: Graph, x: Value): Value {
  const slope = Math.sqrt(2 / Math.PI);
  const cubic = 0.044715;
  const square = times(g, x, x);
  const inner = times(g, x, plus(g, times(g, square, scalar(g, slope * cubic)), scalar(g, slope)));
  const t = tanh(g, inner);
  const gate = times(g, plus(g, t, scalar(g, 1)), scalar(g, 0.5));
  const y = times(g, x, gate);
  record(g, [x], [y], ([dy]) => {
    const innerSlope = plus(g, times(g, square, scalar(g, 3 * slope * cubic)), scalar(g, slope));
    const sech2 = minus(g, scalar(g, 1), times(g, t, t));
    const bend = times(g, times(g, times(g, x, scalar(g, 0.5)), sech2), innerSlope);
    return [times(g, dy!, plus(g, gate, bend))];
  });
  return y;
}

import { dividedBy, meanOver, minus, plus, sqrt, sumOver, times } from "../arithmetic.js";
import { emit, type Graph, record, scalar, type Value } from "../graph.js";

export const normEpsilon = 1e-5;

/**
 * Layer normalisation of x [tokens, width] with gain, and bias if there is one, [width] (Ba et al. 2016, eq. 4).
 * The operator's extra outputs, mean and inverse deviation, serve the backward pass:
 * dx = s (h − mean(h) − x̂ mean(h x̂)) with h = dy·gain.
 */
export function layerNorm(g: Graph, x: Value, gain: Value, bias?: Value): Value {
  const { y, mean, inverseDeviation } = (g.float === "float32" ? fused : spelledOut)(g, x, gain, bias);
  record(g, bias ? [x, gain, bias] : [x, gain], [y], ([dy]) => {
    const normalised = times(g, minus(g, x, mean), inverseDeviation);
    const h = times(g, dy!, gain);
    const hNormalised = times(g, h, normalised);
    const centred = minus(g, h, meanOver(g, h, [1], true));
    const projected = minus(g, centred, times(g, normalised, meanOver(g, hNormalised, [1], true)));
    return [
      times(g, projected, inverseDeviation),
      sumOver(g, times(g, dy!, normalised), [0], false),
      ...(bias ? [sumOver(g, dy!, [0], false)] : []),
    ];
  });
  return y;
}

interface Normalised {
  readonly y: Value;
  /** [tokens, 1] each. */
  readonly mean: Value;
  readonly inverseDeviation: Value;
}

function fused(g: Graph, x: Value, gain: Value, bias?: Value): Normalised {
  const perToken = { type: g.float, shape: [x.shape[0]!, 1] };
  const [y, mean, inverseDeviation] = emit(
    g,
    "LayerNormalization",
    bias ? [x, gain, bias] : [x, gain],
    [{ type: g.float, shape: x.shape }, perToken, perToken],
    { axis: { int: 1 }, epsilon: { float: normEpsilon } },
  );
  return { y: y!, mean: mean!, inverseDeviation: inverseDeviation! };
}

/** For float64 gradient checks: the operator gives its mean and deviation in float32 whatever its input. */
function spelledOut(g: Graph, x: Value, gain: Value, bias?: Value): Normalised {
  const mean = meanOver(g, x, [1], true);
  const centred = minus(g, x, mean);
  const variance = meanOver(g, times(g, centred, centred), [1], true);
  const inverseDeviation = dividedBy(g, scalar(g, 1), sqrt(g, plus(g, variance, scalar(g, normEpsilon))));
  const scaled = times(g, times(g, centred, inverseDeviation), gain);
  return { y: bias ? plus(g, scaled, bias) : scaled, mean, inverseDeviation };
}

import { affineRows, dividedBy, meanOver, minus, plus, reshape, sqrt, times } from "../arithmetic.js";
import { emit, filled, type Graph, record, scalar, type Value } from "../graph.js";
import { product } from "../product.js";

export const normEpsilon = 1e-5;

/**
 * Layer normalisation of x [tokens, width] with gain, and bias if there is one, [width] (Ba et al. 2016, eq. 4).
 * The operator's extra outputs, mean and inverse deviation, serve the backward pass:
 * dx = s (h − mean(h) − x̂ mean(h x̂)) with h = dy·gain.
 */
export function layerNorm(g: Graph, x: Value, gain: Value, bias?: Value): Value {
  const { y, mean, inverseDeviation } = (g.fused ? fused : spelledOut)(g, x, gain, bias);
  record(g, bias ? [x, gain, bias] : [x, gain], [y], ([dy]) => {
    const normalised = affineRows(g, x, mean, inverseDeviation);
    const along = times(g, dy!, normalised);
    const scaled = affineRows(g, times(g, dy!, gain), weightedMean(g, dy!, gain), inverseDeviation);
    const share = times(g, weightedMean(g, along, gain), inverseDeviation);
    return [minus(g, scaled, times(g, normalised, share)), columnSums(g, along), ...(bias ? [columnSums(g, dy!)] : [])];
  });
  return y;
}

/** Mean of a·gain over the width, [tokens, 1]: a product with a vector reads `a` once and writes nothing large. */
export function weightedMean(g: Graph, a: Value, gain: Value): Value {
  const width = gain.shape[0]!;
  // Not as the product's factor, which ONNX Runtime has no vector kernel for.
  return product(g, a, reshape(g, times(g, gain, scalar(g, 1 / width)), [width, 1]));
}

/** Sums over the tokens, [width]. */
export function columnSums(g: Graph, a: Value): Value {
  const [tokens, width] = a.shape as [number, number];
  return reshape(g, product(g, filled(g, 1, [1, tokens]), a), [width]);
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

/** Of float64 too the operator gives mean and deviation in float32. */
function spelledOut(g: Graph, x: Value, gain: Value, bias?: Value): Normalised {
  const mean = meanOver(g, x, [1], true);
  const centred = minus(g, x, mean);
  const variance = meanOver(g, times(g, centred, centred), [1], true);
  const inverseDeviation = dividedBy(g, scalar(g, 1), sqrt(g, plus(g, variance, scalar(g, normEpsilon))));
  const scaled = times(g, times(g, centred, inverseDeviation), gain);
  return { y: bias ? plus(g, scaled, bias) : scaled, mean, inverseDeviation };
}

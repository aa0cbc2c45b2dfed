import { dividedBy, meanOver, minus, plus, sqrt, times } from "../arithmetic.js";
import { emit, type Graph, record, scalar, type Value } from "../graph.js";
import { columnSums, normEpsilon, weightedMean } from "./layerNorm.js";

/**
 * Root-mean-square normalisation of x [tokens, width] with gain [width] (Zhang & Sennrich 2019, equation 4).
 * Backward: dx = s (h - x^ mean(h x^)) with h = dy gain, s the inverse root mean square and x^ = s x.
 */
export function rmsNorm(g: Graph, x: Value, gain: Value): Value {
  const { y, inverseRoot } = g.fused ? fused(g, x, gain) : spelledOut(g, x, gain);
  record(g, [x, gain], [y], ([dy]) => {
    const normalised = times(g, x, inverseRoot);
    const along = times(g, dy!, normalised);
    const parallel = times(g, normalised, weightedMean(g, along, gain));
    const dx = times(g, minus(g, times(g, dy!, gain), parallel), inverseRoot);
    return [dx, columnSums(g, along)];
  });
  return y;
}

interface Normalised {
  readonly y: Value;
  /** [tokens, 1]. */
  readonly inverseRoot: Value;
}

function fused(g: Graph, x: Value, gain: Value): Normalised {
  const [y, inverseRoot] = emit(
    g,
    "SimplifiedLayerNormalization",
    [x, gain],
    [
      { type: g.float, shape: x.shape },
      { type: g.float, shape: [x.shape[0]!, 1] },
    ],
    { axis: { int: 1 }, epsilon: { float: normEpsilon } },
  );
  return { y: y!, inverseRoot: inverseRoot! };
}

function spelledOut(g: Graph, x: Value, gain: Value): Normalised {
  const square = meanOver(g, times(g, x, x), [1], true);
  const inverseRoot = dividedBy(g, scalar(g, 1), sqrt(g, plus(g, square, scalar(g, normEpsilon))));
  return { y: times(g, times(g, x, inverseRoot), gain), inverseRoot };
}

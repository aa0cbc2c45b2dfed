import { concat, plus, reshape, split, sumOver } from "../arithmetic.js";
import { type Graph, record, type Value } from "../graph.js";
import { columnSums } from "./layerNorm.js";

/** x + y, same shape. */
export function add(g: Graph, x: Value, y: Value): Value {
  const sum = plus(g, x, y);
  record(g, [x, y], [sum], ([d]) => [d, d]);
  return sum;
}

/** x [context, batch, width] + positions [context, width]. */
export function addPositions(g: Graph, x: Value, positions: Value): Value {
  const [context, , width] = x.shape as [number, number, number];
  const sum = plus(g, x, reshape(g, positions, [context, 1, width]));
  record(g, [x, positions], [sum], ([d]) => [d, sumOver(g, d!, [1], false)]);
  return sum;
}

/** x [tokens, width] + bias [width]. */
export function addBias(g: Graph, x: Value, bias: Value): Value {
  const sum = plus(g, x, bias);
  record(g, [x, bias], [sum], ([d]) => [d, columnSums(g, d!)]);
  return sum;
}

/** Each x [tokens, width] + its part of a bias [parts·width]. */
export function addBiasParts(g: Graph, xs: readonly Value[], bias: Value): Value[] {
  const parts = split(
    g,
    bias,
    0,
    xs.map((x) => x.shape[1]!),
  );
  const sums = xs.map((x, i) => plus(g, x, parts[i]!));
  record(g, [...xs, bias], sums, (ds) => [
    ...ds,
    concat(
      g,
      ds.map((d) => columnSums(g, d!)),
      0,
    ),
  ]);
  return sums;
}

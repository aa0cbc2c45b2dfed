import { plus, sumOver } from "../arithmetic.js";
import { type Graph, record, type Value } from "../graph.js";

/** x + y, same shape. */
export function add(g: Graph, x: Value, y: Value): Value {
  const sum = plus(g, x, y);
  record(g, [x, y], [sum], ([d]) => [d, d]);
  return sum;
}

/** x [batch, context, width] + positions [context, width]. */
export function addPositions(g: Graph, x: Value, positions: Value): Value {
  const sum = plus(g, x, positions);
  record(g, [x, positions], [sum], ([d]) => [d, sumOver(g, d!, [0], false)]);
  return sum;
}

/** x [tokens, width] + bias [width]. */
export function addBias(g: Graph, x: Value, bias: Value): Value {
  const sum = plus(g, x, bias);
  record(g, [x, bias], [sum], ([d]) => [d, sumOver(g, d!, [0], false)]);
  return sum;
}

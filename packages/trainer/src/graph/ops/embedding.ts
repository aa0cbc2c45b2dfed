import { reshape } from "../arithmetic.js";
import { emitOne, filled, type Graph, record, type Value } from "../graph.js";

/** Rows of E [vocabulary, width] for int32 tokens [tokens]: [tokens, width]. */
export function embed(g: Graph, embedding: Value, tokens: Value): Value {
  const count = tokens.shape[0]!;
  const width = embedding.shape[1]!;
  const rows = emitOne(g, "Gather", [embedding, tokens], [count, width], { axis: { int: 0 } });
  record(g, [embedding], [rows], ([d]) => {
    const indices = emitOne(g, "Cast", [tokens], tokens.shape, { to: { int: 7 } }, "int64");
    const scattered = emitOne(
      g,
      "ScatterND",
      [filled(g, 0, embedding.shape), reshape(g, indices, [count, 1]), d!],
      embedding.shape,
      {
        reduction: { string: "add" },
      },
    );
    return [scattered];
  });
  return rows;
}

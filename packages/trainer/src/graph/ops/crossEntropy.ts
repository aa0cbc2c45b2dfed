import { exp, multiple, reshape, times } from "../arithmetic.js";
import { emit, emitOne, filled, type Graph, record, unit, type Value } from "../graph.js";

/** Mean negative log-likelihood in nats of int32 labels [tokens] under logits [tokens, vocabulary]. */
export function crossEntropy(g: Graph, logits: Value, labels: Value): Value {
  const count = logits.shape[0]!;
  const [loss, logProbability] = emit(
    g,
    "SoftmaxCrossEntropyLoss",
    [logits, labels],
    [
      { type: g.float, shape: [] },
      { type: g.float, shape: logits.shape },
    ],
    { reduction: { string: "mean" } },
  );
  // d loss / d logits = (softmax − onehot) / tokens; the gradient of the loss itself is the scalar that flows in.
  record(g, [logits], [loss!], ([dLoss]) => {
    const indices = emitOne(g, "Cast", [labels], labels.shape, { to: { int: 7 } }, "int64");
    const difference = emitOne(
      g,
      "ScatterElements",
      [exp(g, logProbability!), reshape(g, indices, [count, 1]), filled(g, -1, [count, 1])],
      logits.shape,
      { axis: { int: 1 }, reduction: { string: "add" } },
    );
    const mean = multiple(g, difference, 1 / count);
    return [dLoss === unit(g) ? mean : times(g, mean, dLoss!)];
  });
  return loss!;
}

/** Negative log-likelihood in nats of every label under its row of logits; no gradient. */
export function tokenLosses(g: Graph, logits: Value, labels: Value): Value {
  return emitOne(g, "SoftmaxCrossEntropyLoss", [logits, labels], labels.shape, { reduction: { string: "none" } });
}

/** The label that each row of logits makes most likely, the first of equals. */
export function greedyChoice(g: Graph, logits: Value): Value {
  const count = logits.shape[0]!;
  const indices = emitOne(g, "ArgMax", [logits], [count], { axis: { int: 1 }, keepdims: { int: 0 } }, "int64");
  return emitOne(g, "Cast", [indices], [count], { to: { int: 6 } }, "int32");
}

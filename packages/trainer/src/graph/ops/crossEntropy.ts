import { exp, meanOver, multiple, negative, reshape, times } from "../arithmetic.js";
import { emitOne, filled, type Graph, record, unit, type Value } from "../graph.js";

/**
 * Mean negative log-likelihood in nats of int32 labels [tokens] under logits [tokens, vocabulary]. Spelled out: ONNX Runtime
 * has SoftmaxCrossEntropyLoss only as a function of these and some more.
 */
export function crossEntropy(g: Graph, logits: Value, labels: Value): Value {
  const count = logits.shape[0]!;
  const logProbability = logSoftmax(g, logits);
  const loss = negative(g, meanOver(g, reshape(g, ofLabels(g, logProbability, labels), [count]), [0], false));
  // d loss / d logits = (softmax − onehot) / tokens; the gradient of the loss itself is the scalar that flows in.
  record(g, [logits], [loss], ([dLoss]) => {
    const difference = emitOne(
      g,
      "ScatterElements",
      [exp(g, logProbability), reshape(g, labels, [count, 1]), filled(g, -1, [count, 1])],
      logits.shape,
      { axis: { int: 1 }, reduction: { string: "add" } },
    );
    const mean = multiple(g, difference, 1 / count);
    return [dLoss === unit(g) ? mean : times(g, mean, dLoss!)];
  });
  return loss;
}

/** Negative log-likelihood in nats of every label under its row of logits; no gradient. */
export function tokenLosses(g: Graph, logits: Value, labels: Value): Value {
  return reshape(g, negative(g, ofLabels(g, logSoftmax(g, logits), labels)), labels.shape);
}

const logSoftmax = (g: Graph, logits: Value): Value =>
  emitOne(g, "LogSoftmax", [logits], logits.shape, { axis: { int: 1 } });

/** The element of each row that its label picks, [tokens, 1]. */
const ofLabels = (g: Graph, rows: Value, labels: Value): Value => {
  const shape = [rows.shape[0]!, 1];
  return emitOne(g, "GatherElements", [rows, reshape(g, labels, shape)], shape, { axis: { int: 1 } });
};

/** The label that each row of logits makes most likely, the first of equals. */
export function greedyChoice(g: Graph, logits: Value): Value {
  const count = logits.shape[0]!;
  const indices = emitOne(g, "ArgMax", [logits], [count], { axis: { int: 1 }, keepdims: { int: 0 } }, "int64");
  return emitOne(g, "Cast", [indices], [count], { to: { int: 6 } }, "int32");
}

import { countParameters } from "@isoflop/laws";
import { expect, test } from "vitest";
import { relu, reshape, times } from "../graph/arithmetic.js";
import { createGraph, input, output } from "../graph/graph.js";
import { graphMemory } from "../graph/liveness.js";
import { trainingMemory } from "./memory.js";
import { tinySpec } from "./tinyRun.js";

test("a graph's activations are counted from where they are made to where they are last read", () => {
  const g = createGraph("float32");
  const x = input(g, "x", "float32", [100]);
  const a = relu(g, x);
  const b = relu(g, reshape(g, a, [10, 10]));
  const c = relu(g, b);
  // At c's making a view of `a` is still to be read, and b is read: 3 times 400 bytes. The output is the caller's.
  output(g, "y", times(g, relu(g, times(g, c, reshape(g, a, [10, 10]))), c));
  relu(g, c);
  expect(graphMemory(g).activations).toBe(1200);
});

test("training memory is what its parts are: parameters, two moments, as many gradients as steps need, activations", () => {
  const spec = tinySpec("");
  const { total } = countParameters(spec.shape);
  const whole = trainingMemory(spec);
  expect(whole.parameters).toBe(4 * total);
  expect(whole.moments).toBe(8 * total);
  expect(whole.gradients).toBe(4 * total);
  const { total: sum, ...parts } = whole;
  expect(sum).toBe(Object.values(parts).reduce((a, b) => a + b, 0));
  const inParts = trainingMemory({ ...spec, batch: { ...spec.batch, microSequences: 1 } });
  expect(inParts.gradients).toBe(8 * total);
  // Activations go with the sequences of a call, but for what is made of the weights alone.
  expect(inParts.activations).toBeGreaterThan(whole.activations / 4);
  expect(inParts.activations).toBeLessThan(whole.activations / 2);
  // The stream, its norms, queries, keys, values, weights and the feed-forward block live until the backward pass.
  const perToken = spec.shape.layers * (9 * 16 + 3 * 64 + 2 * 4 * 16) * 4;
  expect(whole.activations).toBeGreaterThan(64 * perToken);
});

test("where the noise is measured by other parts than a step takes, the memory of their graph is counted, too", () => {
  const spec = tinySpec("");
  const { sequences } = spec.batch;
  const activations = (micro: number, everySteps?: number, measured = 0) =>
    trainingMemory({
      ...spec,
      batch: { ...spec.batch, microSequences: micro },
      ...(everySteps === undefined ? {} : { gradientNoise: { everySteps, sequences: measured } }),
    }).activations;
  const [whole, half] = [activations(sequences), activations(sequences / 2)];
  expect(activations(sequences, 10, sequences / 2)).toBe(whole + half);
  // One graph serves both, or the noise is measured at every step.
  expect(activations(sequences / 2, 10, sequences / 2)).toBe(half);
  expect(activations(sequences, 1, sequences / 2)).toBe(half);
});

test("validation takes no more memory than a step where contexts are long or vocabularies large, and is counted", () => {
  const spec = tinySpec("");
  const of = (change: Partial<typeof spec.shape>) => {
    const shape = { ...spec.shape, width: 64, heads: 4, headWidth: 16, feedForward: 256, ...change };
    return trainingMemory({ ...spec, shape, batch: { sequences: 8, tokens: 8 * shape.context, microSequences: 1 } });
  };
  // One sequence is trained at a time; sixteen of 1,024 tokens would have a gigabyte of scores.
  const long = of({ context: 1024 });
  expect(long.evaluation).toBeGreaterThan(0);
  expect(long.evaluation).toBeLessThan(long.activations);
  const wide = of({ vocabulary: 50_000 });
  expect(wide.evaluation).toBeLessThan(3 * 4 * 2 ** 22);
  // The position bias of every head, in the graphs of training and validation.
  expect(long.fixed - of({ context: 512 }).fixed).toBeGreaterThan(2 * 4 * 4 * (1024 ** 2 - 512 ** 2) * (5 / 8));
});

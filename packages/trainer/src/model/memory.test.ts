import { countParameters, type TransformerShape } from "@isoflop/laws";
import { describe, expect, test } from "vitest";
import { trainingMemory } from "./memory.js";

const shape: TransformerShape = {
  layers: 3,
  width: 64,
  heads: 4,
  headWidth: 16,
  feedForward: 256,
  vocabulary: 256,
  context: 64,
  tiedEmbeddings: true,
  positions: "alibi",
  biases: false,
};

describe("memory on paper", () => {
  test("of parameters, moments and gradient is 16 bytes a parameter, 20 where a batch is made of parts", () => {
    const parameters = countParameters(shape).total;
    const whole = trainingMemory(shape, { sequences: 8, microSequences: 8 });
    expect(whole.state + whole.gradients).toBe(16 * parameters);
    const parts = trainingMemory(shape, { sequences: 8, microSequences: 2 });
    expect(parts.state + parts.gradients).toBe(20 * parameters);
    expect(parts.activations).toBe(whole.activations / 4);
    expect(whole.total).toBe(whole.state + whole.gradients + whole.activations);
  });

  test("of a layer and token is what Korthikanti et al. 2022 count, in float32 and without dropout", () => {
    // Section 4.1, equation 1, of arXiv:2205.05198: s b h (34 + 5 a s / h) bytes in 2-byte floats and 1-byte masks. Without the masks (1 s b h
    // each after attention and after the block, 1 a s² b) and the dropout's copy of the weights (2 a s² b): 32 and 2 bytes,
    // 16 h + a s elements.
    const { width: h, heads: a, context: s } = shape;
    const of = (layers: number) =>
      trainingMemory({ ...shape, layers }, { sequences: 1, microSequences: 1 }).activations / (4 * s);
    const perLayer = of(4) - of(3);
    const korthikanti = 16 * h + a * s;
    // Ours keeps the mixture of the values twice, as heads and joined, but no input of its own to every product.
    expect(perLayer / korthikanti).toBeGreaterThan(0.9);
    expect(perLayer / korthikanti).toBeLessThan(1.2);
  });

  test("grows with the context's square, the gate and the vocabulary", () => {
    const bytes = (change: Partial<TransformerShape>) =>
      trainingMemory({ ...shape, ...change }, { sequences: 4, microSequences: 4 }).activations;
    expect(bytes({ context: 128 })).toBeGreaterThan(2 * bytes({}));
    expect(bytes({ activation: "swiglu" })).toBeGreaterThan(bytes({}));
    expect(bytes({ vocabulary: 50_000 })).toBeGreaterThan(10 * bytes({}));
  });
});

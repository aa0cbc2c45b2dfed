import { describe, expect, test } from "vitest";
import { flopsPerToken } from "./flops/flopsPerToken.js";
import { countParameters } from "./parameters.js";
import type { TransformerShape } from "./shape.js";

const gpt2: TransformerShape = {
  layers: 12,
  width: 768,
  heads: 12,
  headWidth: 64,
  feedForward: 3072,
  vocabulary: 50257,
  context: 1024,
  tiedEmbeddings: true,
  positions: "learned",
  biases: true,
};

describe("parameter counts", () => {
  test("GPT-2 small has its published 124,439,808 parameters", () => {
    expect(countParameters(gpt2)).toEqual({
      embedding: 38_597_376,
      position: 786_432,
      block: 85_056_000,
      head: 0,
      total: 124_439_808,
    });
  });
  test("an untied head and absent positions change only their own counts", () => {
    const count = countParameters({ ...gpt2, tiedEmbeddings: false, positions: "none" });
    expect(count.head).toBe(38_597_376);
    expect(count.position).toBe(0);
    expect(count.block).toBe(85_056_000);
  });
  test("without biases, a layer is 12 d^2 and two gains when f = 4d", () => {
    const count = countParameters({ ...gpt2, biases: false });
    expect(count.block).toBe(12 * (12 * 768 ** 2 + 2 * 768) + 768);
  });
});

describe("FLOPs per token", () => {
  test("6N and Kaplan agree with their formulas by hand", () => {
    expect(flopsPerToken(gpt2, "6N")).toBe(6 * 124_439_808);
    expect(flopsPerToken(gpt2, "kaplan")).toBe(6 * 85_056_000 + 6 * 12 * 1024 * 768);
  });
  test("Hoffmann's Appendix F for GPT-2 small: 1.09 GFLOPs a token, layer by layer by hand", () => {
    const d = 768;
    const perLayer = 6 * d * d + 2 * 1024 * d + 3 * 12 * 1024 + 2 * 1024 * d + 2 * d * d + 4 * d * 3072;
    expect(flopsPerToken(gpt2, "hoffmann")).toBe(3 * (12 * perLayer + 4 * 50257 * d));
  });
});

// Hoffmann et al. 2022, Table A4, with its last column, the ratio of FLOPs to 6ND. The ratio is that of the layers alone:
// with Appendix F's embeddings and logits the first row would be 1.59, without them it is the printed 1.03.
test.each([
  { layers: 10, width: 640, heads: 10, headWidth: 64, published: 73e6, ratio: 1.03 },
  { layers: 20, width: 1024, heads: 16, headWidth: 64, published: 305e6, ratio: 1.1 },
  { layers: 24, width: 1280, heads: 10, headWidth: 128, published: 552e6, ratio: 1.08 },
  { layers: 26, width: 1792, heads: 14, headWidth: 128, published: 1.1e9, ratio: 1.04 },
  { layers: 28, width: 2048, heads: 16, headWidth: 128, published: 1.6e9, ratio: 1.03 },
  { layers: 40, width: 3584, heads: 28, headWidth: 128, published: 6.8e9, ratio: 0.99 },
])("Hoffmann's Table A4: $layers layers of $width have $published parameters", ({ published, ratio, ...size }) => {
  const shape: TransformerShape = {
    ...size,
    feedForward: 4 * size.width,
    vocabulary: 32_000,
    context: 2048,
    tiedEmbeddings: true,
    positions: "none",
    biases: false,
  };
  // The paper's models have relative positions (Dai et al. 2019): one more d x (h k) matrix a layer.
  const relative = size.layers * size.width * size.heads * size.headWidth;
  const total = countParameters(shape).total + relative;
  expect(Math.abs(total / published - 1)).toBeLessThan(0.04); // 1.1B is 1.143e9, printed to two figures
  const embeddingsAndLogits = 3 * 4 * shape.vocabulary * shape.width;
  const layers = flopsPerToken(shape, "hoffmann") - embeddingsAndLogits;
  expect(Math.abs(layers / (6 * total) - ratio)).toBeLessThan(0.015);
});

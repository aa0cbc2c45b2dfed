import { describe, expect, test } from "vitest";
import { modelFlopsUtilisation } from "../units/acceleratorHours.js";
import { clusterFlops, parseCluster } from "../units/accelerators.js";
import { countModel } from "./counts.js";
import { flopsPerToken } from "./flops/flopsPerToken.js";
import { palmFlopsPerToken } from "./flops/palm.js";
import type { TransformerShape } from "./shape.js";

const gpt3: TransformerShape = {
  layers: 96,
  width: 12_288,
  heads: 96,
  headWidth: 128,
  feedForward: 4 * 12_288,
  vocabulary: 50_257,
  context: 2048,
  tiedEmbeddings: true,
  positions: "learned",
  biases: true,
};

// Brown et al. 2020, Table 2.1 (shapes) and D.1 (parameters, in millions). Left out are the two rows whose printed shape
// does not give the printed count: XL (24 heads of 128 at width 2048) and 13B (width 5140, not 5120).
test.each([
  ["Small", 12, 768, 12, 64, 125],
  ["Medium", 24, 1024, 16, 64, 356],
  ["Large", 24, 1536, 16, 96, 760],
  ["2.7B", 32, 2560, 32, 80, 2650],
  ["6.7B", 32, 4096, 32, 128, 6660],
  ["175B", 96, 12_288, 96, 128, 174_600],
])("GPT-3 %s has the published number of parameters", (_, layers, width, heads, headWidth, millions) => {
  const { n } = countModel({ ...gpt3, layers, width, heads, headWidth, feedForward: 4 * width });
  expect(Math.abs(n.hoffmann / 1e6 / millions - 1)).toBeLessThan(0.006);
});

describe("GPT-3 175B by every convention", () => {
  const counts = countModel(gpt3);
  test("300B tokens cost the published 3.14e23 FLOPs, 3,640 PF-days, as 6N", () => {
    expect((counts.flopsPerToken["6N"] * 300e9) / 3.14e23).toBeCloseTo(1, 2);
    expect((counts.flopsPerToken["6N"] * 300e9) / 8.64e19 / 3640).toBeCloseTo(1, 2);
  });
  test("Kaplan's estimate leaves out norms and biases only: a ten-thousandth", () => {
    expect(counts.n.kaplanEstimate / counts.n.kaplan).toBeCloseTo(1, 3);
    expect(counts.n.kaplan).toBeGreaterThan(counts.n.kaplanEstimate);
    expect(counts.parameters.total - counts.parameters.block).toBe((50_257 + 2048) * 12_288);
  });
  test("the conventions differ as their formulas do", () => {
    const { n, flopsPerToken: per } = counts;
    const attention = gpt3.layers * gpt3.context * gpt3.width;
    expect(per["6N-non-embedding"]).toBe(6 * n.kaplan);
    expect(per.kaplan - per["6N-non-embedding"]).toBeCloseTo(6 * attention, -3);
    expect(per.palm - per["6N"]).toBeCloseTo(12 * attention, -3);
    for (const convention of ["6N", "kaplan", "hoffmann"] as const) {
      expect(per[convention]).toBe(flopsPerToken(gpt3, convention));
    }
    // Appendix F: 6 for each weight of the layers, 12 V d for embeddings and logits, attention's 12 L d s and its softmax.
    const weights = gpt3.layers * 12 * gpt3.width ** 2;
    const byHand =
      6 * weights + 12 * 50_257 * gpt3.width + 12 * attention + 9 * gpt3.layers * gpt3.heads * gpt3.context;
    expect(per.hoffmann / byHand).toBeCloseTo(1, 12);
  });
});

// Hoffmann et al. 2022, Table 4.
test.each([
  ["Gopher", 80, 16_384, 128, 280e9],
  ["Chinchilla", 80, 8192, 64, 70e9],
])("%s has the published number of parameters", (_, layers, width, heads, published) => {
  const shape = { ...gpt3, layers, width, heads, headWidth: 128, feedForward: 4 * width, vocabulary: 32_000 };
  const { n } = countModel({ ...shape, positions: "none", biases: false });
  // Relative positions (Dai et al. 2019) add one d x (h k) matrix a layer.
  const total = n.hoffmann + layers * width * heads * 128;
  expect(Math.abs(total / published - 1)).toBeLessThan(0.003);
});

test("PaLM's 238.3K tokens a second on 6,144 TPU v4 are the published 46.2 % of peak, 45.7 % without attention", () => {
  const perToken = palmFlopsPerToken(540.35e9, { layers: 118, heads: 48, headWidth: 256, context: 2048 });
  const cluster = parseCluster("6144xTPUv4");
  const mfu = modelFlopsUtilisation(238.3e3, perToken, cluster);
  expect(mfu).toBeCloseTo(0.462, 3);
  expect(modelFlopsUtilisation(238.3e3, 6 * 540.35e9, cluster)).toBeCloseTo(0.457, 3);
  expect(clusterFlops(cluster, 1, mfu) / (238.3e3 * 86_400 * perToken)).toBeCloseTo(1, 12);
});

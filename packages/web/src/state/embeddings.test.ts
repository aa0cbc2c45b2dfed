import { totalParameters } from "@isoflop/laws";
import { expect, it } from "vitest";
import { embeddingsOf } from "./embeddings.js";

const run = (nonEmbedding: number, total: number | undefined) => ({
  ...{ id: `${nonEmbedding}`, parameters: nonEmbedding, tokens: 1e9, flops: 1e18, loss: 3 },
  counts: { nonEmbedding, ...(total === undefined ? {} : { total }) },
});

it("finds the embeddings of a family of shapes: those of Kaplan's as Pearce & Song 2024 have them", () => {
  const found = embeddingsOf([1e6, 3e6, 1e8, 1.5e9].map((n) => run(n, totalParameters(n))));
  expect(found?.coefficient).toBeCloseTo(47491, 4);
  expect(found?.exponent).toBeCloseTo(1 / 3, 10);
});

it("is none where a run has one count, or all have one size", () => {
  expect(embeddingsOf([run(1e6, 2e6), run(1e7, undefined)])).toBeUndefined();
  expect(embeddingsOf([run(1e6, 2e6), run(1e6, 2e6)])).toBeUndefined();
  expect(embeddingsOf([])).toBeUndefined();
});

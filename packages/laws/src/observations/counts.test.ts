import { expect, it } from "vitest";
import type { CountedRecord } from "./counts.js";
import { toObservations } from "./toObservations.js";

const countsOf = (row: Readonly<Record<string, unknown>>) =>
  (toObservations([{ tokens: 1e9, loss: 3, ...row }]).records[0] as CountedRecord).counts;

it("keeps a second count of N where a table has one, and takes N as before", () => {
  const { records, convention, columns } = toObservations([
    { total_params: 2e8, "non_embedding_params (M)": 150, tokens: 1e9, loss: 3 },
  ]);
  expect(convention.parameters).toBe("total");
  expect(records[0]).toMatchObject({ parameters: 2e8, flops: 1.2e18, counts: { total: 2e8, nonEmbedding: 1.5e8 } });
  expect(columns).toBe("N = total_params, nonEmbedding = non_embedding_params (M) * 1e6, D = tokens, loss = loss");
});

it("finds it from the embeddings' own count, on either side", () => {
  expect(countsOf({ total_params: 2e8, embedding_params: "50M" })).toEqual({ total: 2e8, nonEmbedding: 1.5e8 });
  expect(countsOf({ non_embedding_params: 1.5e8, embedding_params: 5e7 })).toEqual({ total: 2e8, nonEmbedding: 1.5e8 });
  // "params" does not say that it is the total.
  expect(countsOf({ params: 2e8, n_embedding: 5e7 })).toEqual({ nonEmbedding: 1.5e8 });
});

it("tells none that no model has, and none of an empty cell", () => {
  expect(countsOf({ params: 2e8 })).toBeUndefined();
  expect(countsOf({ params: 2e8, embedding_params: 3e8 })).toBeUndefined();
  expect(countsOf({ params: 2e8, non_embedding_params: 3e8 })).toBeUndefined();
  expect(countsOf({ params: 2e8, non_embedding_params: "" })).toBeUndefined();
  expect(countsOf({ params: 2e8, non_embedding_params: "many" })).toBeUndefined();
});

import { expect, it } from "vitest";
import { computeCostOf } from "./records.js";
import { syntheticStudy } from "./synthetic.js";

const records = syntheticStudy({
  truth: { E: 1.8, A: 480, B: 2100, alpha: 0.35, beta: 0.37 },
  budgets: [1e18, 1e19],
  sizes: 5,
  width: 16,
});
/** C stays that of the whole model, of which N is the part that follows N_total = 3 N^0.9. */
const without = records.map((record) => ({ ...record, parameters: (record.parameters / 3) ** (1 / 0.9) }));

it("of an N without embeddings takes C = 6ND for that of the whole model, unless it is that of N", () => {
  const convention = { parameters: "non-embedding", flops: "6N" } as const;
  expect(computeCostOf(records, convention)).toEqual({ coefficient: 6, exponent: 1 });
  const { coefficient, exponent } = computeCostOf(without, convention);
  expect(coefficient).toBeCloseTo(18, 8);
  expect(exponent).toBeCloseTo(0.9, 10);
  expect(computeCostOf(without, { parameters: "total", flops: "6N" })).toEqual({ coefficient: 6, exponent: 1 });
});

import type { CountedRecord } from "@isoflop/laws/observations";
import { expect, it } from "vitest";
import type { Observed } from "../../state/observations.js";
import { countingOf, recounted } from "./counting.js";

const OWN = { parameters: "", flops: "" } as const;
const record = (
  id: string,
  nonEmbedding: number,
  embedding: number,
  changes: Partial<CountedRecord> = {},
): CountedRecord => {
  const total = nonEmbedding + embedding;
  const tokens = 1000;
  const flops = 6 * total * tokens;
  return {
    ...{ id, parameters: total, tokens, flops, budget: flops, loss: 3 },
    curve: [{ tokens: 500, flops: flops / 2, loss: 4 }],
    counts: { total, nonEmbedding, flopsPerToken: { kaplan: 7 * nonEmbedding, hoffmann: 8 * total } },
    ...changes,
  };
};
const observed = (records: readonly CountedRecord[], changes: Partial<Observed> = {}): Observed => ({
  ...{ title: "t", records, holdouts: [], names: {}, dropped: [], source: { kind: "served", key: "k" } },
  convention: { parameters: "total", flops: "6N" },
  ...changes,
});
const two = [record("a", 100, 50), record("b", 400, 100)];

it("offers every count that all runs are known by, the runs' own where nothing is asked", () => {
  const { now, choices } = countingOf(observed(two), OWN);
  expect(now).toEqual({ parameters: "total", flops: "6N" });
  expect(choices.parameters).toEqual(["total", "non-embedding"]);
  expect(choices.flops).toEqual(["6N", "kaplan", "hoffmann"]);
  expect(countingOf(observed(two), { parameters: "non-embedding", flops: "" }).choices.flops).toContain(
    "6N-non-embedding",
  );
  const { counts: _, ...bare } = two[1]!;
  const one = countingOf(observed([two[0]!, bare]), { parameters: "non-embedding", flops: "hoffmann" });
  expect(one).toMatchObject({ now: { parameters: "total", flops: "6N" } });
  expect(one.choices).toMatchObject({ parameters: ["total"], flops: ["6N"] });
});

it("leaves what is observed as it is where its own count holds, also when another was asked for that it does not have", () => {
  const all = observed(two);
  expect(recounted(all, OWN)).toBe(all);
  expect(recounted(all, { parameters: "total", flops: "6N" })).toBe(all);
  expect(recounted(all, { parameters: "given", flops: "given" })).toBe(all);
  // 6ND without embeddings is of an N without them.
  expect(recounted(all, { parameters: "", flops: "6N-non-embedding" })).toBe(all);
});

it("counts N, C and the curve's C anew, and leaves budgets, tokens and losses", () => {
  const now = recounted(observed(two, { holdouts: [{ ...record("h", 900, 100), role: "holdout-optimum" }] }), {
    parameters: "non-embedding",
    flops: "kaplan",
  });
  expect(now.convention).toEqual({ parameters: "non-embedding", flops: "kaplan" });
  expect(now.records[1]).toMatchObject({ parameters: 400, flops: 2800 * 1000, budget: 3e6, tokens: 1000, loss: 3 });
  expect(now.records[1]?.curve).toEqual([{ tokens: 500, flops: 2800 * 500, loss: 4 }]);
  expect(now.holdouts[0]).toMatchObject({ parameters: 900, flops: 6300 * 1000 });
  expect(recounted(observed(two), { parameters: "non-embedding", flops: "" }).records[1]).toMatchObject({
    parameters: 400,
    flops: 6 * 500 * 1000,
  });
});

it("knows runs that came as 6ND without embeddings, and a table whose C is none of 6ND", () => {
  const without = two.map((one) => {
    const parameters = one.counts?.nonEmbedding ?? 1;
    return { ...one, parameters, flops: 6 * parameters * one.tokens };
  });
  const convention = { parameters: "non-embedding", flops: "6N" } as const;
  const imported = countingOf(observed(without, { convention }), OWN);
  expect(imported.choices.own).toEqual({ parameters: "non-embedding", flops: "6N-non-embedding" });
  const whole = recounted(observed(without, { convention }), { parameters: "total", flops: "" });
  expect(whole.records[0]).toMatchObject({ parameters: 150, flops: 6 * 150 * 1000 });
  expect(whole.convention).toEqual({ parameters: "total", flops: "6N" });
  const table = observed(
    two.map(({ counts: _, ...one }) => ({ ...one, flops: 1.5 * one.flops })),
    { convention: { parameters: "given", flops: "given" } },
  );
  expect(countingOf(table, OWN).choices).toMatchObject({ parameters: ["given"], flops: ["6N", "given"] });
  expect(recounted(table, { parameters: "", flops: "6N" })).toMatchObject({
    records: [{ flops: two[0]?.flops }, { flops: two[1]?.flops }],
    convention: { parameters: "given", flops: "6N" },
  });
});

it("counts the rows of laws by themselves as their runs, and says of Kaplan's laws whether N is Kaplan's", () => {
  const part = (name: string, rows: NonNullable<Observed["parts"]>[number]["rows"]) => ({
    ...{ name, law: name, about: name, rows, resampled: true },
    warnings: [{ code: "kaplan-count", message: "…" }],
  });
  const parts = [
    part("kaplan-parameters", [{ inputs: { N: 30 }, y: 3, run: "part" }]),
    { ...part("loss-frontier", [{ inputs: { C: two[0]!.flops }, y: 3, run: "a" }]), warnings: [] },
    { ...part("kaplan-data", [{ inputs: { D: 5 }, y: 3 }]), warnings: [] },
  ];
  const all = observed(two, {
    parts,
    others: [{ ...record("part", 20, 10), curve: [] }],
  });
  const now = recounted(all, { parameters: "non-embedding", flops: "hoffmann" });
  expect(now.parts?.map(({ rows }) => rows[0]?.inputs)).toEqual([{ N: 20 }, { C: 8 * 150 * 1000 }, { D: 5 }]);
  expect(now.parts?.map(({ warnings }) => warnings.length)).toEqual([0, 0, 0]);
  const whole = recounted(all, { parameters: "", flops: "hoffmann" });
  expect(whole.parts?.map(({ warnings }) => warnings.map(({ code }) => code))).toEqual([["kaplan-count"], [], []]);
});

it("counts runs of parts alone with the others, and offers no count that one of them lacks", () => {
  const alone = record("c", 900, 100);
  const asked = { parameters: "non-embedding", flops: "kaplan" } as const;
  const part = { name: "p", law: "kaplan-compute", about: "", warnings: [], resampled: true };
  const rows = [{ inputs: { N: 1000, C: alone.flops }, y: 3, run: "c" }];
  const now = recounted(observed(two, { others: [alone], parts: [{ ...part, rows }] }), asked);
  expect(now.others?.[0]).toMatchObject({ parameters: 900, flops: 6300 * 1000 });
  expect(now.parts?.[0]?.rows[0]?.inputs).toEqual({ N: 900, C: 6300 * 1000 });
  const { counts: _, ...bare } = alone;
  expect(countingOf(observed(two, { others: [bare] }), asked).choices.parameters).toEqual(["total"]);
});

it("says that 6ND of the other N is another count, which the convention does not tell", () => {
  const own = observed(
    two.map((one) => ({ ...one, parameters: one.counts!.nonEmbedding!, flops: 6000 * one.counts!.nonEmbedding! })),
    { convention: { parameters: "non-embedding", flops: "6N" } },
  );
  const now = recounted(own, { parameters: "", flops: "6N" });
  expect(now.convention).toEqual(own.convention);
  expect(now.recounted).toEqual({ parameters: "non-embedding", flops: "6N" });
  expect(own.recounted).toBeUndefined();
});

import { FIELDS, type Field, mapColumns } from "@isoflop/laws/observations";
import { expect, it } from "vitest";
import { unitKey, unitsOf, useIn } from "./unitChoices.js";

it("every unit is found again from what it does to a column", () => {
  for (const field of FIELDS) {
    for (const key of unitsOf(field)) {
      expect(unitKey(field, useIn(field, "x", key))).toBe(key);
    }
  }
  expect(unitKey("parameters", { column: "N (1e7)", scale: 1e7 })).toBeUndefined();
});

it("what a column's name says is shown as its unit", () => {
  const { uses } = mapColumns(["params_B", "tokens (T)", "pf_days", "bits_per_byte", "unique_tokens"], {}, "t");
  const shown = (Object.keys(uses) as Field[]).map((field) => [field, unitKey(field, uses[field]!)]);
  expect(Object.fromEntries(shown)).toEqual({
    parameters: "billion",
    tokens: "trillion",
    flops: "pfdays",
    loss: "bitsPerByte",
    uniqueTokens: "one",
  });
});

import { describe, expect, it } from "vitest";
import { mapColumns, recogniseColumns } from "./columns.js";
import type { ColumnChoices } from "./fields.js";
import { observationsOfTables, type Table } from "./tables.js";

function table(source: string, rows: readonly Readonly<Record<string, unknown>>[], taken?: readonly number[]): Table {
  return {
    source,
    columns: Object.keys(rows[0] ?? {}),
    rows: taken ?? rows.map((_, i) => i + 1),
    cell: (row, column) => rows[row - 1]?.[column],
  };
}
const read = (tables: readonly Table[], choices: ColumnChoices = {}, checkpoints = false) =>
  observationsOfTables(
    tables,
    (of, row) => `${of.source}:${row}`,
    () => choices,
    checkpoints,
  );

describe("several tables", () => {
  it("with the same columns are one, with others each by itself", () => {
    const found = read([
      table("a", [{ N: 1e6, D: 2e7, loss: 3.5 }]),
      table("b", [
        { N: 1e6, D: 2e7, loss: 3.5 },
        { N: 2e6, D: 2e7, loss: "oops" },
      ]),
      table("c", [{ params_B: 0.003, tokens: 2e7, val_loss: 3.3 }]),
    ]);
    expect(found.records.map(({ id, parameters }) => [id, parameters])).toEqual([
      ["a:1", 1e6],
      ["c:1", 3e6],
    ]);
    expect(found.dropped).toEqual([
      { row: "b:1", reason: "duplicate of row a:1" },
      { row: "b:2", reason: "loss is not a number (oops)" },
    ]);
    expect(found.columns).toHaveLength(2);
  });

  it("of steps, without a column for the run, are a run each; a run may stretch over tables that name it", () => {
    const curve = (from: number) =>
      [1, 2, 3].map((i) => ({ step: from + i, N: 1e6, D: (from + i) * 1e6, loss: 4 - i / 10 }));
    expect(read([table("a", curve(0)), table("b", curve(3))]).records).toMatchObject([
      { id: "a", tokens: 3e6 },
      { id: "b", tokens: 6e6 },
    ]);
    const named = (from: number) => curve(from).map((row) => ({ run: "r", ...row }));
    const [only, ...others] = read([table("a", named(0)), table("b", named(3))]).records;
    expect(only).toMatchObject({ id: "r", tokens: 6e6 });
    expect(only?.curve).toHaveLength(6);
    expect(others).toEqual([]);
  });

  it("with losses in different units are refused", () => {
    const tables = [table("a", [{ N: 1e6, D: 2e7, bpb: 1 }]), table("b", [{ N: 1e6, D: 2e7, loss: 3 }])];
    expect(() => read(tables)).toThrow(/losses of a are in bits per byte, those of b in nats per token/);
  });

  it("give what the rows taken give, under their own numbers", () => {
    const rows = [1, 2, 3].map((i) => ({ N: i * 1e6, D: 2e7, loss: i === 2 ? 0 : 3 }));
    const found = read([table("a", rows, [2, 3])]);
    expect(found.records.map(({ id }) => id)).toEqual(["a:3"]);
    expect(found.dropped).toEqual([{ row: "a:2", reason: "loss is not positive (0)" }]);
  });
});

describe("what a form chooses", () => {
  const columns = ["params", "tokens", "flops", "val_loss", "seed", "ppl"];

  it("is a column with its unit, or that there is none; the names decide the rest", () => {
    const { uses } = mapColumns(
      columns,
      { loss: { column: "ppl", scale: 1 }, flops: null, parameters: "params*1e9" },
      "t",
    );
    expect(uses).toMatchObject({
      loss: { column: "ppl", scale: 1 },
      parameters: { column: "params", scale: 1e9 },
      tokens: { column: "tokens", scale: 1 },
      seed: { column: "seed" },
    });
    expect(uses.flops).toBeUndefined();
    expect(uses.loss?.log).toBeUndefined();
    expect(() => mapColumns(columns, { loss: { column: "none", scale: 1 } }, "t")).toThrow(/no column "none"/);
  });

  it("may be too little to fit, which a form shows and a reader refuses", () => {
    const chosen: ColumnChoices = { loss: null, trainLoss: null, flops: null, tokens: null };
    expect(recogniseColumns(columns, chosen, "t").uses).toMatchObject({ parameters: { column: "params" } });
    expect(() => mapColumns(columns, chosen, "t")).toThrow(/no column of losses/);
  });
});

import type { RunRecord } from "@isoflop/laws";
import { expect, it } from "vitest";
import { importTables } from "./importTables.js";
import { readFile } from "./readFile.js";
import { recordsCsv } from "./recordsCsv.js";

const record = (id: string, more: Partial<RunRecord> = {}): RunRecord => ({
  id,
  parameters: 1e6 / 3,
  tokens: 2e7,
  flops: 4e13,
  loss: 3.123456789012345,
  ...more,
});

it("records come back from their CSV as they were, with commas, quotes and line breaks in their names", async () => {
  const records = [record('a,"b"\nc'), record("d", { budget: 4e13, seed: 3 }), record("e", { uniqueTokens: 1e7 })];
  const table = await readFile(new Blob([recordsCsv(records)]), "t.csv");
  const { result } = importTables([table], { columns: {}, conditions: [], checkpoints: false });
  expect(result).toMatchObject({ observations: { records, dropped: [] } });
});

it("a name that a spreadsheet would run as a formula is made text", () => {
  const csv = recordsCsv(["=cmd()", "+1", "-1", "@x", "\tx", "x=1"].map((id) => record(id)));
  expect(
    csv
      .split("\r\n")
      .slice(1, -1)
      .map((line) => line.split(",")[0]),
  ).toEqual(["'=cmd()", "'+1", "'-1", "'@x", "'\tx", "x=1"]);
});

import { expect, it } from "vitest";
import { figureTables, tablesCsv } from "./figureTables.js";

const data = {
  law: { exponent: 0.5, exponentInterval: [0.4, 0.6] },
  profiles: [
    { budget: 1e9, points: [{ id: "a", name: '=SUM("x")', loss: 2 }] },
    {
      budget: 2e9,
      points: [
        { id: "b", name: "b", loss: 1.5 },
        { id: "c", name: "c", loss: 1.4 },
      ],
    },
  ],
  draws: [
    [1, 2, 3],
    [4, 5, 6],
  ],
};

it("makes a table of every list, in which rows within rows tell whose they are", () => {
  const tables = figureTables(data);
  expect(tables.map(({ name, rows }) => [name, rows.length])).toEqual([
    ["values", 1],
    ["profiles", 2],
    ["profiles.points", 3],
    ["draws", 2],
  ]);
  expect(tables[0]?.columns).toEqual(["law.exponent", "law.exponentInterval.low", "law.exponentInterval.high"]);
  expect(tables[2]?.columns).toEqual(["budget", "id", "name", "loss"]);
  expect(tables[2]?.rows[2]).toEqual([2e9, "c", "c", 1.4]);
  expect(tables[3]?.rows[1]).toEqual([4, 5, 6]);
});

it("writes no cell that a spreadsheet would run", () => {
  const csv = tablesCsv(figureTables(data));
  expect(csv).toContain(`"'=SUM(""x"")"`);
  expect(csv.split("\r\n")[0]).toMatch(/^table,/);
  expect(csv.trimEnd().split("\r\n").length).toBe(9);
});

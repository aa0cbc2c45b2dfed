import { expect, it } from "vitest";
import { createImporter } from "./importer.js";
import { LIMITS } from "./limits.js";
import type { Report } from "./protocol.js";

const csv = (rows: string) => new Blob([`N,D,loss\n${rows}`]);
const LIMITS_OF_TEST = { ...LIMITS, rows: 1_000 };
const NOTHING = { columns: {}, conditions: [], checkpoints: false };

function importing() {
  const reports: Report[] = [];
  const handle = createImporter((report) => reports.push(report), LIMITS_OF_TEST);
  return { reports, handle, last: () => reports.at(-1) };
}

it("files of one name are told apart, and one that is broken leaves the others", async () => {
  const { handle, last } = importing();
  await handle({
    kind: "read",
    files: [
      { file: csv("1e6,2e7,3\n"), name: "a.csv" },
      { file: csv("1e6,2e7\n"), name: "b.csv" },
      { file: csv("2e6,2e7,3\n"), name: "a.csv" },
    ],
  });
  expect(last()).toMatchObject({
    kind: "tables",
    tables: [{ name: "a.csv", rows: 1 }, { name: "a.csv (2)" }],
    faults: [{ name: "b.csv", fault: { kind: "ragged", line: 2 } }],
  });
  await handle({ kind: "choose", choices: NOTHING, turn: 4 });
  expect(last()).toMatchObject({ turn: 4, outcome: { result: { observations: { records: [{}, {}] } } } });
  await handle({ kind: "forget", name: "a.csv" });
  expect(last()).toMatchObject({ tables: [{ name: "a.csv (2)" }], faults: [] });
});

it("what it reports can pass from a worker to the page", async () => {
  const { handle, reports } = importing();
  await handle({ kind: "read", files: [{ file: csv("x,2e7,3\n1e6,2e7,nan\n1e6,2e7,3\n"), name: "a.csv" }] });
  await handle({ kind: "choose", choices: NOTHING, turn: 1 });
  await handle({ kind: "choose", choices: { ...NOTHING, columns: { loss: "gone" } }, turn: 2 });
  expect(structuredClone(reports)).toEqual(reports);
  expect(reports.at(-1)).toMatchObject({ outcome: { result: { refusal: { code: "columns-unknown" } } } });
});

it("says how far a large file is read, and that all files together are too many rows", async () => {
  const { handle, reports, last } = importing();
  const half = new Blob([`N,D,loss,note\n${`1e6,2e7,3,${"x".repeat(4_000)}\n`.repeat(501)}`]);
  await handle({ kind: "read", files: [half, half].map((file, i) => ({ file, name: `${i}.csv` })) });
  const shares = reports.flatMap((report) => (report.kind === "progress" ? [report.done / report.total] : []));
  expect(shares.length).toBeGreaterThanOrEqual(2);
  expect(Math.max(...shares)).toBeLessThanOrEqual(1);
  expect(last()).toMatchObject({ faults: [{ name: "1.csv", fault: { kind: "rows", limit: 1_000 } }] });
});

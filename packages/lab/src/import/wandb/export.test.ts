import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { withDatabase } from "../../read/database.js";
import { pathLiteral } from "../../read/files.js";
import type { TrackedPoint, TrackedRun } from "../source.js";
import { wandbExport } from "./export.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-export-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

async function points(run: TrackedRun): Promise<TrackedPoint[]> {
  const all: TrackedPoint[] = [];
  for await (const point of run.series()) all.push(point);
  return all;
}

const row = (cells: readonly (string | number)[]): string =>
  `${cells.map((text) => `"${text.toString()}"`).join(",")}\n`;
const bounded = (name: string): string[] => [name, `${name}__MIN`, `${name}__MAX`];

describe("a chart's table", () => {
  test("gives the points of each of its runs, whose names have what separates them", async () => {
    const path = await file(
      "chart.csv",
      row([
        "Step",
        ...bounded("a - 64 - _step"),
        ...bounded("a - 64 - val - loss"),
        ...bounded("a - _step"),
        ...bounded("a - val - loss"),
      ]) +
        row([0, 0, 0, 0, 5, 5, 5, 0, 0, 0, 6.5, 6.5, 6.5]) +
        row([1, 1, 1, 1, 4.5, 4.25, 4.75, "", "", "", "", "", ""]) +
        row([2, "", "", "", "", "", "", 2, 2, 2, "NaN", "NaN", "NaN"]),
    );
    expect(await wandbExport.recognises(path)).toBe(true);
    const paths = await wandbExport.runs?.(path);
    expect(paths).toEqual([`${path}#a - 64`, `${path}#a`]);
    const first = await wandbExport.open(`${path}#a - 64`);
    expect(await points(first)).toEqual([
      { key: "val - loss", step: 0, value: 5 },
      { key: "val - loss", step: 1, value: 4.5 },
    ]);
    expect(first.notices?.().join()).toMatch(/samples.*1 points of a - 64 are means/);
    const second = await wandbExport.open(`${path}#a`);
    expect(await points(second)).toEqual([
      { key: "val - loss", step: 0, value: 6.5 },
      { key: "val - loss", step: 2, value: Number.NaN },
    ]);
    expect(second.notices?.().join()).not.toMatch(/means/);
  });

  test("is refused where it has no steps, and where a cell is no number", async () => {
    const epochs = await file("epochs.csv", row(["epoch", ...bounded("a - loss")]) + row([0, 5, 5, 5]));
    await expect(wandbExport.open(epochs)).rejects.toMatchObject({
      code: "wandb-export",
      hint: expect.stringContaining("Step"),
    });
    const words = await file("words.csv", row(["Step", ...bounded("a - loss")]) + row([0, "five", 5, 5]));
    await expect(wandbExport.open(words).then(points)).rejects.toMatchObject({
      message: expect.stringContaining("row 1"),
    });
  });
});

const LINES = [
  '{"_step": 0, "_timestamp": 1700000000.5, "loss": 10, "val": {"loss": 4}}',
  '{"_step": 1, "loss": NaN, "note": "NaN is text", "media": {"_type": "histogram", "values": 3}}',
  '{"_step": 2, "loss": "Infinity", "done": true}',
];
const EXPECTED = [
  { key: "loss", step: 0, value: 10, time: 1_700_000_000.5 },
  { key: "val.loss", step: 0, value: 4, time: 1_700_000_000.5 },
  { key: "loss", step: 1, value: Number.NaN },
  { key: "loss", step: 2, value: Number.POSITIVE_INFINITY },
];

describe("a history", () => {
  test.each([
    ["as lines", "history.jsonl", `${LINES.join("\n")}\n`],
    ["as lines of which the last is cut", "cut.jsonl", `${LINES.join("\n")}\n{"_step": 3, "lo`],
    ["as lines in .json", "lines.json", `${LINES.join("\n")}\n`],
    ["as a list", "list.json", `[${LINES.join(",\n")}]`],
  ])("%s gives every point", async (_, name, text) => {
    const path = await file(name, text);
    expect(await wandbExport.recognises(path)).toBe(true);
    expect(await wandbExport.runs?.(path)).toEqual([path]);
    expect(await points(await wandbExport.open(path))).toEqual(EXPECTED);
  });

  test("as CSV gives every point", async () => {
    const path = await file("history.csv", "_step,_timestamp,loss,note\n0,1700000000.5,10,x\n1,,nan,\n7,,2.5,3 a\n");
    expect(await points(await wandbExport.open(path))).toEqual([
      { key: "loss", step: 0, value: 10, time: 1_700_000_000.5 },
      { key: "loss", step: 1, value: Number.NaN },
      { key: "loss", step: 7, value: 2.5 },
    ]);
  });

  test("as Parquet gives every point", async () => {
    const path = join(folder, "wandb-history.parquet");
    await withDatabase((connection) =>
      connection.run(
        `COPY (SELECT i AS _step, 1.7e9 + i AS _timestamp, CASE WHEN i % 2 = 0 THEN i / 4 END AS loss, {'x': i} AS "val" FROM range(5000) t(i)) TO ${pathLiteral(path)}`,
      ),
    );
    expect(await wandbExport.recognises(path)).toBe(true);
    const all = await points(await wandbExport.open(path));
    expect(all.filter(({ key }) => key === "loss")).toEqual(
      Array.from({ length: 2500 }, (_, i) => ({ key: "loss", step: 2 * i, value: i / 2, time: 1.7e9 + 2 * i })),
    );
    expect(all.filter(({ key }) => key === "val.x")).toHaveLength(5000);
  });

  test("without steps is none, and other tables are not", async () => {
    expect(await wandbExport.recognises(await file("runs.csv", "parameters,tokens,loss\n1,2,3\n"))).toBe(false);
    expect(await wandbExport.recognises(await file("other.jsonl", '{"step": 1}\n'))).toBe(false);
    expect(await wandbExport.recognises(await file("note.txt", '{"_step": 1}\n'))).toBe(false);
    const path = await file("some.jsonl", `${LINES[0] ?? ""}\n{"loss": 3}\n`);
    await expect(wandbExport.open(path).then(points)).rejects.toMatchObject({
      message: expect.stringContaining("row 2"),
    });
  });
});

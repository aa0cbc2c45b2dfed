import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { createRandom, type RunRecord } from "@isoflop/laws";
import { parseColumns, toObservations } from "@isoflop/laws/observations";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readObservations } from "./observations.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-curves-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

async function copy(path: string, sql: string): Promise<void> {
  const database = await (await DuckDBInstance.create(":memory:")).connect();
  await database.run(`COPY (${sql}) TO '${path}'`);
  database.closeSync();
}

type Row = Readonly<Record<string, string | number | null>>;

const toCsv = (rows: readonly Row[]): string => {
  const columns = Object.keys(rows[0]!);
  return `${columns.join(",")}\n${rows.map((row) => columns.map((name) => row[name] ?? "").join(",")).join("\n")}\n`;
};

/** Runs of several sizes with every oddity that loggers leave. */
function oddRuns(): Row[] {
  const random = createRandom(7);
  const runs = Array.from({ length: 12 }, (_, r) => {
    const N = 1e6 * 1.5 ** r;
    const steps = [5, 40, 399, 401, 1500, 6000][r % 6]!;
    return Array.from({ length: steps }, (_, i): Row => {
      const tokens = i * 32768;
      const loss = 1.8 + 300 / N ** 0.35 + 300 / (tokens + 1e4) ** 0.3 + 0.05 * (random.uniform() - 0.5);
      const isLast = i === steps - 1;
      return {
        run_id: `r${r}`,
        seed: r % 2,
        n_params: isLast && r === 3 ? null : N,
        _step: i,
        tokens,
        "train/loss": loss,
        "val/loss": r === 4 && i > 1400 ? "nan" : i % 10 === 4 ? loss + 0.01 : null,
      };
    });
  }).flat();
  const shuffled = runs.map((row) => ({ row, key: random.uniform() })).sort((a, b) => a.key - b.key);
  const restarted = runs.filter((row) => row.run_id === "r1").slice(-9);
  return [...shuffled.map(({ row }) => row), ...restarted, { ...runs[0]!, run_id: null }];
}

function expectSameRecords(read: readonly RunRecord[], expected: readonly RunRecord[]): void {
  expect(read.map(({ curve: _, ...record }) => record)).toEqual(expected.map(({ curve: _, ...record }) => record));
  read.forEach(({ curve = [] }, i) => {
    const other = expected[i]?.curve ?? [];
    expect(curve.length).toBe(other.length);
    curve.forEach((point, j) => {
      expect(point.tokens / other[j]!.tokens).toBeCloseTo(1, 9);
      expect(point.loss).toBeCloseTo(other[j]!.loss, 9);
    });
  });
}

describe("files of training curves", () => {
  it("come to the same runs and curves in the database as row by row", async () => {
    const rows = oddRuns();
    const path = await file("history.csv", toCsv(rows));
    // And with numbers as text, which the database must read like the library.
    const asText = rows.map((row) => ({ ...row, n_params: row.n_params === null ? null : `${+row.n_params! / 1e6}M` }));
    const named = ({ n_params, ...row }: Row, millions: (n: number) => string | number): Row => ({
      ...row,
      "Model size (M)": typeof n_params === "number" ? millions(n_params / 1e6) : null,
    });
    const inMillions = rows.map((row) => named(row, (n) => n));
    const inMillionsAsText = rows.map((row, i) => named(row, (n) => (i % 2 === 0 ? `${n}M` : String(n))));
    for (const table of [rows, asText, inMillions, inMillionsAsText]) {
      await writeFile(path, toCsv(table));
      const read = await readObservations([path]);
      const expected = toObservations(table, { source: path });
      expect(expected.records).toHaveLength(11);
      expect(expected.records.filter(({ curve }) => (curve?.length ?? 0) > 200).length).toBeGreaterThan(3);
      expectSameRecords(read.records, expected.records);
      expect(read.dropped).toEqual(expected.dropped);
      expect(read.notices).toEqual(expected.notices);
      expect(read.notices.join("\n")).toMatch(/1 rows name no run/);
      const everyRow = await readObservations([path], { checkpoints: true });
      const expectedRows = toObservations(table, { source: path, checkpoints: true });
      expectSameRecords(everyRow.records, expectedRows.records);
      expect(everyRow.records.length).toBeGreaterThan(1000);
      expect(everyRow.notices).toEqual(expectedRows.notices);
    }
  });

  it("may be one a file, each with its steps", async () => {
    for (const [name, N] of [
      ["a", 1e6],
      ["b", 4e6],
    ] as const) {
      const lines = Array.from({ length: 40 }, (_, i) =>
        JSON.stringify({
          step: i + 1,
          tokens: (i + 1) * 4096,
          flops: (i + 1) * 4096 * 6 * N,
          time: i,
          "train/loss": 5 / (i + 1) ** 0.1,
          ...(i % 10 === 9 ? { "val/loss": 5.1 / (i + 1) ** 0.1 } : {}),
        }),
      );
      await file(`${name}.jsonl`, `${lines.join("\n")}\n`);
    }
    const { records, notices } = await readObservations([join(folder, "*.jsonl")]);
    expect(records.map(({ id, parameters, tokens }) => [id, Math.round(parameters), tokens])).toEqual([
      [join(folder, "a.jsonl"), 1e6, 40 * 4096],
      [join(folder, "b.jsonl"), 4e6, 40 * 4096],
    ]);
    expect(records.map(({ curve }) => curve?.length)).toEqual([40, 40]);
    expect(notices.join()).toMatch(/80 rows of 2 runs \(one a file, along tokens\)/);
  });

  it("may stretch over several files of the same columns", async () => {
    const rows = oddRuns().filter(({ run_id }) => run_id !== null && run_id !== "r4");
    const one = await file("one.csv", toCsv(rows));
    const parts = [await file("p1.csv", toCsv(rows.slice(0, 700))), await file("p2.csv", toCsv(rows.slice(700)))];
    expectSameRecords((await readObservations(parts)).records, (await readObservations([one])).records);
  });

  it("are asked for by naming the run where the column's name does not say it", async () => {
    const rows = oddRuns().filter(({ run_id }) => run_id !== null);
    const path = await file("group.csv", toCsv(rows.map(({ run_id, ...row }) => ({ sweep_member: run_id!, ...row }))));
    const plain = await readObservations([path]);
    expect(plain.notices.join()).toMatch(/No column of .*group\.csv names the run.*--columns run=<column>/);
    const named = await readObservations([path], { columns: parseColumns("run=sweep_member") });
    expect(named.records).toHaveLength(11);
  });

  it("of 300,000 rows keep what they show in a few hundred points a run, and leave no files behind", async () => {
    const path = join(folder, "large.parquet");
    await copy(
      path,
      `SELECT 'run ' || (i // 3000) AS run, 1e6 * pow(1.05, i // 3000) AS params, (i % 3000 + 1) * 65536 AS tokens,
        2 + 300 / pow(1e6 * pow(1.05, i // 3000), 0.35) + 300 / pow((i % 3000 + 1) * 65536, 0.3) AS loss
      FROM range(300000) t(i)`,
    );
    const { records } = await readObservations([path]);
    expect(records).toHaveLength(100);
    for (const { parameters: N, tokens: D, loss, curve } of records) {
      expect(D).toBe(3000 * 65536);
      expect(loss).toBeCloseTo(2 + 300 / N ** 0.35 + 300 / D ** 0.3, 9);
      expect(curve!.length).toBeLessThanOrEqual(400);
      for (const point of curve!) {
        expect(point.loss).toBeCloseTo(2 + 300 / N ** 0.35 + 300 / point.tokens ** 0.3, 3);
      }
    }
    expect((await readdir(tmpdir())).filter((name) => name.startsWith(`isoflop-${process.pid}-`))).toEqual([]);
  });

  it("in too many rows that are no curves are refused with a way out", async () => {
    const path = join(folder, "many.parquet");
    await copy(path, "SELECT 1e6 + i AS N, 2e7 + i AS D, 2 + 1 / (1 + i) AS loss, i AS step FROM range(600000) t(i)");
    await expect(readObservations([path])).rejects.toMatchObject({
      code: "too-many-rows",
      message: expect.stringMatching(/600,000 rows.*at most 500,000/),
      hint: expect.stringMatching(/--columns run=run_id.*--where/),
    });
    expect((await readObservations([path], { where: "step % 1000 = 0" })).records).toHaveLength(600);
    const runs = join(folder, "runs.parquet");
    await copy(runs, "SELECT i // 2 AS run, 1e6 AS N, 1e7 * (1 + i % 2) AS D, 3 AS loss FROM range(1100000) t(i)");
    await expect(readObservations([runs])).rejects.toMatchObject({
      code: "too-many-rows",
      message: expect.stringMatching(/550,000 runs/),
    });
  });
});

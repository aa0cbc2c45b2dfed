import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DuckDBInstance } from "@duckdb/node-api";
import { parseColumns } from "@isoflop/laws/observations";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readObservations } from "./observations.js";

const shared = process.env.ISOFLOP_SHARED ?? fileURLToPath(new URL("../../../../../shared", import.meta.url));
const haveShared = existsSync(join(shared, "data"));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-read-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text);
  return join(folder, name);
}

describe("files of runs", () => {
  const one = { parameters: 1e6, tokens: 2e7, flops: 1.2e14, loss: 3.5 };

  it("of every format give the same records", async () => {
    const csv = await file("a.csv", "N,D,C,loss,extra\n1e6,2e7,1.2e14,3.5,x\n");
    const tsv = await file("a.tsv", "params\ttokens\tFLOPs\tval_loss\n1000000\t20000000\t1.2e14\t3.5\n");
    const json = await file(
      "a.json",
      '[{"Model Size": 1e6, "training_tokens": 2e7, "Training FLOP": 1.2e14, "Loss": 3.5}]',
    );
    const jsonl = await file(
      "a.jsonl",
      '{"n_params": 1000000, "D": 20000000, "compute": 1.2e14, "val/loss": 3.5, "tags": ["a"]}\n',
    );
    const parquet = join(folder, "a.parquet");
    const database = await (await DuckDBInstance.create(":memory:")).connect();
    await database.run(
      `COPY (SELECT 1000000::BIGINT AS parameters, 2e7::DECIMAL(18,2) AS tokens, 1.2e14 AS flops, 3.5 AS loss) TO '${parquet}'`,
    );
    database.closeSync();
    for (const path of [csv, tsv, json, jsonl, parquet]) {
      const { records, dropped } = await readObservations([path]);
      expect({ path, dropped }).toEqual({ path, dropped: [] });
      expect(records).toHaveLength(1);
      expect(records[0]).toMatchObject(one);
    }
  });

  it("never take a decimal comma for thousands", async () => {
    const path = await file(
      "comma.csv",
      'N;D;loss\n1e6;2e7;3,214\n"1,000,000";20000000;3.5\n"1,000.5";2e7;3.1\n2e6;2e7;3,2\n',
    );
    const { records, dropped } = await readObservations([path]);
    expect(records.map(({ parameters, loss }) => [parameters, loss])).toEqual([
      [1e6, 3.5],
      [1000.5, 3.1],
    ]);
    expect(dropped).toEqual([
      { row: 1, reason: "loss is not a number (3,214: decimal comma or thousands? write a point, or no comma)" },
      { row: 4, reason: expect.stringMatching(/decimal comma/) },
    ]);
  });

  it("drop a row whose compute no number can hold, and keep the others", async () => {
    const { records, dropped } = await readObservations([await file("h.csv", "N,D,loss\n1e6,2e7,3\n1e308,1e308,3\n")]);
    expect(records).toHaveLength(1);
    expect(dropped).toEqual([{ row: 2, reason: "C = 6ND is beyond what a number can hold" }]);
  });

  it("begin with their header: a line with too few or too many cells is named, not skipped to", async () => {
    const rows = "1e6,2e7,3.5\n".repeat(30);
    for (const [line, found] of [
      ["1,2", 2],
      ["1,2,3,4", 4],
    ] as const) {
      const path = await file("ragged.csv", `N,D,loss\n${rows}${line}\n`);
      await expect(readObservations([path])).rejects.toMatchObject({
        code: "file-unreadable",
        message: expect.stringMatching(new RegExp(`Line: 32.*Columns: 3 Found: ${found}`)),
      });
    }
  });

  it("that hold no table are refused with the reason", async () => {
    const cases: [string, string, RegExp][] = [
      ["empty.csv", "", /it is empty/],
      ["empty.json", "", /it is empty/],
      ["none.json", "[]", /no list of objects/],
      ["numbers.json", "[1, 2]", /no list of objects/],
    ];
    for (const [name, text, message] of cases) {
      await expect(readObservations([await file(name, text)])).rejects.toMatchObject({
        code: "file-unreadable",
        message: expect.stringMatching(message),
      });
    }
    await expect(readObservations([folder])).rejects.toMatchObject({
      message: expect.stringMatching(/a folder, and no study/),
    });
    await expect(readObservations(["https://127.0.0.1:9/x.csv"])).rejects.toMatchObject({ code: "file-missing" });
  });

  it("are filtered by one condition that sees rows only: it can neither write, nor read elsewhere", async () => {
    const path = await file("w.csv", "N,D,loss\n1e6,2e7,3\n2e6,2e7,3\n");
    const secret = await file("secret.txt", "x");
    const target = join(folder, "written");
    for (const where of [
      `true); COPY (SELECT 1) TO '${target}'; SELECT * FROM source_0 WHERE (true`,
      `true); ATTACH '${target}' AS x; CREATE TABLE x.t AS SELECT 1; SELECT * FROM source_0 WHERE (true`,
      `true); DROP TABLE source_0; SELECT 1 WHERE (true`,
      `(SELECT count(*) FROM read_text('${secret}')) > 0`,
      `(SELECT count(*) FROM glob('${folder}/*')) > 0`,
      "",
      " ",
    ]) {
      await expect(readObservations([path], { where })).rejects.toMatchObject({ code: "where-invalid" });
    }
    expect(existsSync(target)).toBe(false);
    expect((await readObservations([path], { where: "N > 1e6" })).records).toHaveLength(1);
  });

  it("may have commas and line breaks in their column names", async () => {
    const path = await file("names.csv", '"weights, all","words\nread",loss\n1e6,2e7,3\n');
    const { records } = await readObservations([path], { columns: parseColumns("N=weights, all,D=words\nread") });
    expect(records[0]).toMatchObject({ parameters: 1e6, tokens: 2e7 });
    await expect(readObservations([path])).rejects.toMatchObject({
      message: expect.stringContaining(String.raw`among "weights, all", "words\nread", loss.`),
    });
  });

  it("give no quantity two columns, and no column two quantities", async () => {
    expect(() => parseColumns("N=a,N=b")).toThrow(/parameters twice/);
    const path = await file("t.csv", "N,D,loss\n1e6,2e7,3\n");
    await expect(readObservations([path], { columns: parseColumns("N=N,D=N") })).rejects.toMatchObject({
      code: "columns-syntax",
    });
  });

  it("derive the third of N, D, C by C = 6ND and say so", async () => {
    const cases = [
      ["N,D,loss\n1e6,2e7,3.5\n", "C = 6ND"],
      ["N,C,loss\n1e6,1.2e14,3.5\n", "D = C/6N"],
      ["D,C,loss\n2e7,1.2e14,3.5\n", "N = C/6D"],
    ] as const;
    for (const [text, derived] of cases) {
      const made = await readObservations([await file("d.csv", text)]);
      expect(made).toMatchObject({ derived, convention: { flops: "6N" } });
      expect(made.records[0]?.flops).toBeCloseTo(1.2e14, -3);
      expect(made.records[0]?.parameters).toBeCloseTo(1e6, 3);
      expect(made.records[0]?.tokens).toBeCloseTo(2e7, 2);
    }
    const given = await readObservations([await file("g.csv", "N,D,C,loss\n1e6,2e7,5e14,3.5\n")]);
    expect(given.convention.flops).toBe("given");
    expect(given.derived).toBeUndefined();
  });

  it("tell bad rows by number and reason, and drop no others", async () => {
    const path = await file(
      "bad.csv",
      [
        "N,D,loss",
        "1e6,2e7,3.5",
        "1e6,2e7,nan",
        "-1e6,2e7,3.4",
        "1e6,0,3.4",
        "1e6,2e7,oops",
        "1e6,,3.4",
        "1e6,2e7,3.5",
        "1e6,2e7,inf",
        "2e6,2e7,3.3",
      ].join("\n"),
    );
    const { records, dropped } = await readObservations([path]);
    expect(records.map((record) => record.parameters)).toEqual([1e6, 2e6]);
    expect(dropped).toEqual([
      { row: 2, reason: expect.stringMatching(/^loss is not a number \(nan\)/i) },
      { row: 3, reason: expect.stringMatching(/^N is not positive/) },
      { row: 4, reason: expect.stringMatching(/^D is not positive/) },
      { row: 5, reason: "loss is not a number (oops)" },
      { row: 6, reason: "fewer than two of N, D and C are given" },
      { row: 7, reason: "duplicate of row 1" },
      { row: 8, reason: expect.stringMatching(/^loss is not (finite|a number)/) },
    ]);
  });

  it("keep runs apart that differ in name or seed alone", async () => {
    const path = await file(
      "seeds.csv",
      "name,N,D,seed,loss\na,1e6,2e7,0,3.5\na,1e6,2e7,1,3.5\nb,1e6,2e7,1,3.5\nb,1e6,2e7,1,3.5\n",
    );
    const { records, dropped } = await readObservations([path]);
    expect(records).toHaveLength(3);
    expect(dropped).toEqual([{ row: 4, reason: "duplicate of row 3" }]);
  });

  it("are filtered by a condition without renumbering the rows", async () => {
    const path = await file("w.csv", "N,D,loss,kept\n1e6,2e7,3.5,0\n2e6,2e7,-1,1\n3e6,2e7,3.3,1\n");
    const { records, dropped } = await readObservations([path], { where: "kept = 1" });
    expect(records.map((record) => record.id)).toEqual(["3"]);
    expect(dropped.map(({ row }) => row)).toEqual([2]);
    await expect(readObservations([path], { where: "nope = 1" })).rejects.toMatchObject({
      code: "where-invalid",
      exitCode: 2,
    });
    await expect(readObservations([path], { where: "kept = 7" })).rejects.toMatchObject({ code: "no-observations" });
  });

  it("may be many, by globs, each row named with its file", async () => {
    await file("p1.csv", "N,D,loss\n1e6,2e7,3.5\n");
    await file("p2.csv", "params,tokens,loss\n2e6,2e7,0\n");
    const { records, dropped, sources } = await readObservations([join(folder, "p*.csv")]);
    expect(sources).toHaveLength(2);
    expect(records).toHaveLength(1);
    expect(dropped[0]?.row).toBe(`${join(folder, "p2.csv")}:1`);
  });

  it("take columns as the user names them", async () => {
    const path = await file("odd.csv", "width,weights,seen,ce\n64,1e6,2e7,3.5\n");
    await expect(readObservations([path])).rejects.toMatchObject({
      code: "columns-missing",
      message: expect.stringMatching(/width, weights, seen, ce/),
    });
    const columns = parseColumns("N=weights, D=seen,loss=ce");
    expect((await readObservations([path], { columns })).records[0]).toMatchObject(one);
    await expect(readObservations([path], { columns: parseColumns("N=weight,D=seen,loss=ce") })).rejects.toMatchObject({
      code: "columns-unknown",
      hint: expect.stringMatching(/Did you mean weights\?/),
    });
    expect(() => parseColumns("M=x")).toThrow(/cannot read "M=x"/);
  });

  it("that are no tables are refused with their place", async () => {
    await expect(readObservations([join(folder, "none.csv")])).rejects.toMatchObject({ code: "file-missing" });
    await expect(readObservations([await file("a.xlsx", "x")])).rejects.toMatchObject({ code: "file-type" });
    await expect(readObservations([await file("broken.json", '[{"N": 1')])).rejects.toMatchObject({
      code: "file-unreadable",
      message: expect.stringMatching(/broken\.json/),
    });
    await expect(readObservations([await file("quote's.csv", "N,D,loss\n")])).rejects.toMatchObject({
      code: "no-observations",
    });
  });
});

describe.skipIf(!haveShared && process.env.CI !== "true")(
  `published data (${haveShared ? "found" : `absent: set ISOFLOP_SHARED, or put it at ${shared}`})`,
  () => {
    it("Epoch's points: 240 of 245, and the same D from the raw extraction", async () => {
      const clean = await readObservations([join(shared, "data/epoch-chinchilla/chinchilla_points_clean.csv")], {
        where: "dropped = 0",
      });
      expect(clean.records).toHaveLength(240);
      expect(clean.convention.flops).toBe("6N");
      const raw = await readObservations([join(shared, "data/epoch-chinchilla/svg_extracted_data.csv")]);
      expect(raw).toMatchObject({ derived: "D = C/6N", dropped: [] });
      expect(raw.records).toHaveLength(245);
    });

    it("the data-constrained and the Porian runs read by their own column names", async () => {
      const runs = await readObservations([join(shared, "data/datablations/fit_samples_182.csv")]);
      expect(runs.records).toHaveLength(182);
      const points = await readObservations([join(shared, "data/porian-isoflop/isoflop_points.csv")], {
        where: "dataset = 'rw'",
      });
      expect(points.records.length).toBeGreaterThan(400);
    });
  },
);

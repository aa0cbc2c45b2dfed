import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { command } from "../fixtures/testIo.js";
import { readObservations } from "./observations.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-odd-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, content: string | Buffer): Promise<string> {
  await writeFile(join(folder, name), content);
  return join(folder, name);
}

async function copy(name: string, sql: string, options = ""): Promise<string> {
  const database = await (await DuckDBInstance.create(":memory:")).connect();
  await database.run(`COPY (${sql}) TO '${join(folder, name)}' ${options}`);
  database.closeSync();
  return join(folder, name);
}

const RUN = { parameters: 1e6, tokens: 2e7, loss: 3.5 };

describe("files as the world writes them", () => {
  it("are read whatever their encoding, line ends, quotes and compression", async () => {
    const table = "N,D,loss\n1e6,2e7,3.5\n";
    const wide = Array.from({ length: 1000 }, (_, i) => `column ${i}`);
    const paths = [
      await file("bom.csv", `\uFEFF${table}`),
      await file("crlf.csv", table.replaceAll("\n", "\r\n")),
      await file("blank.csv", `\n\n${table}\n\n`),
      await file("no-newline.csv", table.trimEnd()),
      await file("comment.csv", `# written by hand\n${table}`),
      await file("semicolon.csv", table.replaceAll(",", ";")),
      await file("pipe.txt", table.replaceAll(",", "|")),
      await file("tabs.txt", table.replaceAll(",", "\t")),
      await file("quotes.csv", '"N","D","loss","note"\n"1e6","2e7","3.5","two\nlines, ""quoted"""\n'),
      await file("utf16.csv", Buffer.from(`\uFEFF${table}`, "utf16le")),
      await file("gzip.csv.gz", gzipSync(table)),
      await file("gzip.jsonl.gz", gzipSync('{"N":1e6,"D":2e7,"loss":3.5}\n')),
      await copy("zstd.csv.zst", "SELECT 1e6 AS N, 2e7 AS D, 3.5 AS loss", "(FORMAT csv, COMPRESSION zstd)"),
      await file("odd [1] *?'s.csv", table),
      await file("wide.csv", `${[...wide, table.split("\n")[0]]}\n${[...wide.map(() => 1), table.split("\n")[1]]}\n`),
      await file("rowid.csv", "rowid,N,D,loss\n7,1e6,2e7,3.5\n"),
      await file("sql.csv", 'N,D,loss,"x""; DROP TABLE source_0; --"\n1e6,2e7,3.5,1\n'),
      await file("spaces.csv", " N , D , loss \n 1e6 , 2e7 , 3.5 \n"),
    ];
    for (const path of paths) {
      const { records, dropped } = await readObservations([path]);
      expect({ path, records, dropped }).toMatchObject({ path, records: [RUN], dropped: [] });
      if (path.endsWith("zst")) continue;
      for (const where of ["1 = 1", "COLUMNS(*) IS NOT NULL"]) {
        const filtered = await readObservations([path], { where });
        expect({ path, records: filtered.records }).toMatchObject({ path, records: [RUN] });
      }
    }
    const wideWhere = { where: '"column 7" = 1 AND "Column 999" < 2' };
    expect((await readObservations([join(folder, "wide.csv")], wideWhere)).records).toHaveLength(1);
    await expect(readObservations([join(folder, "wide.csv")], { where: "colum_7 = 1" })).rejects.toMatchObject({
      code: "where-invalid",
      message: expect.stringMatching(/"colum_7" not found/),
    });
    const latin = await readObservations([
      await file("latin.csv", Buffer.from("Größe,N,D,loss\ngroß,1e6,2e7,3.5\n", "latin1")),
    ]);
    expect(latin.records).toMatchObject([RUN]);
    expect(latin.notices.join()).toMatch(/latin\.csv is not UTF-8: it was read as Latin-1/);
  });

  it("may be JSON of any shape that holds a row for each run", async () => {
    const row = '{"N":1e6,"D":2e7,"loss":3.5}';
    const paths = [
      await file("array.json", `[${row}]`),
      await file("lines.json", `${row}\n`),
      await file("nested.jsonl", '{"config":{"n_params":1e6},"summary":{"val":{"loss":3.5,"acc":0.1},"tokens":2e7}}\n'),
      await file("keys.jsonl", `{${wideKeys()}"N":1e6,"D":2e7,"loss":3.5}\n`),
      await file("nan.jsonl", `${row}\n{"N":2e6,"D":2e7,"loss":NaN}\n`),
    ];
    for (const path of paths) {
      expect({ path, records: (await readObservations([path])).records }).toMatchObject({ path, records: [RUN] });
    }
    const nested = paths[2]!;
    for (const where of ['"summary.tokens" > 1e6', "summary.tokens > 1e6"]) {
      expect((await readObservations([nested], { where })).records).toHaveLength(1);
    }
    // A key that comes late, as a validation loss does.
    const lines = Array.from({ length: 120_000 }, (_, i) =>
      i < 119_990
        ? `{"run":"a","step":${i},"N":1e6,"D":${i}}`
        : `{"run":"a","step":${i},"N":1e6,"D":${i},"val/loss":3.5}`,
    );
    const late = await readObservations([await file("late.jsonl", `${lines.join("\n")}\n`)]);
    expect(late.records).toMatchObject([{ id: "a", tokens: 119_999, loss: 3.5 }]);
    for (const [name, text] of [
      ["lists.json", '{"N":[1e6,2e6],"D":[2e7,2e7],"loss":[3.5,3.4]}'],
      ["pandas.json", '{"N":{"0":1e6,"1":2e6},"D":{"0":2e7,"1":2e7},"loss":{"0":3.5,"1":3.4}}'],
      ["inside.json", '{"runs":[{"N":1e6,"D":2e7,"loss":3.5}]}'],
    ] as const) {
      await expect(readObservations([await file(name, text)])).rejects.toMatchObject({
        code: "file-unreadable",
        message: expect.stringMatching(/one object that holds lists/),
      });
    }
  });

  it("may be Parquet with decimals, large integers, dates and lists", async () => {
    const path = await copy(
      "types.parquet",
      `SELECT 1000000::DECIMAL(38,4) AS params, 20000000::HUGEINT AS tokens, 3.5::FLOAT AS loss, DATE '2026-01-01' AS day, [1, 2] AS tags,
        {'loss': 1.5} AS other`,
    );
    expect((await readObservations([path])).records).toMatchObject([RUN]);
    const huge = await file("huge.csv", "N,D,loss\n123456789012345678901234567890,20000000,3.2\n");
    expect((await readObservations([huge])).records[0]?.parameters).toBeCloseTo(1.2345678901234568e29, -15);
  });

  it("keep an odd cell far down to its row", async () => {
    const rows = Array.from({ length: 150_000 }, (_, i) => `${1e6 + i},2e7,${i === 140_000 ? "oops" : 3.5}`);
    const path = await file("far.csv", `N,D,loss\n${rows.join("\n")}\n`);
    const { records, dropped } = await readObservations([path], { where: "N > 1.1e6" });
    expect(records).toHaveLength(150_000 - 100_001 - 1);
    expect(dropped).toEqual([{ row: 140_001, reason: "loss is not a number (oops)" }]);
  });

  it("may have other columns each, in one glob", async () => {
    await file("g1.csv", "N,D,loss\n1e6,2e7,3.5\n");
    await file("g2.csv", "params,tokens,flops,val_loss\n2e6,2e7,2.4e14,3.4\n");
    await file("g3.jsonl", '{"params":"3M","tokens":2e7,"val_loss":3.3}\n');
    const { records, columns, sources } = await readObservations([join(folder, "g*"), join(folder, "g1.csv")]);
    expect(records.map(({ parameters, loss }) => [parameters, loss])).toEqual([
      [1e6, 3.5],
      [2e6, 3.4],
      [3e6, 3.3],
    ]);
    expect(columns).toHaveLength(3);
    expect(sources).toHaveLength(3);
    await file("g4.csv", "params,tokens,val_bpb\n2e6,2e7,0.9\n");
    await expect(readObservations([join(folder, "g*")])).rejects.toMatchObject({ code: "mixed-units" });
  });

  it("that no table can be made of end with exit code 2, the place and a remedy", async () => {
    await mkdir(join(folder, "empty"));
    await symlink(join(folder, "circle.csv"), join(folder, "circle.csv"));
    await symlink(join(folder, "nowhere.csv"), join(folder, "dangling.csv"));
    const cases: [string, RegExp][] = [
      [join(folder, "empty"), /empty cannot be read as a table: it is a folder, and no study/],
      [join(folder, "circle.csv"), /symbolic links lead in a circle/],
      [join(folder, "dangling.csv"), /no study, file or match/],
      [await file("binary.csv", Buffer.from(Array.from({ length: 4000 }, (_, i) => (i * 7919) % 256))), /binary\.csv/],
      [await file("fake.parquet", "N,D,loss\n"), /fake\.parquet cannot be read as a table/],
      [await file("fake.csv.gz", "N,D,loss\n1e6,2e7,3\n"), /fake\.csv\.gz cannot be read as a table/],
      [await file("header.csv", "N,D,loss\n"), /it has no rows/],
      [await file("broken.jsonl", '{"N":1e6,"D":2e7,"loss":3.5}\n{"N":1e6,\n'), /broken\.jsonl/],
      [await file("twice.csv", "loss_a,N,N\n1,2,3\n"), /fewer than two columns.*N_1/],
      [await file("euro.csv", "N;D;loss\n1e6;2e7;3,214\n"), /decimal comma or thousands/],
      [await file("long.csv", "run_id,key,value,step\na,loss,3,1\n"), /no column of losses/],
      ["/proc/self/mem", /cannot/],
    ];
    for (const [path, message] of cases) {
      const { code, stdout, stderr } = await command("fit", path);
      expect({ path, code, stdout }).toEqual({ path, code: 2, stdout: "" });
      expect({ path, stderr }).toEqual({ path, stderr: expect.stringMatching(message) });
      expect(stderr).toMatch(/\n {2}hint: ./);
    }
  });

  it("say in the output which columns were taken and what was decided", async () => {
    const rows = [1, 2, 3, 4].flatMap((n) =>
      [1, 2, 3].map((d) => `${n * 1e6},${d * 1e8},${2 + 1 / (n * d)},${1.9 + 1 / (n * d)}`),
    );
    const path = await file("said.csv", `params,tokens,val_loss,train_loss\n${rows.join("\n")}\n`);
    const text = await command("fit", path, "--approach", "3", "--bootstrap", "0");
    expect(text.stdout).toMatch(/columns: N = params, D = tokens, loss = val_loss \(also there: train_loss\)/);
    const json = await command("fit", path, "--approach", "3", "--bootstrap", "0", "--json");
    expect(JSON.parse(json.stdout).observations).toMatchObject({ columns: [expect.any(String)], notices: [] });
  });
});

function wideKeys(): string {
  return Array.from({ length: 600 }, (_, i) => `"key ${i}":${i},`).join("");
}

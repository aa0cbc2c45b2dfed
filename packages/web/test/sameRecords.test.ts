import { existsSync } from "node:fs";
import { mkdtemp, readFile as readBytes, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { DuckDBInstance } from "@duckdb/node-api";
import { fitParametric, orThrow } from "@isoflop/laws";
import { type ColumnChoices, parseColumns } from "@isoflop/laws/observations";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fitVerb } from "../../lab/src/cli/fit.js";
import { readObservations } from "../../lab/src/read/observations.js";
import type { Condition } from "../src/reading/conditions.js";
import { type ImportedObservations, importTables } from "../src/reading/importTables.js";
import { readFile } from "../src/reading/readFile.js";

const shared = process.env.ISOFLOP_SHARED ?? fileURLToPath(new URL("../../../../shared", import.meta.url));
const PUBLISHED = [
  "epoch-chinchilla/chinchilla_points_clean.csv",
  "epoch-chinchilla/svg_extracted_data.csv",
  "datablations/all_samples_with_seeds.csv",
  "datablations/fit_samples_182.csv",
  "porian-isoflop/isoflop_points.csv",
].map((path) => join(shared, "data", path));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-drop-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const file = async (name: string, content: string | Uint8Array): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
};
/** A file's table in another format, as DuckDB writes it. */
const copy = async (from: string, to: string, options: string): Promise<string> => {
  const path = join(folder, to);
  const database = await (await DuckDBInstance.create(":memory:")).connect();
  await database.run(`COPY (SELECT * FROM read_csv('${from}', header = true)) TO '${path}' (${options})`);
  database.closeSync();
  return path;
};

interface Asked {
  readonly columns?: string;
  readonly choices?: ColumnChoices;
  readonly checkpoints?: boolean;
  readonly where?: string;
  readonly conditions?: readonly Condition[];
}

async function dropped(paths: readonly string[], asked: Asked = {}): Promise<ImportedObservations> {
  const tables = await Promise.all(
    paths.map(async (path) => readFile(new Blob([new Uint8Array(await readBytes(path))]), basename(path))),
  );
  const { result } = importTables(tables, {
    columns: asked.choices ?? (asked.columns === undefined ? {} : parseColumns(asked.columns)),
    conditions: asked.conditions ?? [],
    checkpoints: asked.checkpoints ?? false,
  });
  if ("refusal" in result) throw new Error(`${result.refusal.code}: ${result.refusal.message}`);
  return result.observations;
}

/** What the CLI reads from the same files, with their names for their paths. */
async function byCli(paths: readonly string[], asked: Asked = {}): Promise<ImportedObservations> {
  const read = await readObservations(paths, {
    ...(asked.columns === undefined ? {} : { columns: parseColumns(asked.columns) }),
    ...(asked.where === undefined ? {} : { where: asked.where }),
    ...(asked.checkpoints === undefined ? {} : { checkpoints: asked.checkpoints }),
  });
  // What it has beside is of imported folders and of the command line.
  expect(read.warnings).toEqual([]);
  const { records, convention, derived, lossUnit, columns, notices, dropped: rows } = read;
  const named = JSON.stringify({
    ...{ records, convention, derived, lossUnit, columns, notices },
    dropped: rows.map(({ row, reason }) => ({ row: `${row}`, reason })),
  });
  return JSON.parse(paths.reduce((text, path) => text.replaceAll(path, basename(path)), named));
}

async function expectSame(paths: readonly string[], asked: Asked = {}): Promise<ImportedObservations> {
  const [page, cli] = [await dropped(paths, asked), await byCli(paths, asked)];
  const withoutCurves = (found: ImportedObservations) => ({
    ...found,
    records: found.records.map(({ curve: _, ...record }) => record),
  });
  expect(withoutCurves(page)).toEqual(withoutCurves(cli));
  for (const [i, { curve = [] }] of page.records.entries()) {
    const other = cli.records[i]?.curve ?? [];
    expect(curve).toHaveLength(other.length);
    // Sums over a bin's points are taken in another order.
    for (const [k, point] of curve.entries()) {
      for (const key of ["tokens", "flops", "loss"] as const) {
        expect(Math.abs(point[key] / other[k]![key] - 1)).toBeLessThan(1e-12);
      }
    }
  }
  return page;
}

const CURVES = Array.from({ length: 40 }, (_, run) =>
  Array.from({ length: 30 }, (_, i) => {
    const [n, step] = [1e6 * 1.2 ** run, (i + 1) * 100];
    const d = step * 4096;
    return `run ${run},${n},${step},${d},${1.7 + 400 / n ** 0.34 + 400 / d ** 0.28},${i % 5 === 4 ? 1.72 + 400 / n ** 0.34 + 400 / d ** 0.28 : ""}`;
  }).join("\n"),
);

describe("a dropped file comes to the records that `isoflop fit` takes from it", () => {
  it.skipIf(!existsSync(PUBLISHED[0]!))(
    "of published runs, as CSV, JSONL, JSON, gzip and Parquet of every packing",
    async () => {
      for (const path of PUBLISHED) {
        const records = (await expectSame([path])).records.length;
        expect(records).toBeGreaterThan(100);
        const gz = await file(`${basename(path)}.gz`, gzipSync(await readBytes(path)));
        expect((await expectSame([gz])).records).toHaveLength(records);
        for (const [ending, options] of [
          ["jsonl", "FORMAT json"],
          ["json", "FORMAT json, ARRAY true"],
          ...["snappy", "gzip", "zstd", "brotli", "lz4_raw", "uncompressed"].map((codec) => [
            `${codec}.parquet`,
            `FORMAT parquet, CODEC ${codec}`,
          ]),
        ] as const) {
          const other = await copy(path, `${basename(path)}.${ending}`, options!);
          expect((await expectSame([other])).records).toHaveLength(records);
        }
      }
    },
  );

  it("of training curves, with the curves, and of every checkpoint", async () => {
    const csv = await file("curves.csv", `run,params,step,tokens,train_loss,val_loss\n${CURVES.join("\n")}\n`);
    const { records } = await expectSame([csv]);
    expect(records).toHaveLength(40);
    expect(records[0]?.curve).toHaveLength(30);
    expect((await expectSame([csv], { checkpoints: true })).records).toHaveLength(240);
    const parquet = await copy(csv, "curves.parquet", "FORMAT parquet");
    expect((await expectSame([parquet])).records).toHaveLength(40);
    const half = await file("curves2.csv", `run,params,step,tokens,train_loss,val_loss\n${CURVES[3]}\n`);
    await expectSame([csv, half]);
  });

  it("of several files with columns of their own, and files that are a run each", async () => {
    const a = await file("a.csv", "N,D,loss\n1e6,2e7,3.5\n2e6,2e7,x\n");
    const b = await file("b.tsv", "params_B\ttokens\tPF-days\tppl\n0.002\t2e7\t3e-6\t30.5\n0.002\t2e7\t3e-6\t30.5\n");
    const c = await file("c.jsonl", '{"config":{"n_params":3000000},"tokens":2e7,"val":{"loss":3.3}}\n');
    const found = await expectSame([a, b, c]);
    expect(found.records).toHaveLength(3);
    expect(found.dropped.map(({ row }) => row)).toEqual(["a.csv:2", "b.tsv:2"]);
    const steps = (n: number) =>
      `step,N,D,loss\n${[1, 2, 3].map((i) => `${i},${n},${i}e6,${4 - i / 10}`).join("\n")}\n`;
    const runs = [await file("r1.csv", steps(1e6)), await file("r2.csv", steps(2e6))];
    expect((await expectSame(runs)).records.map(({ id }) => id)).toEqual(["r1.csv", "r2.csv"]);
  });

  it("of odd cells: counts with units, thousands, decimal commas, what is no number, what repeats", async () => {
    const rows = [
      ...["a,70M,1.4B,3.5,1", 'b,"1,000,000",2e9,"3,4",1', "c,1e6,2e9,nan,1", "d,-5,2e9,3,1", "e,1e6,,3,1"],
      ...[
        "f,2e6,2e9,3.2,2",
        "f,2e6,2e9,3.2,2",
        "g,3e6,2e9, 3.1 ,x",
        "=cmd(),4e6,2e9,3.0,3",
        "<img src=x>,5e6,2e9,2.9,",
      ],
    ];
    const path = await file("odd.csv", `name,N,D,loss,seed\n${rows.join("\n")}\n`);
    const found = await expectSame([path]);
    expect(found.records.map(({ id }) => id)).toEqual(["a", "f", "g", "=cmd()", "<img src=x>"]);
    expect(found.dropped).toHaveLength(5);
    await expectSame(
      [await file("latin.csv", Buffer.from("modèle,N,D,loss\nà,1e6,2e7,3\n", "latin1"))].slice(1).concat(path),
    );
  });

  it("of JSON whose cells are now numbers, now text", async () => {
    const lines = [
      { run: 1, N: "3M", D: 2e7, loss: 3 },
      { run: "b", N: 1e6, D: 2e7, loss: null },
      { run: 2.5, N: 1e6, D: 2e7, loss: "3.5" },
      { run: "c", N: 2e6, D: 2e7, loss: "x" },
    ];
    const path = await file("mixed.jsonl", lines.map((line) => JSON.stringify(line)).join("\n"));
    const found = await expectSame([path]);
    expect(found.records.map(({ id, parameters }) => [id, parameters])).toEqual([
      ["1", 3e6],
      ["2.5", 1e6],
    ]);
    expect(found.dropped.map(({ reason }) => reason)).toEqual(["loss is empty", "loss is not a number (x)"]);
  });

  it("of losses that are left in their unit", async () => {
    const path = await file("bpb.csv", "N,D,val_bpb\n1e6,2e7,1.2\n2e6,2e7,1.1\n");
    expect((await expectSame([path])).lossUnit).toBe("bits per byte");
  });

  it("by columns and conditions that were chosen", async () => {
    const path = await file(
      "chosen.csv",
      "weights,seen,ppl,loss,dropped,seed\n1,2e7,30,9,0,1\n2,2e7,25,9,0,2\n3,2e7,20,9,1,3\n4,2e7,,9,,4\n",
    );
    const condition: Condition = { column: "dropped", operator: "=", value: "0" };
    const found = await expectSame([path], {
      columns: "N=weights*1e9,D=seen,loss=ln(ppl)",
      where: "dropped = 0",
      conditions: [condition],
    });
    expect(found.records.map(({ parameters }) => parameters)).toEqual([1e9, 2e9]);
    const byForm = await dropped([path], {
      choices: {
        parameters: { column: "weights", scale: 1e9 },
        tokens: { column: "seen", scale: 1 },
        loss: { column: "ppl", scale: 1, log: true },
      },
      conditions: [condition],
    });
    expect(byForm).toEqual(found);
  });

  it("so that a fit in the browser is the CLI's", async () => {
    const rows = CURVES.map((curve) => curve.split("\n")).flatMap((curve) => [curve[9], curve[19], curve[29]]);
    const csv = await file("fit.csv", `x,params,step,tokens,loss,y\n${rows.join("\n").replaceAll("run ", "r")}\n`);
    let out = "";
    await fitVerb({
      stdout: (text) => {
        out += text;
      },
      stderr: process.stderr,
      signal: new AbortController().signal,
    }).parseAsync([csv, "--approach", "3", "--bootstrap", "0", "--json"], { from: "user" });
    const { observations, fits } = JSON.parse(out);
    const found = await dropped([csv]);
    expect(observations.count).toBe(found.records.length);
    expect(observations.convention).toEqual(found.convention);
    const fit = orThrow(fitParametric(found.records, { convention: found.convention, resamples: 0 }));
    expect(fits[0].parameters).toEqual(fit.parameters);
  });
});

import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom } from "@isoflop/laws";
import { approachesFor, DEFAULT_FITS, fitObservations } from "@isoflop/laws/procedures";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { literal, rowsOf, withDatabase } from "../../read/database.js";
import { type Observations, readObservations } from "../../read/observations.js";
import { TABLE_FORMATS } from "../exporter.js";
import type { ExportRecord } from "../input.js";
import { csvLine } from "./csv.js";
import { recordTable } from "./records.js";
import { inertText } from "./spreadsheetText.js";
import { number, type Table, text } from "./table.js";
import { writeTable } from "./writeTable.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-tables-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** IsoFLOP profiles of a planted law with noise, two seeds, and some data repeated. */
function planted(): ExportRecord[] {
  const random = createRandom(11);
  const budgets = [1e18, 3.3e18, 1.1e19, 3.7e19];
  return budgets.flatMap((budget, b) =>
    [0.3, 0.5, 0.8, 1.3, 2, 3.1].flatMap((ratio, i) =>
      [0, 1].map((seed): ExportRecord => {
        const parameters = Math.round(ratio * 5e7 * (budget / 1e18) ** 0.5) + 1 / 3;
        const tokens = budget / (6 * parameters);
        const noise = 1 + 0.002 * (random.uniform() - 0.5);
        const repeats = i === 0 && b === 0;
        return {
          id: `=run ${b} ${i}, "${seed}"\n`,
          parameters,
          tokens,
          flops: 6 * parameters * tokens,
          loss: (1.7 + 400 / parameters ** 0.34 + 410 / tokens ** 0.28) * noise,
          budget,
          seed,
          ...(repeats ? { uniqueTokens: tokens / 3 } : {}),
        };
      }),
    ),
  );
}

const fitted = ({ records, convention }: Pick<Observations, "records" | "convention">) =>
  fitObservations(records, convention, { ...DEFAULT_FITS, approaches: approachesFor(records), resamples: 20 }).fits.map(
    ({ law, parameters, intervals95, draws }) => ({ law, parameters, intervals95, draws }),
  );

describe("records", () => {
  const records = planted();
  const convention = { parameters: "non-embedding", flops: "6N" } as const;

  it.each(TABLE_FORMATS)("as %s give the same fits, to the last bit, and count N the same way", async (format) => {
    await writeTable({ folder }, recordTable("records", records, convention), TABLE_FORMATS);
    const read = await readObservations([join(folder, `records.${format}`)]);
    expect(read.dropped).toEqual([]);
    expect(read.convention).toEqual(convention);
    const numbers = ({ parameters, tokens, flops, loss, budget, seed, uniqueTokens }: ExportRecord) => [
      parameters,
      tokens,
      flops,
      loss,
      budget,
      seed,
      uniqueTokens,
    ];
    expect(read.records.map(numbers)).toEqual(records.map(numbers));
    expect(fitted(read)).toEqual(fitted({ records, convention }));
  });

  it.each(TABLE_FORMATS)("as %s keep a loss in bits per byte as such", async (format) => {
    const inBits = records.map((record) => ({ ...record, lossUnit: "bits per byte" }));
    await writeTable({ folder }, recordTable("bits", inBits, convention), TABLE_FORMATS);
    const read = await readObservations([join(folder, `bits.${format}`)]);
    expect(read.lossUnit).toBe("bits per byte");
    expect(read.records.map(({ loss }) => loss)).toEqual(records.map(({ loss }) => loss));
  });

  it("of different runs under one name are no curve when read back; checkpoints of one run are", async () => {
    const same = records.map((record) => ({ ...record, id: "llama" }));
    await writeTable({ folder }, recordTable("same", same, convention), ["csv"]);
    expect((await readObservations([join(folder, "same.csv")])).records).toHaveLength(records.length);
    const checkpoints = [1e9, 2e9, 4e9].map((tokens, i) => ({
      ...{ id: `${i}`, run: "a", parameters: 1e8, tokens, flops: 6e8 * tokens },
      loss: 3 - i / 10,
    }));
    await writeTable({ folder }, recordTable("checkpoints", checkpoints, convention), ["csv"]);
    const path = join(folder, "checkpoints.csv");
    expect((await readObservations([path])).records).toHaveLength(1);
    expect((await readObservations([path], { checkpoints: true })).records).toMatchObject([
      { run: "a" },
      { run: "a" },
      { run: "a" },
    ]);
  });
});

describe("tables", () => {
  const odd = ["", "plain", 'q"uo,te', "line\nbreak\r\n", "=1+1", "@x", "'=x", "ü 漢 🙂", "null", "\u0000"];
  const numbers = [
    0,
    -1.5,
    1e-310,
    5e-324,
    1.7976931348623157e308,
    0.1 + 0.2,
    2 ** 53 + 2,
    5.3952e20,
    1e21,
    1.2345678901234567e19,
  ];
  const table: Table = {
    name: "odd",
    columns: [text("a text"), number("x")],
    rows: () => numbers.map((x, i) => [odd[i], x]),
  };
  const readers = { csv: "read_csv", json: "read_json_auto", parquet: "read_parquet" } as const;

  it.each(TABLE_FORMATS)(
    "as %s keep every double and every text; CSV alone puts a quote before formulas",
    async (format) => {
      await writeTable({ folder }, table, TABLE_FORMATS);
      const options = format === "csv" ? ", all_varchar = true, allow_quoted_nulls = false" : "";
      const rows = await withDatabase((connection) =>
        rowsOf(connection, `SELECT * FROM ${readers[format]}(${literal(join(folder, `odd.${format}`))}${options})`),
      );
      expect(rows.map(([, x]) => Number(x))).toEqual(numbers);
      expect(rows.map(([words]) => words)).toEqual(format === "csv" ? odd.map(inertText) : odd);
    },
  );

  it("has a null where a cell is empty, and words for what is no finite number", async () => {
    const holes: Table = {
      ...table,
      name: "holes",
      rows: () => [
        [undefined, undefined],
        ["a", Number.NaN],
        [null, -1 / 0],
      ],
    };
    await writeTable({ folder }, holes, TABLE_FORMATS);
    expect(await readFile(join(folder, "holes.csv"), "utf8")).toBe('"a text","x"\n,\n"a",NaN\n,-Infinity\n');
    expect(JSON.parse(await readFile(join(folder, "holes.json"), "utf8"))).toEqual([
      { "a text": null, x: null },
      { "a text": "a", x: "NaN" },
      { "a text": null, x: "-Infinity" },
    ]);
    const rows = await withDatabase((connection) =>
      rowsOf(connection, `SELECT * FROM '${join(folder, "holes.parquet")}'`),
    );
    expect(rows).toEqual([
      [null, null],
      ["a", Number.NaN],
      [null, Number.NEGATIVE_INFINITY],
    ]);
  });

  it("is an empty list as JSON when it has no rows", async () => {
    await writeTable({ folder }, { ...table, name: "none", rows: () => [] }, TABLE_FORMATS);
    expect(JSON.parse(await readFile(join(folder, "none.json"), "utf8"))).toEqual([]);
  });

  it("throws what its rows throw", async () => {
    const rows = async function* () {
      yield ["a", 1];
      throw new Error("torn");
    };
    await expect(writeTable({ folder }, { ...table, name: "torn", rows }, TABLE_FORMATS)).rejects.toThrow("torn");
  });
});

it("no text in CSV begins as a formula does, and different texts stay different", () => {
  const tricky = fc.string({ unit: fc.constantFrom("=", "+", "-", "@", "\t", "\r", "\n", "'", "＝", "a", '"', ",") });
  fc.assert(
    fc.property(tricky, tricky, (a, b) => {
      const cell = csvLine([a]).slice(1, -2).replaceAll('""', '"');
      expect(cell).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/);
      expect(inertText(a) === inertText(b)).toBe(a === b);
    }),
  );
  expect(csvLine([-5, "-5"])).toBe(`-5,"'-5"\n`);
});

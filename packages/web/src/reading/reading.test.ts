import { describe, expect, it } from "vitest";
import { type Fault, ReadFault } from "./fault.js";
import { LIMITS, type Limits } from "./limits.js";
import { readFile } from "./readFile.js";
import type { StoredTable } from "./storedTable.js";

const SMALL: Limits = { ...LIMITS, bytes: 10_000, document: 5_000, line: 1_000, rows: 50, columns: 10, cells: 200 };
const read = (name: string, content: string | Uint8Array<ArrayBuffer>, limits: Limits = LIMITS) =>
  readFile(new Blob([content]), name, { limits });
const shown = ({ columns }: StoredTable) =>
  Object.fromEntries(columns.map(({ name, cells }) => [name, Array.from(cells)]));
const fault = (name: string, content: string | Uint8Array<ArrayBuffer>, limits?: Limits): Promise<Fault> =>
  read(name, content, limits).then(
    () => {
      throw new Error(`${name} was read`);
    },
    (error: unknown) => {
      if (error instanceof ReadFault) return error.fault;
      throw error;
    },
  );
const packed = async (content: BlobPart) =>
  new Uint8Array(
    await new Response(new Blob([content]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer(),
  );
const utf16 = (text: string, bigEndian = false) => {
  const bytes = new Uint8Array(Buffer.from(`\uFEFF${text}`, "utf16le"));
  if (bigEndian) for (let i = 0; i < bytes.length; i += 2) bytes.subarray(i, i + 2).reverse();
  return bytes;
};

describe("delimited text", () => {
  it("is read with quotes, blank lines, any line ends and any usual delimiter", async () => {
    const table = { run: ['a,\n"b"', "c"], N: [1e6, 2e6], loss: [3.5, 3.25] };
    for (const [delimiter, end] of [
      [",", "\n"],
      [";", "\r\n"],
      ["\t", "\n"],
      ["|", "\r"],
    ] as const) {
      const lines = ["", "run,N,loss", '"a\u0000\n""b""",1e6,3.5', "", "c,2e6,3.25", ""];
      const text = lines.map((line) => line.replaceAll(",", delimiter).replace("\u0000", ",")).join(end);
      expect(shown(await read("t.csv", text))).toEqual(table);
    }
  });

  it("is read the same whole and in pieces of one byte", async () => {
    const text = 'run,N,loss\r\n"é ""x""\r\ny",1e6,3.5\r\nb,,nan\r\n';
    const bytes = new TextEncoder().encode(text);
    const pieces = new Blob([bytes]);
    pieces.stream = () =>
      new ReadableStream({
        start(controller) {
          for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
          controller.close();
        },
      });
    const whole = shown(await read("t.csv", text));
    expect(shown(await readFile(pieces, "t.csv"))).toEqual(whole);
    expect(whole).toEqual({ run: ['é "x"\ny', "b"], N: [1e6, null], loss: [3.5, Number.NaN] });
  });

  it("keeps names that look like numbers, and columns of one name or none apart", async () => {
    expect(shown(await read("t.csv", ",id,big,N,n\n1,007,12345678901234567890,1,2\n"))).toEqual({
      column0: [1],
      id: ["007"],
      big: ["12345678901234567890"],
      N: [1],
      n_1: [2],
    });
  });

  it("in another encoding is read by its mark, or as Latin-1, and that is said", async () => {
    const text = "modèle,N\nà,1\n";
    const latin = await read("t.csv", new Uint8Array(Buffer.from(text, "latin1")));
    expect(latin.notices).toEqual(["latin-1"]);
    for (const bigEndian of [false, true]) {
      const wide = await read("t.csv", utf16(text, bigEndian));
      expect(wide.notices).toEqual(["utf-16"]);
      expect(shown(wide)).toEqual(shown(latin));
    }
    expect(shown(latin)).toEqual({ modèle: ["à"], N: [1] });
    expect((await read("t.csv", `\uFEFF${text}`)).notices).toEqual([]);
  });

  it("that is broken is refused with its line", async () => {
    expect(await fault("t.csv", "N,loss\n1,2\n\n3\n")).toEqual({ kind: "ragged", line: 4, expected: 2, found: 1 });
    expect(await fault("t.csv", "N,loss\n1,2,3\n")).toEqual({ kind: "ragged", line: 2, expected: 2, found: 3 });
    expect(shown(await read("t.csv", "N,loss\n1,2,\n"))).toEqual({ N: [1], loss: [2] });
    expect(await fault("t.csv", 'N,run\n1,a\n2,"b\n3,c\n')).toEqual({ kind: "quote", line: 3 });
    expect(await fault("t.csv", "N,loss\n1,\0\n")).toMatchObject({ kind: "binary" });
    expect(await fault("t.csv", "N,loss\n")).toEqual({ kind: "no-rows" });
    expect(await fault("t.csv", "")).toEqual({ kind: "empty" });
    expect(await fault("t.csv", "\n \n")).toEqual({ kind: "empty" });
  });
});

describe("JSON", () => {
  it("is a list of objects, one object, or an object a line; objects within are columns by their path", async () => {
    const row = '{"N":1e6,"summary":{"val":{"loss":3.5}},"tags":["a",{"b":1}]}';
    for (const [name, text] of [
      ["t.json", `[${row}]`],
      ["t.json", row],
      ["t.json", `${row}\n${row}\n`],
      ["t.jsonl", `\n${row}\r\n`],
      ["t.ndjson", row],
    ] as const) {
      const table = await read(name, text);
      expect(shown(table)).toMatchObject({
        N: expect.arrayContaining([1e6]),
        tags: expect.arrayContaining(['["a",{"b":1}]']),
      });
      expect(shown(table)["summary.val.loss"]?.[0]).toBe(3.5);
    }
  });

  it("may have NaN as Python writes it, and a key that comes late", async () => {
    const table = await read(
      "t.jsonl",
      '{"N":1,"name":"NaN \\" Infinity"}\n{"N":2,"loss":NaN}\n{"N":3,"loss":-Infinity}\n',
    );
    expect(shown(table)).toEqual({
      N: [1, 2, 3],
      name: ['NaN " Infinity'],
      loss: [undefined, "NaN", "-Infinity"],
    });
  });

  it("that is broken, or no table, is refused with its line", async () => {
    expect(await fault("t.jsonl", '{"N":1}\n\n{"N":\n')).toMatchObject({ kind: "json", line: 3 });
    expect(await fault("t.jsonl", '{"N":1}\n[1]\n')).toEqual({ kind: "not-object", line: 2 });
    expect(await fault("t.json", '[{"N":1},\n{"N":1')).toMatchObject({ kind: "json", line: 2 });
    expect(await fault("t.json", '[{"N":1},{"N":x}]')).toMatchObject({
      kind: "json",
      detail: expect.stringContaining("x"),
    });
    expect(await fault("t.json", '{"N":[1,2],"loss":[3,4]}')).toEqual({ kind: "columnwise" });
    expect(await fault("t.json", '{"N":{"0":1},"loss":{"0":3}}')).toEqual({ kind: "columnwise" });
    expect(await fault("t.json", "[]")).toEqual({ kind: "no-rows" });
    expect(await fault("t.json", "[1]")).toEqual({ kind: "no-rows" });
  });
});

describe("what is too much is refused while it comes", () => {
  const rows = (count: number) => `N,loss\n${"1,2\n".repeat(count)}`;

  it("bytes, rows, columns, cells, and a line that does not end", async () => {
    expect(await fault("t.csv", rows(100), SMALL)).toMatchObject({ kind: "rows", limit: 50 });
    expect(await fault("t.csv", rows(5_000), { ...SMALL, rows: 1e6, cells: 1e6 })).toEqual({
      kind: "too-large",
      limit: 10_000,
    });
    expect(await fault("t.csv", `${"c,".repeat(20)}c\n`, SMALL)).toEqual({ kind: "columns", limit: 10 });
    expect(await fault("t.csv", `a,b,c,d,e,f\n${"1,2,3,4,5,6\n".repeat(40)}`, SMALL)).toMatchObject({ kind: "cells" });
    expect(await fault("t.csv", `N,loss\n1,2\n3,${"4".repeat(2_000)}\n`.slice(0, -1), SMALL)).toMatchObject({
      kind: "line",
    });
    expect(await fault("t.csv", "x".repeat(2_000), SMALL)).toMatchObject({ kind: "line", line: 1 });
    expect(await fault("t.jsonl", `{"N":1}\n{"x":"${"y".repeat(2_000)}`, SMALL)).toMatchObject({
      kind: "line",
      line: 2,
    });
    expect(await fault("t.json", `[${'{"N":1},'.repeat(800)}{}]`, SMALL)).toEqual({ kind: "document", limit: 5_000 });
    const deep = `${'{"a":'.repeat(500)}1${"}".repeat(500)}`;
    expect((await read("t.json", deep)).columns).toHaveLength(1);
  });

  it("what unpacks to far more than it is, long before it is unpacked", async () => {
    let counted = 0;
    const bomb = await packed("1,2\n".repeat(12_500_000));
    expect(bomb.length).toBeLessThan(100_000);
    const limits = { ...LIMITS, bytes: 1_000_000, rows: 1e9, cells: 1e9 };
    const reading = readFile(new Blob([bomb]), "t.csv.gz", { limits, onBytes: (count) => (counted += count) });
    await expect(reading).rejects.toMatchObject({ fault: { kind: "too-large", limit: 1_000_000 } });
    expect(counted).toBeLessThan(2_000_000);
  });
});

describe("kinds of files", () => {
  it("are known by their ending, packed or not", async () => {
    const gz = await packed("N\tloss\n1\t2\n");
    expect(shown(await read("T.TSV.GZ", gz))).toEqual({ N: [1], loss: [2] });
    expect(await fault("t.csv.gz", gz.slice(0, 20))).toMatchObject({ kind: "gzip" });
    expect(await fault("t.xml", "<a/>")).toEqual({ kind: "type" });
    expect(await fault("t", "N,loss\n1,2\n")).toEqual({ kind: "type" });
  });

  it("that another program must open first are said", async () => {
    expect(await fault("t.xlsx", "PK\u0003\u0004")).toEqual({ kind: "archive" });
    expect(await fault("t.csv.zst", Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0))).toEqual({ kind: "zstd" });
    expect(await fault("t.parquet", "PAR1 and then nothing")).toMatchObject({ kind: "parquet" });
  });
});

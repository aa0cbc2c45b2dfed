import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LONGEST_PIECE } from "./cut.js";
import { readPieces } from "./documents.js";
import { namedForm } from "./fileForm.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-documents-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** The documents of a file, whole. */
async function documents(path: string, field = "text"): Promise<{ row: number; text: string }[]> {
  const found: { row: number; text: string }[] = [];
  const file = { name: "x", place: path, form: namedForm(path, path), content: { path } };
  for await (const pieces of readPieces(file, field)) {
    for (const { bytes, first, row } of pieces) {
      expect(bytes.length).toBeLessThanOrEqual(LONGEST_PIECE);
      if (first) found.push({ row, text: "" });
      found.at(-1)!.text += Buffer.from(bytes).toString();
    }
  }
  return found;
}
const put = async (name: string, content: string | Uint8Array): Promise<string> => {
  await writeFile(join(folder, name), content);
  return join(folder, name);
};
/** Written by pyarrow and zstandard: dev/corpusFixtures.py. */
const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));

describe("one text, many files", () => {
  it("is read the same from JSONL and Parquet, however packed", async () => {
    const lines = await readFile(fixture("texts.jsonl"));
    const texts = lines
      .toString()
      .trim()
      .split("\n")
      .map((line, i) => ({ row: i + 1, text: (JSON.parse(line) as { text: string }).text }));
    expect(texts).toHaveLength(60);
    const files = [
      "texts.jsonl",
      "texts.jsonl.zst",
      "frames.jsonl.zst",
      "snappy.parquet",
      "zstd.parquet",
      "gzip.parquet",
      "delta.parquet",
    ];
    const parquet = await readFile(fixture("zstd.parquet"));
    const paths = [
      ...files.map(fixture),
      await put("a.ndjson", lines),
      await put("a.jsonl.gz", gzipSync(lines)),
      // Files appended to each other are one file, as gunzip has it.
      await put("two.jsonl.gz", Buffer.concat([gzipSync(lines.subarray(0, 1000)), gzipSync(lines.subarray(1000))])),
      await put("a.parquet.gz", gzipSync(parquet)),
    ];
    for (const path of paths) expect([path, await documents(path)]).toEqual([path, texts]);
  });

  it("keeps the rows of JSONL with blank lines, other fields, escapes, CRLF, a byte-order mark and no last newline", async () => {
    const path = await put(
      "odd.jsonl",
      '\ufeff{"body":"a\\u00e9\\n"}\r\n\r\n{"n":1,"body":"→"}\n{"body":""}\n  {"body":"end"}',
    );
    expect(await documents(path, "body")).toEqual([
      { row: 1, text: "aé\n" },
      { row: 3, text: "→" },
      { row: 5, text: "end" },
    ]);
  });

  it("comes in the same pieces from a packed file, cut between characters", async () => {
    const text = "Ein längerer Text → mit Zeichen von zwei und drei Bytes. ".repeat(60_000);
    const pieces = async (path: string) => {
      const file = { name: "x", place: path, form: namedForm(path, path), content: { path } };
      const hashes: string[] = [];
      for await (const some of readPieces(file, "text")) {
        for (const { bytes } of some) hashes.push(createHash("sha256").update(bytes).digest("hex"));
      }
      return hashes;
    };
    const plain = await put("long.txt", text);
    const packed = await put("long.txt.gz", gzipSync(text));
    const line = await put("long.jsonl", JSON.stringify({ text }));
    expect(await documents(plain)).toEqual([{ row: 0, text }]);
    expect((await pieces(plain)).length).toBeGreaterThan(3);
    expect(await pieces(packed)).toEqual(await pieces(plain));
    expect(await pieces(line)).toEqual(await pieces(plain));
    const ideographs = "自由平等".repeat(200_000);
    expect(await documents(await put("ideographs.txt", ideographs))).toEqual([{ row: 0, text: ideographs }]);
  });
});

/** A zstd frame of blocks that each repeat one byte 131,072 times (RFC 8878, section 3.1.1.2). */
function zstdBomb(blocks: number): Buffer {
  const block = (last: boolean) => {
    const header = (last ? 1 : 0) | (1 << 1) | (131_072 << 3);
    return Buffer.from([header & 255, (header >> 8) & 255, header >> 16, 97]);
  };
  const frame = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38]);
  return Buffer.concat([frame, ...Array.from({ length: blocks }, (_, i) => block(i === blocks - 1))]);
}

describe("what cannot be read is refused with file, line and remedy", () => {
  const good = '{"text":"good"}\n';
  const cases: [string, () => string | Uint8Array | Promise<Uint8Array>, string, RegExp][] = [
    ["cut.jsonl", () => `${good}{"text":"go`, "corpus-json", /cut\.jsonl:2: the line is not JSON/],
    ["list.jsonl", () => '["a"]\n', "corpus-json", /list\.jsonl:1: the line is a list, not an object/],
    ["pretty.jsonl", () => '[\n{"text": "a"}\n]', "corpus-json", /pretty\.jsonl:1: the line is not JSON/],
    ["words.jsonl", () => `${good}\nplain words`, "corpus-json", /words\.jsonl:3:/],
    [
      "other.jsonl",
      () => `${good}{"body":"b","title":"t","n":1}`,
      "corpus-field",
      /other\.jsonl:2: the field "text" is not there/,
    ],
    ["null.jsonl", () => '{"text":null}', "corpus-field", /null\.jsonl:1: the field "text" is null, not text/],
    ["number.jsonl", () => '{"text":5}', "corpus-field", /is a number, not text/],
    ["proto.jsonl", () => '{"__proto__":{"text":"x"}}', "corpus-field", /the field "text" is not there/],
    ["half.jsonl", () => '{"text":"a\\ud800b"}', "corpus-not-utf8", /half\.jsonl:1: the text holds half a character/],
    ["nul.jsonl", () => `${good}{"text":"a\\u0000b"}`, "corpus-nul-byte", /nul\.jsonl:2 holds a NUL byte/],
    [
      "latin.jsonl",
      () => Buffer.from(`${good}{"text":"caf\xe9"}`, "latin1"),
      "corpus-not-utf8",
      /latin\.jsonl:2 is not UTF-8: invalid byte 0xe9 at byte offset 12/,
    ],
    [
      "long.jsonl",
      () => Buffer.alloc(2 ** 26 + 2 ** 20, 97),
      "corpus-line-too-long",
      /long\.jsonl:1: the line is longer than 64 MiB/,
    ],
    [
      "late.txt",
      () => Buffer.concat([Buffer.from("word ".repeat(300_000)), Buffer.from([0xff])]),
      "corpus-not-utf8",
      /0xff at byte offset 1500000/,
    ],
    [
      "cut.txt.gz",
      () => gzipSync("words ".repeat(1000)).subarray(0, 40),
      "corpus-packing-damaged",
      /the gzip file ends too early/,
    ],
    [
      "flipped.txt.gz",
      () => flip(gzipSync("some words of text ".repeat(500))),
      "corpus-packing-damaged",
      /no intact gzip file/,
    ],
    [
      "cut.jsonl.zst",
      async () => (await readFile(fixture("texts.jsonl.zst"))).subarray(0, 3000),
      "corpus-packing-damaged",
      /the zstd file ends too early/,
    ],
    ["named.txt.gz", () => "plain text", "corpus-kind", /not a gzip file, whatever its name says/],
    ["named.txt.zst", () => "plain text", "corpus-kind", /not a zstd file, whatever its name says/],
    ["bomb.txt.gz", () => gzipSync(Buffer.alloc(2 ** 26 + 2 ** 20, 97)), "corpus-packing-bomb", /more than 200-fold/],
    ["bomb.txt.zst", () => zstdBomb(600), "corpus-packing-bomb", /more than 200-fold/],
    [
      "window.txt.zst",
      () => Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa0, 0, 0, 0, 0]),
      "corpus-packing-window",
      /a window of 1024 MiB/,
    ],
    ["packed.txt", () => gzipSync("text"), "corpus-kind", /packed\.txt is packed with gzip/],
    ["parquet.txt", () => readFile(fixture("snappy.parquet")), "corpus-kind", /is a Parquet file/],
    ["wide.txt", () => Buffer.from("\ufeffwide", "utf16le"), "corpus-kind", /is UTF-16 text/],
    [
      "cut.parquet",
      async () => (await readFile(fixture("snappy.parquet"))).subarray(0, 9000),
      "corpus-parquet",
      /cannot be read as Parquet/,
    ],
    [
      "flipped.parquet",
      async () => flip(await readFile(fixture("gzip.parquet"))),
      "corpus-parquet",
      /cannot be read as Parquet/,
    ],
    ["empty.parquet", () => "", "corpus-parquet", /cannot be read as Parquet/],
    ["whole.json", () => '[{"text":"a"}]', "corpus-kind", /is one JSON value/],
    ["texts.txt.bz2", () => "BZh", "corpus-kind", /packed in a way that is not read here/],
  ];
  it.each(cases)("%s", async (name, content, code, message) => {
    const path = await put(name, await content());
    const failure = await documents(path).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code, exitCode: 2, hint: expect.stringMatching(/\w/) });
    expect((failure as Error).message).toMatch(message);
    expect((failure as Error).message).toContain(path);
  });

  it("names the fields and columns that hold text", async () => {
    await expect(documents(await put("a.jsonl", '{"body":"b","title":"t","n":1}'))).rejects.toMatchObject({
      hint: expect.stringMatching(/data\.field: body \| title$/),
    });
    await expect(documents(fixture("snappy.parquet"), "content")).rejects.toMatchObject({
      message: expect.stringMatching(/the column "content" is not there/),
      hint: expect.stringMatching(/data\.field: text \| note$/),
    });
    await expect(documents(fixture("snappy.parquet"), "id")).rejects.toThrow(/the column "id" is INT64, not text/);
    await expect(documents(fixture("delta.parquet"), "note")).rejects.toThrow(
      /delta\.parquet:8: the column "note" is null/,
    );
  });
});

/** One bit of its middle turned over. */
function flip(bytes: Uint8Array): Uint8Array {
  const other = Uint8Array.from(bytes);
  const middle = Math.floor(other.length / 2);
  other[middle] = other[middle]! ^ 4;
  return other;
}

import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openTokenizer } from "../tokenizer/encoder.js";
import type { Corpus } from "./cachedCorpus.js";
import { fileHash } from "./contentHash.js";
import { type CorpusRequest, prepareCorpus } from "./prepare.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-prepare-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const put = (name: string, content: string | Uint8Array) => writeFile(join(folder, name), content);
const prepare = (request: Partial<CorpusRequest> & Pick<CorpusRequest, "source">): Promise<Corpus> =>
  prepareCorpus({
    tokenizer: "bytes",
    validation: 0.1,
    cacheRoot: join(folder, "cache"),
    baseFolder: folder,
    ...request,
  });
/** Sentences that have words in common, each document its own. */
const document = (n: number): string =>
  Array.from(
    { length: 60 },
    (_, i) => `The ${["fox", "hen", "owl"][(n + i) % 3]} of day ${n} sees ${(n * 31 + i * 17) % 97} trees.`,
  ).join(" ");
const lines = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, i) => `${JSON.stringify({ text: document(from + i) })}\n`).join("");
const bytesOf = async (corpus: Corpus, split: string) =>
  (await readFile(join(corpus.folder, `${split}.bin`))).toString();
const tokenArrays = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array } as const;

async function tokensOf(corpus: Corpus, split: string): Promise<number[]> {
  const bytes = Uint8Array.from(await readFile(join(corpus.folder, `${split}.bin`)));
  return Array.from(new tokenArrays[corpus.tokenBytes](bytes.buffer));
}

/** The texts between the separators of a token file. */
async function textsOf(corpus: Corpus, split: string): Promise<string[]> {
  const tokenizer = openTokenizer(await readFile(join(corpus.folder, "tokenizer.json"), "utf8"));
  const texts: number[][] = [[]];
  for (const token of await tokensOf(corpus, split)) {
    if (token === 0) texts.push([]);
    else texts.at(-1)!.push(token);
  }
  return texts.map((ids) => tokenizer.decode(ids));
}

describe("a corpus of many kinds of file", () => {
  it("is one corpus: a folder of text, JSONL and Parquet, plain and packed", async () => {
    await mkdir(join(folder, "mixed", "deep"), { recursive: true });
    await put("mixed/a.txt", document(1000));
    await put("mixed/b.jsonl", lines(0, 20));
    await put("mixed/c.jsonl.gz", gzipSync(lines(20, 40)));
    await put("mixed/table.csv", "not,for,training");
    await put("mixed/README.md", "About the data, not of it.");
    const fixture = fileURLToPath(new URL("./fixtures/zstd.parquet", import.meta.url));
    await put("mixed/deep/d.parquet", await readFile(fixture));
    const said: string[] = [];
    const corpus = await prepare({ source: "mixed", log: (line) => said.push(line) });
    expect(said[0]).toBe("preparing mixed: 4 files (1 text, 2 JSONL, 1 Parquet)");
    expect(corpus).toMatchObject({ documents: 101, split: "documents", documentsLeftOut: 0 });
    const all = [...(await bytesOf(corpus, "train")).split("\0"), ...(await bytesOf(corpus, "validation")).split("\0")];
    expect(all).toHaveLength(101);
    for (const n of [0, 19, 20, 39, 1000]) expect(all).toContain(document(n));
    expect((await prepare({ source: "mixed/**/*.{jsonl,jsonl.gz}" })).documents).toBe(40);
  });

  it("of an npm package takes the files that it can read, without its Markdown", async () => {
    const entry = (path: string, content: string) => {
      const header = Buffer.alloc(512);
      header.write(path, 0);
      header.write(`${Buffer.byteLength(content).toString(8).padStart(11, "0")}\0`, 124);
      header.write("        ", 148);
      header.write("0", 156);
      header.write(
        `${header
          .reduce((sum, byte) => sum + byte, 0)
          .toString(8)
          .padStart(6, "0")}\0 `,
        148,
      );
      const body = Buffer.alloc(Math.ceil(Buffer.byteLength(content) / 512) * 512);
      body.write(content);
      return Buffer.concat([header, body]);
    };
    const files = [
      entry("package/README.md", document(1)),
      entry("package/texts.jsonl", lines(0, 30)),
      Buffer.alloc(1024),
    ];
    await put("p.tgz", gzipSync(Buffer.concat(files)));
    expect(await prepare({ source: "p.tgz" })).toMatchObject({ documents: 30 });
  });
});

describe("what is held out", () => {
  it("never has a copy in the training text", async () => {
    // Every document is there three times.
    await put("thrice.jsonl", lines(0, 50) + lines(0, 50) + lines(0, 50));
    const corpus = await prepare({ source: "thrice.jsonl" });
    const train = new Set((await bytesOf(corpus, "train")).split("\0"));
    const held = (await bytesOf(corpus, "validation")).split("\0");
    expect(held.length).toBe(new Set(held).size);
    expect(held.length).toBeGreaterThan(5);
    for (const text of held) expect(train.has(text)).toBe(false);
    expect(corpus).toMatchObject({ documents: 150, documentsLeftOut: 2 * held.length });
  });

  it("may be a text of its own, and further ones by name, none of it trained on", async () => {
    await put("train.jsonl", lines(0, 60));
    await put("held.jsonl", lines(58, 70));
    await put("news.txt", document(300));
    await put("code.jsonl", lines(3, 4) + lines(400, 404));
    const validationSets = { news: "news.txt", code: "code.jsonl" };
    const said: string[] = [];
    const log = (line: string) => said.push(line);
    const corpus = await prepare({ source: "train.jsonl", validation: "held.jsonl", validationSets, log });
    expect(corpus).toMatchObject({ split: "given", documents: 60, validationDocuments: 12, documentsLeftOut: 3 });
    expect(said).toContain("3 of 60 documents are validated on, byte for byte, too, and not trained on");
    expect((await bytesOf(corpus, "train")).split("\0")).toHaveLength(57);
    expect(await bytesOf(corpus, "train")).not.toContain(document(3));
    expect((await bytesOf(corpus, "validation")).split("\0")).toEqual(
      Array.from({ length: 12 }, (_, i) => document(58 + i)),
    );
    expect(await bytesOf(corpus, "validation-news")).toBe(document(300));
    expect(corpus.validationSets).toEqual([
      { name: "news", tokens: Buffer.byteLength(document(300)), bytesPerToken: 1 },
      { name: "code", tokens: (await bytesOf(corpus, "validation-code")).length, bytesPerToken: 1 },
    ]);
    await expect(prepare({ source: "train.jsonl", validation: "train.jsonl" })).rejects.toMatchObject({
      code: "corpus-empty",
      message: expect.stringMatching(/all its documents are in the validation sets, too/),
    });
    await expect(prepare({ source: "train.jsonl", validationSets: { x: "gone.txt" } })).rejects.toThrow(
      /gone\.txt does not exist/,
    );
  });

  it("is the same text for every tokenizer, so that bits per byte compare", async () => {
    await put("texts.jsonl", lines(0, 80));
    const bytes = await prepare({ source: "texts.jsonl" });
    const bpe = await prepare({ source: "texts.jsonl", tokenizer: { bpe: 350 } });
    expect(await textsOf(bpe, "validation")).toEqual((await bytesOf(bytes, "validation")).split("\0"));
    expect(await textsOf(bpe, "train")).toEqual((await bytesOf(bytes, "train")).split("\0"));
    expect(bpe).toMatchObject({ tokenizer: "bpe-350", vocabulary: 350, tokenBytes: 2 });
    expect(bpe.validationBytesPerToken * bpe.validationTokens).toBeCloseTo(bytes.validationTokens, 6);
    expect(bpe.validationBytesPerToken).toBeGreaterThan(2);
  });
});

describe("tokenizers", () => {
  it("are trained on the training text alone, by whole corpora and by chunks of one text", async () => {
    await put("train.jsonl", lines(0, 60));
    // Held-out words would otherwise be the most frequent of all.
    await put("held.txt", "xylophone ".repeat(20_000));
    const given = await prepare({ source: "train.jsonl", validation: "held.txt", tokenizer: { bpe: 350 } });
    expect(await readFile(join(given.folder, "tokenizer.json"), "utf8")).not.toContain("xy");
    await put("one.txt", Array.from({ length: 40 }, (_, n) => document(n)).join("\n"));
    const chunks = await prepare({ source: "one.txt", tokenizer: { bpe: 300 } });
    expect(chunks.split).toBe("chunks");
    const pieces = [...(await textsOf(chunks, "train")), ...(await textsOf(chunks, "validation"))];
    const text = await readFile(join(folder, "one.txt"), "utf8");
    expect(pieces.reduce((sum, piece) => sum + piece.length, 0)).toBe(text.length);
    for (const piece of pieces) expect(text).toContain(piece);
  });

  it("of a file serve as well: the trained one, given back, makes the same tokens", async () => {
    await put("texts.jsonl", lines(0, 60));
    const trained = await prepare({ source: "texts.jsonl", tokenizer: { bpe: 360 } });
    await put("mine.json", await readFile(join(trained.folder, "tokenizer.json")));
    const given = await prepare({ source: "texts.jsonl", tokenizer: { file: "mine.json" } });
    expect(given).toMatchObject({ tokenizer: "mine.json", tokenizerHash: trained.tokenizerHash });
    expect(await tokensOf(given, "train")).toEqual(await tokensOf(trained, "train"));
    // A token of more than two bytes.
    const json = JSON.parse(await readFile(join(trained.folder, "tokenizer.json"), "utf8")) as {
      added_tokens: object[];
    };
    json.added_tokens.push({ ...json.added_tokens[0], id: 70_000, content: "fox" });
    await put("wide.json", JSON.stringify(json));
    const wide = await prepare({ source: "texts.jsonl", tokenizer: { file: "wide.json" } });
    expect(wide).toMatchObject({ vocabulary: 70_001, tokenBytes: 4 });
    expect(await tokensOf(wide, "train")).toContain(70_000);
  });

  it("say how much of a text is unknown to them", async () => {
    const golden = JSON.parse(
      await readFile(fileURLToPath(new URL("../tokenizer/fixtures/golden.json", import.meta.url)), "utf8"),
    ) as { kind: string; json: object }[];
    await put("pieces.json", JSON.stringify(golden.find(({ kind }) => kind === "wordpiece")!.json));
    const sample = await readFile(fileURLToPath(new URL("../tokenizer/fixtures/sample.txt", import.meta.url)), "utf8");
    const known = Array.from(
      { length: 40 },
      (_, i) => `${JSON.stringify({ text: sample.slice(70 * i, 70 * i + 2000) })}\n`,
    );
    const said: string[] = [];
    const log = (line: string) => said.push(line);
    await put("texts.jsonl", known.join(""));
    await prepare({ source: "texts.jsonl", tokenizer: { file: "pieces.json" }, log });
    expect(said.join("\n")).not.toMatch(/unknown/);
    await put("texts.jsonl", known.join("").replaceAll("the", "狐"));
    await prepare({ source: "texts.jsonl", tokenizer: { file: "pieces.json" }, log });
    expect(said.join("\n")).toMatch(/% of the training text is unknown to pieces\.json/);
  });

  it("are refused where the corpus cannot fill their vocabulary", async () => {
    await put("texts.jsonl", lines(0, 60));
    await expect(prepare({ source: "texts.jsonl", tokenizer: { bpe: 50_000 } })).rejects.toMatchObject({
      code: "tokenizer-corpus-too-small",
      exitCode: 2,
      message: expect.stringMatching(/yields a vocabulary of \d+ tokens, not 50000/),
    });
  });
});

describe("the cache", () => {
  it("is keyed by all that its tokens depend on, and made once", async () => {
    await put("texts.jsonl", lines(0, 60).replaceAll('{"text"', '{"body":"another text","text"'));
    await put("other.jsonl", lines(100, 130));
    const requests: Partial<CorpusRequest>[] = [
      {},
      { tokenizer: { bpe: 300 } },
      { tokenizer: { bpe: 301 } },
      { validation: 0.2 },
      { validation: "other.jsonl" },
      { validationSets: { a: "other.jsonl" } },
      { validationSets: { b: "other.jsonl" } },
    ];
    const made = [];
    for (const request of requests) made.push(await prepare({ source: "texts.jsonl", ...request }));
    expect(new Set(made.map((corpus) => corpus.folder)).size).toBe(requests.length);
    const said: string[] = [];
    for (const [i, request] of requests.entries()) {
      expect(await prepare({ source: "texts.jsonl", ...request, log: (line) => said.push(line) })).toEqual(made[i]);
    }
    expect(said).toEqual([]);
    await expect(prepare({ source: "texts.jsonl", field: "body" })).rejects.toMatchObject({ code: "corpus-too-small" });
    expect((await readdir(join(folder, "cache", "corpora"))).every((name) => !name.startsWith("."))).toBe(true);
  });

  it("reads a large file again only where size, inode or times say so", async () => {
    const path = join(folder, "large.bin");
    await writeFile(path, Buffer.alloc(2 ** 26 + 1, 97));
    const past = new Date(Date.now() - 3_600_000);
    await utimes(path, past, past);
    const cache = join(folder, "cache");
    const hash = await fileHash(path, cache);
    const [kept] = await readdir(join(cache, "hashes"));
    const stamp = await readFile(join(cache, "hashes", kept!), "utf8");
    expect(stamp.startsWith(`${hash} `)).toBe(true);
    // What is kept is believed: a false one shows that the file is not read.
    await writeFile(join(cache, "hashes", kept!), stamp.replace(hash, "f".repeat(64)));
    expect(await fileHash(path, cache)).toBe("f".repeat(64));
    await appendFile(path, "b");
    const changed = await fileHash(path, cache);
    expect(changed).not.toBe(hash);
    expect(changed).not.toBe("f".repeat(64));
  });
});

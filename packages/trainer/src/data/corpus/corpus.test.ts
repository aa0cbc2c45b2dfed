import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createDocumentTable } from "./documentTable.js";
import { globExpression, globRoot } from "./glob.js";
import { type CorpusRequest, prepareCorpus } from "./prepare.js";
import { splitCorpus, VALIDATION } from "./split.js";
import { readTarball } from "./tarball.js";
import { firstInvalidUtf8 } from "./utf8.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-corpus-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const prepare = (source: string, extra: Partial<CorpusRequest> = {}) =>
  prepareCorpus({
    source,
    tokenizer: "bytes",
    validation: 0.05,
    cacheRoot: join(folder, "cache"),
    baseFolder: folder,
    ...extra,
  });

/** Deterministic prose with characters of two and three bytes. */
const prose = (length: number, seed: number): string =>
  Array.from({ length }, (_, i) => "the quick brünn fox → jumps "[(i * 7 + seed * 13 + (i >> 3)) % 28] ?? " ").join("");

describe("a corpus that cannot be used is refused with its place and remedy", () => {
  it("missing", async () => {
    await expect(prepare("nowhere.txt")).rejects.toMatchObject({ code: "corpus-missing", exitCode: 2 });
    await expect(prepare("nowhere/**/*.txt")).rejects.toMatchObject({ code: "corpus-empty" });
  });
  it("empty", async () => {
    await writeFile(join(folder, "empty.txt"), "");
    await mkdir(join(folder, "bare"));
    await expect(prepare("empty.txt")).rejects.toMatchObject({ code: "corpus-empty" });
    await expect(prepare("bare")).rejects.toMatchObject({ code: "corpus-empty" });
  });
  it("not UTF-8, naming file and byte offset", async () => {
    await writeFile(join(folder, "latin.txt"), Buffer.concat([Buffer.from("ö plain"), Buffer.from([0xe9, 0x20])]));
    await expect(prepare("latin.txt")).rejects.toMatchObject({
      code: "corpus-not-utf8",
      message: expect.stringMatching(/latin\.txt .*0xe9 at byte offset 8/),
    });
  });
  it("binary", async () => {
    await writeFile(join(folder, "binary.txt"), "text\0more");
    await expect(prepare("binary.txt")).rejects.toMatchObject({ code: "corpus-nul-byte" });
  });
  it("too small", async () => {
    await writeFile(join(folder, "small.txt"), "a few words");
    await expect(prepare("small.txt")).rejects.toMatchObject({ code: "corpus-too-small" });
  });
  it("a pipe or a device, which has no end", async () => {
    await expect(prepare("/dev/zero")).rejects.toMatchObject({ code: "corpus-not-a-file", exitCode: 2 });
  });
  it("a pattern that is none", async () => {
    await expect(prepare("[z-a].txt")).rejects.toMatchObject({ code: "corpus-pattern" });
  });
  it("links that go in a circle", async () => {
    await symlink("loop.txt", join(folder, "loop.txt"));
    await expect(prepare("loop.txt")).rejects.toMatchObject({
      code: "file-unreadable",
      message: expect.stringMatching(/Cannot read .*loop\.txt: its symbolic links go in a circle/),
    });
  });
  it("a folder that may not be read, rather than taken for an empty one", async () => {
    await mkdir(join(folder, "texts", "locked"), { recursive: true });
    await writeFile(join(folder, "texts", "a.txt"), prose(20_000, 1));
    await chmod(join(folder, "texts", "locked"), 0);
    await chmod(folder, 0o755);
    // Root may read everything: as root, the test looks with the eyes of nobody.
    const root = process.geteuid?.() === 0;
    if (root) process.seteuid?.(65_534);
    try {
      await expect(prepare("texts")).rejects.toMatchObject({
        message: expect.stringMatching(/locked: permission denied/),
      });
    } finally {
      if (root) process.seteuid?.(0);
      await chmod(join(folder, "texts", "locked"), 0o700);
    }
  });
  it("a package name that npm could take for something else", async () => {
    for (const name of ["--registry=x", "../up", "a b", "https://x.y/z.tgz", "x@latest"]) {
      await expect(prepare(`npm:${name}`)).rejects.toMatchObject({ code: "corpus-package-name" });
    }
  });
  it("a damaged tarball", async () => {
    await writeFile(join(folder, "cut.tgz"), gzipSync(Buffer.alloc(2000, 65)).subarray(0, 20));
    await expect(prepare("cut.tgz")).rejects.toMatchObject({ code: "corpus-tarball-damaged" });
  });
});

describe("the token cache", () => {
  it("holds every byte of the text once, in one or the other file", async () => {
    const text = prose(120_000, 1);
    await writeFile(join(folder, "one.txt"), text);
    const corpus = await prepare("one.txt");
    const train = await readFile(join(corpus.folder, "train.bin"));
    const validation = await readFile(join(corpus.folder, "validation.bin"));
    expect([train.length, validation.length]).toEqual([corpus.trainTokens, corpus.validationTokens]);
    expect(corpus.split).toBe("chunks");
    const total = Buffer.byteLength(text);
    expect(validation.length / total).toBeCloseTo(0.05, 2);
    // Cut between characters: each piece is UTF-8, and all pieces together are the text.
    const pieces = [...train.toString().split("\0"), ...validation.toString().split("\0")];
    expect(pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0)).toBe(total);
    for (const piece of pieces) expect(text).toContain(piece);
  });

  it("holds out whole documents when there are enough of them", async () => {
    for (let i = 0; i < 60; i++) await writeFile(join(folder, `d${i}.txt`), prose(2000 + 37 * i, i));
    const corpus = await prepare("*.txt", { validation: 0.1 });
    expect(corpus).toMatchObject({ split: "documents", documents: 60 });
    expect(corpus.validationTokens / (corpus.trainTokens + corpus.validationTokens)).toBeCloseTo(0.1, 1);
    const held = (await readFile(join(corpus.folder, "validation.bin"))).toString().split("\0");
    const texts = await Promise.all(Array.from({ length: 60 }, (_, i) => readFile(join(folder, `d${i}.txt`), "utf8")));
    expect(held.length).toBe(corpus.validationDocuments);
    for (const document of held) expect(texts).toContain(document);
  });

  it("is the same for the same texts wherever they lie, another for other texts, and prepared once", async () => {
    const text = prose(50_000, 3);
    for (const place of ["a", "b"]) {
      await mkdir(join(folder, place));
      await writeFile(join(folder, place, "x.txt"), text);
    }
    const [a, b] = [await prepare("a"), await prepare(join(folder, "b"))];
    expect(b.corpusHash).toBe(a.corpusHash);
    await writeFile(join(folder, "b", "x.txt"), `${text}!`);
    expect((await prepare("b")).corpusHash).not.toBe(a.corpusHash);
    const kept = await readdir(join(folder, "cache", "corpora"));
    expect(kept.filter((name) => name.startsWith("."))).toEqual([]);
    expect(kept).toHaveLength(2);
  });
});

/** A ustar entry as npm writes it. */
function tarEntry(path: string, content: string, type = "0"): Buffer {
  const header = Buffer.alloc(512);
  header.write(path.slice(0, 100), 0);
  header.write("0000644\0", 100);
  header.write(`${Buffer.byteLength(content).toString(8).padStart(11, "0")}\0`, 124);
  header.write("        ", 148);
  header.write(type, 156);
  header.write("ustar\0", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  const body = Buffer.alloc(Math.ceil(Buffer.byteLength(content) / 512) * 512);
  body.write(content);
  return Buffer.concat([header, body]);
}

describe("npm tarballs", () => {
  it("give their data/*.txt, long names included, and no link", async () => {
    const long = `package/data/${"x".repeat(120)}.txt`;
    const pax = ` path=${long}\n`;
    const record = `${pax.length + 3}${pax}`;
    const bytes = gzipSync(
      Buffer.concat([
        tarEntry("package/package.json", "{}"),
        tarEntry("package/readme.txt", "no"),
        tarEntry("package/data/a.txt", prose(20_000, 1)),
        tarEntry("PaxHeader", record, "x"),
        tarEntry("short", prose(20_000, 2)),
        tarEntry("package/data/link.txt", "", "2"),
        Buffer.alloc(1024),
      ]),
    );
    expect(readTarball("t.tgz", bytes).map((entry) => entry.path)).toEqual([
      "package/package.json",
      "package/readme.txt",
      "package/data/a.txt",
      long,
    ]);
    await writeFile(join(folder, "t.tgz"), bytes);
    expect(await prepare("npm-tarball:t.tgz")).toMatchObject({ documents: 2 });
  });

  it("are taken from the cache without network, pinned ones by their digest", async () => {
    const packages = join(folder, "cache", "packages");
    await mkdir(packages, { recursive: true });
    const bytes = gzipSync(Buffer.concat([tarEntry("package/data/a.txt", prose(30_000, 1)), Buffer.alloc(1024)]));
    await writeFile(join(packages, "@me+texts@1.2.3.tgz"), bytes);
    expect((await prepare("npm:@me/texts")).source).toBe("npm:@me/texts@1.2.3");
    expect((await prepare("npm:@me/texts@1.2.3")).documents).toBe(1);
  });
});

describe("patterns and text checks", () => {
  it("match as a shell's would", () => {
    const cases: [string, string, boolean][] = [
      ["/a/*.txt", "/a/b.txt", true],
      ["/a/*.txt", "/a/b/c.txt", false],
      ["/a/**/*.txt", "/a/c.txt", true],
      ["/a/**/*.txt", "/a/b/c.txt", true],
      ["/a/{x,y}?.md", "/a/y1.md", true],
      ["/a/[!x].md", "/a/x.md", false],
      ["/a.b/*", "/aXb/c", false],
    ];
    for (const [pattern, path, matches] of cases)
      expect([pattern, globExpression(pattern).test(path)]).toEqual([pattern, matches]);
    expect(globRoot("/a/b/**/*.txt")).toBe("/a/b");
  });

  it("find the first invalid byte wherever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", maxLength: 40 }), fc.string({ maxLength: 40 }), (before, after) => {
        const bytes = Buffer.concat([Buffer.from(before), Buffer.from([0xff]), Buffer.from(after)]);
        expect(firstInvalidUtf8(bytes)).toBe(Buffer.byteLength(before));
      }),
    );
    expect(firstInvalidUtf8(Buffer.from("ab→").subarray(0, 4))).toBe(2);
    expect(firstInvalidUtf8(Buffer.from("ab→"))).toBe(-1);
  });

  it("hold out the asked fraction within a document's length", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 40, maxLength: 300 }),
        fc.double({ min: 0.05, max: 0.5, noNaN: true }),
        (lengths, fraction) => {
          const table = createDocumentTable();
          const hash = (i: number) => createHash("sha256").update(`${i}`).digest("hex");
          for (const [i, bytes] of lengths.entries()) table.add(`${i}`, hash(i), bytes);
          const total = lengths.reduce((a, b) => a + b, 0) + lengths.length - 1;
          const split = splitCorpus(table.finish(), fraction);
          const held =
            split.rule === "documents"
              ? split.sides.reduce((sum, side, i) => sum + (side === VALIDATION ? (lengths[i] ?? 0) : 0), 0)
              : split.ranges.reduce((sum, [start, end]) => sum + end - start, 0);
          expect(Math.abs(held - total * fraction)).toBeLessThanOrEqual(
            Math.max(...lengths) + 0.02 * total * fraction + 10,
          );
        },
      ),
    );
  });
});

describe("a damaged token cache", () => {
  it("is made again from the texts, whatever was damaged", async () => {
    await writeFile(join(folder, "text.txt"), prose(40_000, 3));
    const first = await prepare("text.txt");
    const path = (name: string) => join(first.folder, name);
    const files = ["train.bin", "validation.bin"];
    const bytes = await Promise.all(files.map((name) => readFile(path(name))));
    const flipped = Buffer.from(bytes[1] ?? []);
    flipped[100] = (flipped[100] ?? 0) ^ 1;
    const damages = [
      () => truncate(path("train.bin"), 100),
      () => writeFile(path("validation.bin"), flipped),
      () => writeFile(path("corpus.json"), "{"),
      () => rm(path("validation.bin")),
    ];
    for (const damage of damages) {
      await damage();
      expect(await prepare("text.txt")).toEqual(first);
      expect(await Promise.all(files.map((name) => readFile(path(name))))).toEqual(bytes);
    }
  });
});

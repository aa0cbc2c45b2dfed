import { createHash, type Hash } from "node:crypto";
import { mkdir, mkdtemp, open, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { IsoflopError } from "@isoflop/laws";
import { type Corpus, hashTokens, publishCorpus, readCorpus } from "./cachedCorpus.js";
import { defaultCacheRoot } from "./cacheRoot.js";
import { type Document, openSource } from "./source.js";
import { type DocumentSize, type Split, splitCorpus } from "./split.js";
import { checkText, isContinuation } from "./utf8.js";
import { writeFailure } from "./writeFailure.js";

export interface CorpusRequest {
  /** See openSource: "npm:<package>[@version]", a .tgz, a text file, a folder or a glob. */
  readonly source: string;
  readonly tokenizer: "bytes";
  /** Part of the tokens to hold out, e.g. 0.05. */
  readonly validationFraction: number;
  readonly cacheRoot?: string;
  /** Folder that relative paths start from; default the working directory. */
  readonly baseFolder?: string;
  readonly log?: (line: string) => void;
}

/** Part of every corpus hash: raise it when the bytes written below change. */
const FORMAT = 1;
const SEPARATOR = 0;
const BYTE_TOKENIZER = { name: "bytes", vocabulary: 256, separator: SEPARATOR };
/** Less text than this cannot fill a validation set worth the name. */
const MINIMUM_TOKENS = 16_384;

/**
 * Turns a source of texts into train.bin and validation.bin (uint8 tokens, documents joined by a 0 byte) under
 * <cacheRoot>/corpora/<hash>, once: a second call with the same texts finds them there.
 * Errors: corpus-missing, corpus-empty, corpus-not-utf8, corpus-nul-byte, corpus-too-small, corpus-fetch-failed.
 */
export async function prepareCorpus(request: CorpusRequest): Promise<Corpus> {
  const cacheRoot = request.cacheRoot ?? defaultCacheRoot();
  const log = request.log ?? (() => {});
  const baseFolder = resolve(request.baseFolder ?? ".");
  checkFraction(request.validationFraction);
  const { source, documents } = await openSource(request.source, { cacheRoot, baseFolder, log });
  const sizes = await measure(source, documents);
  const tokenizerHash = sha256().update(JSON.stringify(BYTE_TOKENIZER)).digest("hex");
  const corpusHash = contentHash(sizes, tokenizerHash, request.validationFraction);
  const folder = join(cacheRoot, "corpora", corpusHash.slice(0, 32));
  const cached = await readCorpus(folder);
  if (cached?.corpusHash === corpusHash) return { ...cached, source, folder };

  log(`preparing ${source}: ${documents.length} ${documents.length === 1 ? "document" : "documents"}`);
  const split = splitCorpus(sizes, request.validationFraction);
  try {
    await mkdir(join(cacheRoot, "corpora"), { recursive: true });
    const temporary = await mkdtemp(join(cacheRoot, "corpora", ".prepare-"));
    try {
      const counts = await writeTokens(temporary, documents, sizes, split);
      const tokenHashes = await hashTokens(temporary);
      const corpus: Corpus = {
        folder,
        source,
        corpusHash,
        tokenizer: BYTE_TOKENIZER.name,
        tokenizerHash,
        vocabulary: BYTE_TOKENIZER.vocabulary,
        ...counts,
        documents: documents.length,
        validationDocuments: split.rule === "documents" ? split.validation.size : 0,
        split: split.rule,
      };
      const about = {
        format: FORMAT,
        ...corpus,
        tokenHashes,
        validationFraction: request.validationFraction,
        separator: SEPARATOR,
      };
      await writeFile(join(temporary, "corpus.json"), `${JSON.stringify(about, undefined, 2)}\n`);
      await publishCorpus(temporary, folder);
      return corpus;
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  } catch (error) {
    throw writeFailure(error, folder);
  }
}

function checkFraction(fraction: number): void {
  if (fraction > 0 && fraction <= 0.5) return;
  throw new IsoflopError({
    code: "corpus-validation-fraction",
    message: `The validation fraction is ${fraction}; it must be above 0 and at most 0.5.`,
    hint: "5 % is usual: validation: 5%",
  });
}

const sha256 = (): Hash => createHash("sha256");

/** Reads every document once: checks its text, and takes its length and hash. */
async function measure(source: string, documents: readonly Document[]): Promise<DocumentSize[]> {
  const sizes: DocumentSize[] = [];
  for (const document of documents) {
    const bytes = await document.read();
    checkText(document.place, bytes);
    sizes.push({ name: document.name, tokens: bytes.length, hash: sha256().update(bytes).digest("hex") });
  }
  const tokens = sizes.reduce((sum, size) => sum + size.tokens, 0);
  if (tokens === 0) {
    throw new IsoflopError({
      code: "corpus-empty",
      message: `The corpus ${source} is empty: ${documents.length === 1 ? "the file has" : "its files have"} no bytes.`,
      hint: "Give a text file, a folder of .txt files, or a glob.",
    });
  }
  if (tokens < MINIMUM_TOKENS) {
    throw new IsoflopError({
      code: "corpus-too-small",
      message: `The corpus ${source} has ${tokens} bytes; a study needs at least ${MINIMUM_TOKENS}, and a good one millions.`,
      hint: "Add more text: a folder or a glob takes many files at once.",
    });
  }
  return sizes;
}

function contentHash(sizes: readonly DocumentSize[], tokenizerHash: string, fraction: number): string {
  const hash = sha256().update(JSON.stringify({ FORMAT, tokenizerHash, fraction }));
  for (const { name, hash: content } of sizes) hash.update(`${JSON.stringify(name)} ${content}\n`);
  return hash.digest("hex");
}

/** Streams the documents, one in memory at a time, into the two token files. */
async function writeTokens(
  folder: string,
  documents: readonly Document[],
  sizes: readonly DocumentSize[],
  split: Split,
): Promise<{ trainTokens: number; validationTokens: number }> {
  const train = await tokenWriter(join(folder, "train.bin"));
  const validation = await tokenWriter(join(folder, "validation.bin"));
  let offset = 0;
  for (const [index, document] of documents.entries()) {
    const bytes = await document.read();
    if (bytes.length !== sizes[index]?.tokens) {
      throw new IsoflopError({
        code: "corpus-changed",
        message: `${document.place} changed while it was being read.`,
        hint: "Start again when nothing writes to the corpus.",
        exitCode: 1,
      });
    }
    if (split.rule === "documents") await (split.validation.has(index) ? validation : train).append(bytes);
    else {
      for (const piece of cut(bytes, offset, split.ranges)) {
        await (piece.held ? validation : train).append(piece.bytes);
      }
    }
    offset += bytes.length + 1;
  }
  return { trainTokens: await train.close(), validationTokens: await validation.close() };
}

/** The parts of one document inside and outside of the held-out ranges of the stream, cut between characters. */
function* cut(bytes: Uint8Array, offset: number, ranges: readonly (readonly [number, number])[]) {
  const wanted = ranges.flatMap(([start, end]) => [start - offset, end - offset]);
  const edges = [
    0,
    ...wanted.filter((at) => at > 0 && at < bytes.length).map((at) => characterStart(bytes, at)),
    bytes.length,
  ];
  for (let i = 0; i + 1 < edges.length; i++) {
    const [start, end] = [edges[i] ?? 0, edges[i + 1] ?? 0];
    // An edge moved to the next character's start is still inside the range that it began.
    const middle = offset + (start + end) / 2;
    const held = ranges.some(([low, high]) => middle >= low && middle < high);
    if (end > start) yield { held, bytes: bytes.subarray(start, end) };
  }
}

function characterStart(bytes: Uint8Array, at: number): number {
  let start = at;
  while (start < bytes.length && isContinuation(bytes[start])) start++;
  return start;
}

/** Appends pieces of text to a token file, a separator between any two. */
async function tokenWriter(path: string) {
  const file = await open(path, "wx");
  let tokens = 0;
  return {
    append: async (bytes: Uint8Array): Promise<void> => {
      if (bytes.length === 0) return;
      if (tokens > 0) {
        await file.writeFile(Uint8Array.of(SEPARATOR));
        tokens += 1;
      }
      await file.writeFile(bytes);
      tokens += bytes.length;
    },
    close: async (): Promise<number> => {
      await file.sync();
      await file.close();
      return tokens;
    },
  };
}

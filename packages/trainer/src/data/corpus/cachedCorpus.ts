import { readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { TokenBytes } from "../tokenFile.js";
import { fileHash } from "./contentHash.js";
import type { Split } from "./split.js";

/** A further text to measure the loss on. */
export interface ValidationSet {
  readonly name: string;
  readonly tokens: number;
  readonly bytesPerToken: number;
}

/** corpus.json, and where it lies. Token counts include the separators between documents. */
export interface Corpus {
  readonly folder: string;
  readonly source: string;
  /** sha256 over the format, the tokenizer, the split and the names and contents of all files. */
  readonly corpusHash: string;
  readonly tokenizer: string;
  readonly tokenizerHash: string;
  readonly vocabulary: number;
  readonly tokenBytes: TokenBytes;
  readonly trainTokens: number;
  readonly validationTokens: number;
  /** Bytes of validation text for each of its tokens; the end of a document counts as a byte, as it does among bytes. */
  readonly validationBytesPerToken: number;
  readonly validationSets: readonly ValidationSet[];
  readonly documents: number;
  /** Whole documents held out. */
  readonly validationDocuments: number;
  /** Training documents left out because they are, to the byte, in a validation set. */
  readonly documentsLeftOut: number;
  readonly split: Split["rule"];
}

/** What corpus.json tells beyond that: sha256 of each token file, so that a damaged cache is made again, never trained on. */
interface CorpusFile extends Corpus {
  readonly tokenHashes: Readonly<Record<string, string>>;
  /** How it was made, for readers. */
  readonly made: unknown;
}

/** The token file of a further validation set. */
export const setFile = (name: string): string => `validation-${name}`;

/** corpus.json of a finished cache folder whose token files are as they were written; undefined for any other. */
export async function readCorpus(folder: string, cacheRoot: string): Promise<Corpus | undefined> {
  try {
    const stated = JSON.parse(await readFile(join(folder, "corpus.json"), "utf8")) as CorpusFile;
    const { tokenHashes, made: _made, ...corpus } = stated;
    const found = await hashTokens(folder, corpus.validationSets, cacheRoot);
    const intact = Object.entries(found).every(([file, hash]) => tokenHashes[file] === hash);
    return intact ? { ...corpus, folder } : undefined;
  } catch {
    return undefined;
  }
}

/** sha256 of the token files of a cache folder, by name (see fileHash for when a large one is read again). */
export async function hashTokens(
  folder: string,
  sets: readonly ValidationSet[],
  cacheRoot: string,
): Promise<Record<string, string>> {
  const files = ["train", "validation", ...sets.map((set) => setFile(set.name))];
  const hashes = files.map(async (file) => [file, await fileHash(join(folder, `${file}.bin`), cacheRoot)] as const);
  return Object.fromEntries(await Promise.all(hashes));
}

/** One rename; where another process was quicker, its equal result stands. */
export async function publishCorpus(temporary: string, folder: string, cacheRoot: string): Promise<void> {
  try {
    await rename(temporary, folder);
  } catch (error) {
    if ((await readCorpus(folder, cacheRoot)) !== undefined) return;
    await rm(folder, { recursive: true, force: true });
    await rename(temporary, folder).catch(() => {
      throw error;
    });
  }
}

import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Split } from "./split.js";

/** corpus.json, and where it lies. Token counts include the separators between documents. */
export interface Corpus {
  readonly folder: string;
  readonly source: string;
  /** sha256 over the format, the tokenizer, the split and every document's name and content. */
  readonly corpusHash: string;
  readonly tokenizer: string;
  readonly tokenizerHash: string;
  readonly vocabulary: number;
  readonly trainTokens: number;
  readonly validationTokens: number;
  readonly documents: number;
  readonly validationDocuments: number;
  readonly split: Split["rule"];
}

/** sha256 of train.bin and validation.bin, in corpus.json: a cache cut short or damaged is made again, never trained on. */
export interface TokenHashes {
  readonly train: string;
  readonly validation: string;
}

/** corpus.json of a finished cache folder whose token files are as they were written; undefined for any other. */
export async function readCorpus(folder: string): Promise<Corpus | undefined> {
  try {
    const stated = JSON.parse(await readFile(join(folder, "corpus.json"), "utf8")) as Corpus & {
      readonly tokenHashes?: TokenHashes;
    };
    const found = await hashTokens(folder);
    const { tokenHashes, ...corpus } = stated;
    const intact = tokenHashes?.train === found.train && tokenHashes.validation === found.validation;
    return intact ? { ...corpus, folder } : undefined;
  } catch {
    return undefined;
  }
}

/** sha256 of the two token files of a cache folder. */
export async function hashTokens(folder: string): Promise<TokenHashes> {
  const hashFile = async (name: string): Promise<string> => {
    const hash = createHash("sha256");
    for await (const chunk of createReadStream(join(folder, name))) hash.update(chunk as Buffer);
    return hash.digest("hex");
  };
  return { train: await hashFile("train.bin"), validation: await hashFile("validation.bin") };
}

/** One rename; where another process was quicker, its equal result stands. */
export async function publishCorpus(temporary: string, folder: string): Promise<void> {
  try {
    await rename(temporary, folder);
  } catch (error) {
    if ((await readCorpus(folder)) !== undefined) return;
    await rm(folder, { recursive: true, force: true });
    await rename(temporary, folder).catch(() => {
      throw error;
    });
  }
}

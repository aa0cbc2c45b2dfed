import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Corpus } from "../data/corpus/index.js";
import { openTokens } from "../data/tokenFile.js";
import { openTokenizer } from "../data/tokenizer/encoder.js";
import { cachedTokenizer } from "./encoder.js";

const madeSchema = z.looseObject({ made: z.looseObject({ separator: z.number().int().nonnegative() }) });

type CachedTokens = Pick<Corpus, "folder" | "tokenizer" | "tokenBytes" | "validationTokens">;

/** The documents, or parts of them, that no run of a corpus is trained on. Errors: tokens-missing, tokenizer-gone. */
export function heldOutDocuments({ folder, tokenizer, tokenBytes, validationTokens }: CachedTokens): string[] {
  const tokens = new Int32Array(validationTokens);
  openTokens(folder, "validation", validationTokens, tokenBytes).read(0, validationTokens, tokens, 0);
  if (tokenizer === "bytes") return between(tokens, 0, (part) => Buffer.from(part).toString("utf8"));
  const library = openTokenizer(cachedTokenizer(folder));
  const { made } = madeSchema.parse(JSON.parse(readFileSync(join(folder, "corpus.json"), "utf8")));
  return between(tokens, made.separator, (part) => library.decode(Array.from(part)));
}

/** The texts between separators. */
function between(tokens: Int32Array, separator: number, decode: (part: Int32Array) => string): string[] {
  const texts: string[] = [];
  for (let start = 0; start < tokens.length; ) {
    const found = tokens.indexOf(separator, start);
    const end = found < 0 ? tokens.length : found;
    if (end > start) texts.push(decode(tokens.subarray(start, end)));
    start = end + 1;
  }
  return texts;
}

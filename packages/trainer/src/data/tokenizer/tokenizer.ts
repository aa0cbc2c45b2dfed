import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { IsoflopError } from "@isoflop/laws/error";
import { z } from "zod";
import { readFailure } from "../corpus/writeFailure.js";
import type { TokenBytes } from "../tokenFile.js";
import { openTokenizer } from "./encoder.js";
import { tokenizerJson } from "./tokenizerJson.js";
import { type BpeVocabulary, END_OF_TEXT } from "./trainBpe.js";

/** What a study asks for: bytes, a vocabulary of so many tokens trained on its corpus, or a tokenizer.json. */
export type TokenizerChoice =
  | "bytes"
  | { readonly bpe: number }
  | {
      readonly file: string;
      /** The token between documents; default the one of the usual names that the tokenizer has. */
      readonly endOfText?: string | undefined;
    };

export interface Tokenizer {
  readonly name: string;
  readonly hash: string;
  readonly vocabulary: number;
  /** Token between two documents. */
  readonly separator: number;
  /** tokenizer.json; bytes need none. */
  readonly json?: string;
  /** What stands for text that the vocabulary lacks, where it has such a token. */
  readonly unknown?: number;
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Every byte is a token; 0, which no text may hold, ends a document. */
export const BYTES: Tokenizer = {
  name: "bytes",
  hash: sha256(JSON.stringify({ name: "bytes", vocabulary: 256, separator: 0 })),
  vocabulary: 256,
  separator: 0,
};

/** Bytes of a token in the files: as few as the vocabulary allows. */
export function tokenBytes(vocabulary: number): TokenBytes {
  if (vocabulary <= 2 ** 8) return 1;
  return vocabulary <= 2 ** 16 ? 2 : 4;
}

/** A vocabulary trained on a corpus. */
export function bpeTokenizer(trained: BpeVocabulary): Tokenizer {
  const json = tokenizerJson(trained);
  const vocabulary = trained.tokens.length;
  return { name: `bpe-${vocabulary}`, hash: hashOf(json, 0), vocabulary, separator: 0, json };
}

const hashOf = (json: string, separator: number): string => sha256(`${separator}\n${json}`);

/** Names of the token that ends a text, by how surely they mean that. */
const END_NAMES = [END_OF_TEXT, "<|end_of_text|>", "</s>", "<eos>", "<|eos|>", "[EOS]", "[SEP]"];

const modelSchema = z.looseObject({
  pre_tokenizer: z.unknown(),
  model: z.looseObject({
    type: z.string().optional(),
    dropout: z.number().nullish(),
    unk_token: z.string().nullish(),
    unk_id: z.number().int().nonnegative().nullish(),
    byte_fallback: z.boolean().default(false),
  }),
});

/** Opens a tokenizer.json. Errors: tokenizer-missing, tokenizer-invalid, tokenizer-unsupported, tokenizer-end-of-text. */
export async function readTokenizer(path: string, endOfText?: string): Promise<Tokenizer> {
  const json = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT" && error.code !== "ENOTDIR") throw readFailure(error, path);
    throw refusal(
      "tokenizer-missing",
      `There is no tokenizer at ${path}.`,
      "Paths start from the folder of study.yaml.",
    );
  });
  let about: z.output<typeof modelSchema>;
  try {
    about = modelSchema.parse(JSON.parse(json));
  } catch (cause) {
    const why = cause instanceof SyntaxError ? cause.message : "it describes no model";
    const hint =
      "A tokenizer.json is what save_pretrained and Tokenizer.save write, not vocab.json or tokenizer_config.json.";
    throw refusal("tokenizer-invalid", `${path} is not a Hugging Face tokenizer.json: ${why}.`, hint, cause);
  }
  const { type, unk_token: unknownToken, byte_fallback: bytesInstead } = about.model;
  if (
    type === "BPE" &&
    !unknownToken &&
    !bytesInstead &&
    !JSON.stringify(about.pre_tokenizer ?? null).includes('"ByteLevel"')
  ) {
    const hint = "Set byte_fallback, or take a byte-level tokenizer.";
    throw refusal("tokenizer-unsupported", `${path} leaves out characters that it does not know, unnoticed.`, hint);
  }
  if (about.model.dropout) {
    const hint = "Set model.dropout to null.";
    throw refusal("tokenizer-unsupported", `${path} drops merges at random: no two runs would see one text.`, hint);
  }
  let tokenizer: ReturnType<typeof openTokenizer>;
  try {
    tokenizer = openTokenizer(json);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw refusal(
      "tokenizer-unsupported",
      `${path} cannot be used: ${why}.`,
      "@huggingface/tokenizers does not have it; take another tokenizer.",
      cause,
    );
  }
  const name = endOfText ?? END_NAMES.find((candidate) => tokenizer.token_to_id(candidate) !== undefined);
  const separator = name === undefined ? undefined : tokenizer.token_to_id(name);
  if (separator === undefined) {
    const what =
      endOfText === undefined
        ? `none of the usual tokens that end a text (${END_NAMES.join(", ")})`
        : `no token ${endOfText}`;
    throw refusal(
      "tokenizer-end-of-text",
      `${path} has ${what}.`,
      "Name the token between documents: tokenizer: { file: …, endOfText: <token> }.",
    );
  }
  let vocabulary = 0;
  for (const id of tokenizer.get_vocab().values()) vocabulary = Math.max(vocabulary, id + 1);
  const unknown = about.model.unk_id ?? (unknownToken ? tokenizer.token_to_id(unknownToken) : undefined);
  const base = { name: basename(path), hash: hashOf(json, separator), vocabulary, separator, json };
  return unknown === undefined ? base : { ...base, unknown };
}

function refusal(code: string, message: string, hint: string, cause?: unknown): IsoflopError {
  return new IsoflopError({ code, message, hint, cause });
}

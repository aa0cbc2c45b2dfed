import { readFileSync } from "node:fs";
import { join } from "node:path";
import { IsoflopError } from "@isoflop/laws/error";
import type { RunSpec } from "../contract/runSpec.js";
import { createEncoder } from "../data/tokenizer/encoder.js";

/** The tokens of a text, as the model was trained on them. */
export type Encode = (text: string) => Int32Array;

/** A byte is a token. */
export const encodeBytes: Encode = (text) => Int32Array.from(new TextEncoder().encode(text));

/** The tokenizer.json that a token cache was made with. Errors: tokenizer-gone. */
export function cachedTokenizer(folder: string): string {
  const path = join(folder, "tokenizer.json");
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new IsoflopError({
      code: "tokenizer-gone",
      message: `cannot read the corpus's tokenizer ${path}: ${(cause as Error).message}`,
      hint: "delete the folder and prepare the corpus again: `isoflop run` on the study does it",
      cause,
    });
  }
}

/** The encoder of a run's tokenizer. Errors: tokenizer-gone. */
export function encoderOf({ tokenizer, folder }: Pick<RunSpec["data"], "tokenizer" | "folder">): Encode {
  if (tokenizer === "bytes") return encodeBytes;
  const encode = createEncoder(cachedTokenizer(folder));
  return (text) => Int32Array.from(encode(text));
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { IsoflopError } from "@isoflop/laws";
import type { Corpus } from "../data/corpus/index.js";

/** The documents, or parts of them, that no run of a corpus is trained on. Errors: tokenizer-unknown. */
export function heldOutDocuments({ folder, tokenizer }: Pick<Corpus, "folder" | "tokenizer">): string[] {
  if (tokenizer !== "bytes") {
    throw new IsoflopError({
      code: "tokenizer-unknown",
      message: `the held-out text of a corpus under the tokenizer ${tokenizer} cannot be read back: bytes can`,
      hint: "write tasks of your own, or take tokenizer: bytes",
    });
  }
  const text = readFileSync(join(folder, "validation.bin")).toString("utf8");
  return text.split("\0").filter((document) => document !== "");
}

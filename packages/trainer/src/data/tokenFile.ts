import { readFileSync } from "node:fs";
import { join } from "node:path";
import { IsoflopError } from "@isoflop/laws";

/** Tokens of one split of a prepared corpus. */
export type Tokens = Uint8Array;

/** Reads train.bin or validation.bin of a token cache and checks that it has the stated number of tokens. */
export function readTokens(folder: string, split: "train" | "validation", expected: number): Tokens {
  const path = join(folder, `${split}.bin`);
  let tokens: Tokens;
  try {
    tokens = readFileSync(path);
  } catch (cause) {
    throw new IsoflopError({
      code: "tokens-missing",
      message: `cannot read the token cache ${path}: ${(cause as Error).message}`,
      hint: "prepare the corpus again: `isoflop run` on the study does it",
      cause,
    });
  }
  if (tokens.length !== expected)
    throw new IsoflopError({
      code: "tokens-changed",
      message: `${path} has ${tokens.length} tokens, the run was planned with ${expected}`,
      hint: "the token cache was changed or cut short; delete its folder and prepare the corpus again",
    });
  return tokens;
}

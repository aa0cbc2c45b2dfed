import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { IsoflopError } from "@isoflop/laws/error";

/** Bytes of one token in a file, little-endian. */
export type TokenBytes = 1 | 2 | 4;

/** Tokens of one split of a prepared corpus, read where they are asked for: the page cache holds them, once for all runs. */
export interface Tokens {
  readonly length: number;
  /** Copies `count` tokens from `start` into `target` at `offset`. */
  read(start: number, count: number, target: Int32Array, offset: number): void;
}

const ARRAYS = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array } as const;

/** Opens <split>.bin of a token cache and checks that it has the stated number of tokens. */
export function openTokens(folder: string, split: string, expected: number, tokenBytes: TokenBytes): Tokens {
  const path = join(folder, `${split}.bin`);
  let file: number;
  let bytes: number;
  try {
    file = openSync(path, "r");
    bytes = fstatSync(file).size;
  } catch (cause) {
    throw new IsoflopError({
      code: "tokens-missing",
      message: `cannot read the token cache ${path}: ${(cause as Error).message}`,
      hint: "prepare the corpus again: `isoflop run` on the study does it",
      cause,
    });
  }
  const length = bytes / tokenBytes;
  if (length !== expected) {
    closeSync(file);
    throw changed(path, length, expected);
  }
  let window = new ARRAYS[tokenBytes](0);
  return {
    length,
    read(start, count, target, offset) {
      if (window.length < count) window = new ARRAYS[tokenBytes](count);
      const wanted = count * tokenBytes;
      const got = readSync(file, window, 0, wanted, start * tokenBytes);
      if (got !== wanted) throw changed(path, start + got / tokenBytes, expected);
      for (let i = 0; i < count; i++) target[offset + i] = window[i]!;
    },
  };
}

function changed(path: string, found: number, expected: number): IsoflopError {
  return new IsoflopError({
    code: "tokens-changed",
    message: `${path} has ${found} tokens, the run was planned with ${expected}`,
    hint: "the token cache was changed or cut short; delete its folder and prepare the corpus again",
  });
}

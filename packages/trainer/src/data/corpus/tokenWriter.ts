import { open } from "node:fs/promises";
import type { Tokenizer } from "../tokenizer/tokenizer.js";
import { tokenBytes } from "../tokenizer/tokenizer.js";

/** What a token file came to hold. */
export interface Written {
  readonly tokens: number;
  /** Bytes of text and one for every separator: what a file of bytes would have. */
  readonly bytes: number;
  /** Tokens that stand for text that the vocabulary lacks. */
  readonly unknown: number;
}

export interface TokenWriter {
  /** Tokens of `bytes` bytes of text; `begins` puts a separator before them, except at the start of the file. */
  readonly append: (tokens: Uint32Array | Uint8Array, bytes: number, begins: boolean) => Promise<void>;
  readonly close: () => Promise<Written>;
}

const ARRAYS = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array } as const;

/** Writes a token file; little-endian, as every machine that Node runs on. */
export async function openTokenWriter(path: string, tokenizer: Tokenizer): Promise<TokenWriter> {
  const TokenArray = ARRAYS[tokenBytes(tokenizer.vocabulary)];
  const file = await open(path, "wx");
  let [tokens, bytes, unknown] = [0, 0, 0];
  let waiting = new TokenArray(2 ** 18);
  let filled = 0;
  const flush = async (): Promise<void> => {
    await file.writeFile(new Uint8Array(waiting.buffer, 0, filled * waiting.BYTES_PER_ELEMENT));
    tokens += filled;
    filled = 0;
  };
  return {
    append: async (added, addedBytes, begins) => {
      if (filled + added.length + 1 > waiting.length) await flush();
      if (added.length + 1 > waiting.length) waiting = new TokenArray(2 * added.length);
      if (begins && tokens + filled > 0) {
        waiting[filled++] = tokenizer.separator;
        bytes += 1;
      }
      waiting.set(added, filled);
      filled += added.length;
      bytes += addedBytes;
      if (tokenizer.unknown === undefined) return;
      for (const token of added) if (token === tokenizer.unknown) unknown++;
    },
    close: async () => {
      await flush();
      await file.sync();
      await file.close();
      return { tokens, bytes, unknown };
    },
  };
}

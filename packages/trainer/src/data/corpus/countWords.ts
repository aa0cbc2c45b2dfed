import { splitWords } from "../tokenizer/pretokens.js";
import type { Part } from "./parts.js";
import { TRAIN } from "./split.js";

/** Text that a vocabulary is learned from; more would change it little. */
export const VOCABULARY_BYTES = 2 ** 28;

/** How often each word occurs in the training text, or in parts spread evenly over it where there is more than enough. */
export async function countWords(
  parts: AsyncIterable<readonly Part[]>,
  trainBytes: number,
  enough = VOCABULARY_BYTES,
): Promise<Map<string, number>> {
  const words = new Map<string, number>();
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const share = Math.min(1, enough / trainBytes);
  let due = 0;
  for await (const some of parts) {
    for (const { side, bytes } of some) {
      if (side !== TRAIN) continue;
      due += bytes.length * share;
      if (share < 1 && due < bytes.length) continue;
      due -= bytes.length;
      for (const word of splitWords(decoder.decode(bytes))) words.set(word, (words.get(word) ?? 0) + 1);
    }
  }
  return words;
}

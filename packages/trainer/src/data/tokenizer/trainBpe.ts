import { MergeQueue } from "./mergeQueue.js";
import { BYTE_CHARACTERS, byteCharacters } from "./pretokens.js";

/** Ends a document. Its id is 0, the bytes' are 1 to 256 in the order of their characters, the merges' follow. */
export const END_OF_TEXT = "<|endoftext|>";
/** End of text and the bytes: what a vocabulary has before its first merge. */
export const BASE_VOCABULARY = 257;
/** A pair of ids must fit into an exact integer. */
export const LARGEST_VOCABULARY = 2 ** 20;
/** A pair that occurs once is no pattern. */
const LEAST_COUNT = 2;
/** Longer words (base64, DNA, …) are left out of the counts: they teach nothing, and every merge would walk them. */
const LONGEST_WORD = 4096;

/** Tokens by id, and the merges in the order they were made. */
export interface BpeVocabulary {
  readonly tokens: readonly string[];
  readonly merges: readonly (readonly [left: string, right: string])[];
}

interface Pair {
  count: number;
  /** Words that hold it, or have held it. */
  readonly words: number[];
}

/**
 * Byte-pair encoding (Sennrich et al. 2016, algorithm 1) over words and how often each occurs: the most frequent pair of
 * neighbours becomes a token, until the vocabulary has `size` tokens or no pair occurs twice. Only the words that hold the
 * merged pair are walked again. The result does not depend on the order of the words, and is that of Hugging Face's
 * BpeTrainer (dev/compareTokenizers.mjs compares them).
 */
export function trainBpe(words: ReadonlyMap<string, number>, size: number): BpeVocabulary {
  const alphabet = [...BYTE_CHARACTERS].sort();
  const tokens = [END_OF_TEXT, ...alphabet];
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const merges: [string, string][] = [];

  const texts: number[][] = [];
  const counts: number[] = [];
  for (const [word, count] of words) {
    const characters = byteCharacters(word);
    if (characters.length > LONGEST_WORD) continue;
    texts.push(Array.from(characters, (character) => ids.get(character)!));
    counts.push(count);
  }

  const pairs = new Map<number, Pair>();
  const grown = new Set<number>();
  const change = (left: number, right: number, by: number, word: number): void => {
    const key = left * LARGEST_VOCABULARY + right;
    let pair = pairs.get(key);
    if (pair === undefined) {
      // The pair being merged is not kept: what a merge takes from it is of no interest.
      if (by < 0) return;
      pair = { count: 0, words: [] };
      pairs.set(key, pair);
    }
    pair.count += by;
    if (by < 0) return;
    if (pair.words.at(-1) !== word) pair.words.push(word);
    grown.add(key);
  };
  const queue = new MergeQueue();
  const enqueue = (): void => {
    for (const key of grown) {
      const right = key % LARGEST_VOCABULARY;
      const count = pairs.get(key)?.count ?? 0;
      if (count >= LEAST_COUNT) queue.push({ count, left: (key - right) / LARGEST_VOCABULARY, right });
    }
    grown.clear();
  };
  for (const [word, symbols] of texts.entries()) {
    for (let i = 0; i + 1 < symbols.length; i++) change(symbols[i]!, symbols[i + 1]!, counts[word]!, word);
  }
  enqueue();

  while (tokens.length < size) {
    const top = queue.pop();
    if (top === undefined) break;
    const { left, right } = top;
    const key = left * LARGEST_VOCABULARY + right;
    const pair = pairs.get(key);
    if (pair === undefined) continue;
    if (pair.count !== top.count) {
      // Counts that fell are corrected when they come up, those that rose have been queued anew.
      if (pair.count >= LEAST_COUNT) queue.push({ count: pair.count, left, right });
      continue;
    }
    pairs.delete(key);
    const merged = tokens[left]! + tokens[right]!;
    // Two merges may make the same token by different ways.
    const id = ids.get(merged) ?? tokens.length;
    if (id === tokens.length) {
      ids.set(merged, id);
      tokens.push(merged);
    }
    merges.push([tokens[left]!, tokens[right]!]);
    for (const word of new Set(pair.words)) {
      const count = counts[word]!;
      mergeIn(texts[word]!, left, right, id, (a, b, by) => change(a, b, by * count, word));
    }
    enqueue();
  }
  return { tokens, merges };
}

/** Replaces every pair in a word, from the left, and tells which pairs go (-1) and come (+1). */
function mergeIn(
  symbols: number[],
  left: number,
  right: number,
  id: number,
  tell: (left: number, right: number, by: 1 | -1) => void,
): void {
  let kept = 0;
  for (let i = 0; i < symbols.length; ) {
    if (symbols[i] !== left || symbols[i + 1] !== right) {
      symbols[kept++] = symbols[i++]!;
      continue;
    }
    const previous = kept > 0 ? symbols[kept - 1] : undefined;
    const next = symbols[i + 2];
    if (previous !== undefined) {
      tell(previous, left, -1);
      tell(previous, id, 1);
    }
    if (next !== undefined) {
      tell(right, next, -1);
      tell(id, next, 1);
    }
    symbols[kept++] = id;
    i += 2;
  }
  symbols.length = kept;
}

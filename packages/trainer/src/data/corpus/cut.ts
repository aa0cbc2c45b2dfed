import { isContinuation } from "./utf8.js";

/** Longest piece of a document, bytes: what is tokenised at a time. */
export const LONGEST_PIECE = 2 ** 20;
/** How far back from there a good place to cut is looked for. */
const SEARCHED = 2 ** 16;

/**
 * Where to cut a text that is longer than `longest`, at or before that: before the space after a letter, which no
 * byte-level tokenizer in use joins; else after a line; else between two characters.
 */
export function cutPlace(bytes: Uint8Array, longest: number): number {
  const lowest = Math.max(1, longest - SEARCHED);
  for (let at = longest; at > lowest; at--) {
    if (bytes[at] === 0x20 && isLetter(bytes[at - 1])) return at;
  }
  for (let at = longest; at > lowest; at--) {
    if (bytes[at - 1] === 0x0a && bytes[at] !== 0x0a) return at;
  }
  let at = longest;
  while (at > lowest && isContinuation(bytes[at])) at--;
  return at;
}

function isLetter(byte: number | undefined): boolean {
  return byte !== undefined && (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
}

/** A whole document in pieces. */
export function* cutDocument(bytes: Uint8Array, row: number) {
  let at = 0;
  while (bytes.length - at > LONGEST_PIECE) {
    const end = at + cutPlace(bytes.subarray(at), LONGEST_PIECE);
    yield { bytes: bytes.subarray(at, end), first: at === 0, last: false, row };
    at = end;
  }
  if (bytes.length > 0) yield { bytes: bytes.subarray(at), first: at === 0, last: true, row };
}

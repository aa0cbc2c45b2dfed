import type { DocumentTable } from "./documentTable.js";

/** Where a document goes: a copy of a held-out one goes nowhere. */
export const TRAIN = 0;
export const VALIDATION = 1;
export const LEFT_OUT = 2;

/** Which bytes are held out, over the stream of all documents joined by separators. */
export interface Split {
  readonly rule: "documents" | "chunks" | "given";
  /** Of each document, by its number. */
  readonly sides: Uint8Array;
  /** Held-out parts of the stream, where no whole documents are. */
  readonly ranges: readonly (readonly [start: number, end: number])[];
}

const MINIMUM_DOCUMENTS = 20;
const MAXIMUM_CHUNKS = 10;
/** Shorter validation chunks would mostly test the model on text cut off from its beginning. */
const MINIMUM_CHUNK_BYTES = 4096;

/**
 * Whole documents where there are enough of them and none is longer than half of what is to be held out, so that no
 * text is on both sides; else equal contiguous chunks spread over the stream. Depends on names and contents only, not on
 * the tokenizer: its bits per byte compare with those of another.
 */
export function splitCorpus(documents: DocumentTable, fraction: number): Split {
  const bytes = documents.bytes.reduce((sum, length) => sum + length, 0) + Math.max(0, documents.length - 1);
  const target = bytes * fraction;
  const longest = documents.bytes.reduce((max, length) => Math.max(max, length), 0);
  if (documents.length >= MINIMUM_DOCUMENTS && longest <= target / 2) {
    return { rule: "documents", sides: drawDocuments(documents, target), ranges: [] };
  }
  return { rule: "chunks", sides: new Uint8Array(documents.length), ranges: chunkRanges(bytes, target) };
}

/** Training on all documents: the validation text is another. */
export function wholeCorpus(documents: DocumentTable): Split {
  return { rule: "given", sides: new Uint8Array(documents.length), ranges: [] };
}

/** All held out. */
export function heldOut(documents: DocumentTable): Split {
  return { ...wholeCorpus(documents), sides: new Uint8Array(documents.length).fill(VALIDATION) };
}

/** The same split without the training documents that are in `held`, by content. */
export function leaveOut(split: Split, documents: DocumentTable, held: ReadonlySet<number>): Split {
  const sides = split.sides.map((side, i) => (side === TRAIN && held.has(documents.content[i]!) ? LEFT_OUT : side));
  return { ...split, sides };
}

/** Documents in their fixed order until the target is met as nearly as they allow; copies of them are left out. */
function drawDocuments({ length, bytes, order, content }: DocumentTable, target: number): Uint8Array {
  const sides = new Uint8Array(length);
  const sequence = Uint32Array.from({ length }, (_, i) => i).sort((a, b) => order[a]! - order[b]! || a - b);
  const drawn = new Set<number>();
  let held = 0;
  for (const i of sequence) {
    if (drawn.has(content[i]!) || held + bytes[i]! > target * 1.02) continue;
    sides[i] = VALIDATION;
    drawn.add(content[i]!);
    held += bytes[i]!;
  }
  return sides.map((side, i) => (side === TRAIN && drawn.has(content[i]!) ? LEFT_OUT : side));
}

/** The stream cut into equal pieces; the end of each piece is held out. */
function chunkRanges(streamBytes: number, target: number): [number, number][] {
  const chunks = Math.max(1, Math.min(MAXIMUM_CHUNKS, Math.floor(target / MINIMUM_CHUNK_BYTES)));
  const held = Math.max(1, Math.round(target / chunks));
  return Array.from({ length: chunks }, (_, i) => {
    const end = Math.floor(((i + 1) * streamBytes) / chunks);
    return [end - held, end];
  });
}

import { createHash } from "node:crypto";

/** What the split needs to know of a document. */
export interface DocumentSize {
  readonly name: string;
  /** sha256 of the content, hex. */
  readonly hash: string;
  readonly tokens: number;
}

/** Which tokens are held out, over the stream of all documents joined by separators. */
export type Split =
  | { readonly rule: "documents"; readonly validation: ReadonlySet<number> }
  | { readonly rule: "chunks"; readonly ranges: readonly (readonly [start: number, end: number])[] };

const MINIMUM_DOCUMENTS = 20;
const MAXIMUM_CHUNKS = 10;
/** Shorter validation chunks would mostly test the model on text cut off from its beginning. */
const MINIMUM_CHUNK_TOKENS = 4096;

/**
 * Whole documents where there are enough of them and none is longer than half of what is to be held out, so that no
 * text is on both sides; else equal contiguous chunks spread over the stream. Depends on names and contents only.
 */
export function splitCorpus(documents: readonly DocumentSize[], fraction: number): Split {
  const streamTokens = documents.reduce((sum, d) => sum + d.tokens, 0) + documents.length - 1;
  const target = streamTokens * fraction;
  const longest = documents.reduce((max, d) => Math.max(max, d.tokens), 0);
  if (documents.length >= MINIMUM_DOCUMENTS && longest <= target / 2) {
    return { rule: "documents", validation: drawDocuments(documents, target) };
  }
  return { rule: "chunks", ranges: chunkRanges(streamTokens, target) };
}

/** Documents in the order of a hash (as good as random, yet fixed) until the target is met as nearly as they allow. */
function drawDocuments(documents: readonly DocumentSize[], target: number): Set<number> {
  const order = documents
    .map((d, index) => ({
      index,
      tokens: d.tokens,
      key: createHash("sha256").update(`${d.name}\0${d.hash}`).digest("hex"),
    }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const chosen = new Set<number>();
  let held = 0;
  for (const { index, tokens } of order) {
    if (held + tokens > target * 1.02) continue;
    chosen.add(index);
    held += tokens;
  }
  return chosen;
}

/** The stream cut into equal pieces; the end of each piece is held out. */
function chunkRanges(streamTokens: number, target: number): [number, number][] {
  const chunks = Math.max(1, Math.min(MAXIMUM_CHUNKS, Math.floor(target / MINIMUM_CHUNK_TOKENS)));
  const held = Math.max(1, Math.round(target / chunks));
  return Array.from({ length: chunks }, (_, i) => {
    const end = Math.floor(((i + 1) * streamTokens) / chunks);
    return [end - held, end];
  });
}

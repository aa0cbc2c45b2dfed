import { IsoflopError } from "@isoflop/laws";
import type { CorpusFile } from "./corpusFile.js";
import { type Piece, readPieces, rowPlace } from "./documents.js";
import type { DocumentTable } from "./documentTable.js";
import { LEFT_OUT, type Split, TRAIN, VALIDATION } from "./split.js";
import { isContinuation } from "./utf8.js";

/** A stretch of text that goes to one side. */
export interface Part {
  readonly side: typeof TRAIN | typeof VALIDATION;
  /** Whether a text begins here: a separator stands before it. */
  readonly begins: boolean;
  readonly bytes: Uint8Array;
  /** For messages. */
  readonly place: string;
}

/** The documents of a corpus again, each where the split puts it, a few parts at a time. Errors: corpus-changed. */
export async function* splitParts(
  files: readonly CorpusFile[],
  field: string,
  documents: DocumentTable,
  split: Split,
): AsyncGenerator<Part[]> {
  const cutter = createCutter(split.ranges);
  let document = 0;
  let bytes = 0;
  for (const file of files) {
    for await (const pieces of readPieces(file, field)) {
      const parts: Part[] = [];
      for (const piece of pieces) {
        const place = rowPlace(file.place, piece.row);
        const side = split.sides[document];
        bytes += piece.bytes.length;
        if (side === undefined || (piece.last && bytes !== documents.bytes[document])) throw changed(place);
        for (const part of cutter(piece, place)) {
          if (side === TRAIN) parts.push(part);
          else if (side !== LEFT_OUT) parts.push({ ...part, side: VALIDATION });
        }
        if (!piece.last) continue;
        document++;
        bytes = 0;
      }
      yield parts;
    }
  }
  if (document !== documents.length) throw changed(files.map((file) => file.place).join(", "));
}

export function changed(place: string): IsoflopError {
  return new IsoflopError({
    code: "corpus-changed",
    message: `${place} changed while it was being read.`,
    hint: "Start again when nothing writes to the corpus.",
    exitCode: 1,
  });
}

/** Cuts pieces at the held-out ranges of the stream, between characters. */
function createCutter(ranges: Split["ranges"]) {
  let offset = 0;
  let side: Part["side"] | undefined;
  return function* ({ bytes, first, last }: Piece, place: string): Generator<Part> {
    if (first) side = undefined;
    const inside = ranges
      .flatMap(([start, end]) => [start - offset, end - offset])
      .filter((at) => at > 0 && at < bytes.length);
    const edges = [0, ...inside.map((at) => characterStart(bytes, at)), bytes.length];
    for (let i = 0; i + 1 < edges.length; i++) {
      const [start, end] = [edges[i]!, edges[i + 1]!];
      if (end <= start) continue;
      // An edge moved to the next character's start is still inside the range that it began.
      const middle = offset + (start + end) / 2;
      const here = ranges.some(([low, high]) => middle >= low && middle < high) ? VALIDATION : TRAIN;
      yield { side: here, begins: here !== side, bytes: bytes.subarray(start, end), place };
      side = here;
    }
    offset += bytes.length + (last ? 1 : 0);
  };
}

function characterStart(bytes: Uint8Array, at: number): number {
  let start = at;
  while (start < bytes.length && isContinuation(bytes[start])) start++;
  return start;
}

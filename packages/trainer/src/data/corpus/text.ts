import { type CorpusFile, unpackedBytes } from "./corpusFile.js";
import { cutPlace, LONGEST_PIECE } from "./cut.js";
import type { Piece } from "./documents.js";
import { checkText } from "./utf8.js";

/** A text file: one document. Errors: corpus-not-utf8, corpus-nul-byte, and those of unpackedBytes. */
export async function* textPieces(file: CorpusFile): AsyncGenerator<Piece[]> {
  let waiting: Uint8Array = new Uint8Array(0);
  let parts: Uint8Array[] = [];
  let length = 0;
  let offset = 0;
  const piece = (end: number, last: boolean): Piece => {
    const bytes = waiting.subarray(0, end);
    checkText(file.place, bytes, offset);
    waiting = waiting.subarray(end);
    length = waiting.length;
    const made = { bytes, first: offset === 0, last, row: 0 };
    offset += end;
    return made;
  };
  const join = (): void => {
    waiting = Buffer.concat([waiting, ...parts]);
    parts = [];
  };
  for await (const part of unpackedBytes(file)) {
    parts.push(part);
    length += part.length;
    if (length <= LONGEST_PIECE) continue;
    join();
    const pieces: Piece[] = [];
    while (length > LONGEST_PIECE) pieces.push(piece(cutPlace(waiting, LONGEST_PIECE), false));
    yield pieces;
  }
  join();
  if (waiting.length > 0) yield [piece(waiting.length, true)];
}

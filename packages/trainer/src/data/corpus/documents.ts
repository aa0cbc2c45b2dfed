import type { CorpusFile } from "./corpusFile.js";
import { jsonlPieces } from "./jsonl.js";
import { parquetPieces } from "./parquet.js";
import { textPieces } from "./text.js";

/** Whole characters of one document in UTF-8, without NUL; long documents come in several pieces. */
export interface Piece {
  readonly bytes: Uint8Array;
  /** Whether the document begins here. */
  readonly first: boolean;
  /** Whether it ends here. */
  readonly last: boolean;
  /** Line of a JSONL file, row of a Parquet file, both from 1; 0 for a file that is one document. */
  readonly row: number;
}

/**
 * The documents of a file, a few pieces at a time: a .txt file is one, a JSONL file one for each line, a Parquet file one
 * for each row. Empty ones are left out. What the pieces are depends on the text only, not on how the file is packed.
 */
export function readPieces(file: CorpusFile, field: string): AsyncIterable<Piece[]> {
  if (file.form.kind === "jsonl") return jsonlPieces(file, field);
  if (file.form.kind === "parquet") return parquetPieces(file, field);
  return textPieces(file);
}

/** Where a document lies, for messages and for its name. */
export function rowPlace(place: string, row: number): string {
  return row === 0 ? place : `${place}:${row}`;
}

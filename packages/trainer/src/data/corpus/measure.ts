import { createHash } from "node:crypto";
import { IsoflopError } from "@isoflop/laws";
import type { CorpusFile } from "./corpusFile.js";
import { readPieces, rowPlace } from "./documents.js";
import { createDocumentTable, type DocumentTable } from "./documentTable.js";
import type { Source } from "./source.js";
import { heldOut, LEFT_OUT, leaveOut, type Split, splitCorpus, TRAIN, VALIDATION, wholeCorpus } from "./split.js";

/** The files of every text that a study names. */
export interface Sources {
  readonly corpus: Source;
  readonly validation?: Source;
  readonly sets: readonly { readonly name: string; readonly source: Source }[];
}

/** Texts that are all held out. */
export interface HeldOutTexts {
  readonly source: Source;
  readonly documents: DocumentTable;
  readonly split: Split;
  readonly bytes: number;
}

/** The corpus, and what of it is trained on. */
export interface TrainingTexts extends HeldOutTexts {
  /** Bytes of what is trained on. */
  readonly trainBytes: number;
  readonly heldOutDocuments: number;
  readonly documentsLeftOut: number;
}

export interface Texts {
  readonly train: TrainingTexts;
  readonly validation?: HeldOutTexts;
  readonly sets: readonly (HeldOutTexts & { readonly name: string })[];
}

/** Less text than this cannot fill a validation set worth the name. */
const MINIMUM_BYTES = 16_384;

/**
 * Reads every document once, checks it, and decides where it goes: no training document is, to the byte, in a validation
 * set. Errors: corpus-empty, corpus-too-small, and those of readPieces.
 */
export async function measureTexts(sources: Sources, validation: number | string, field: string): Promise<Texts> {
  const documents = await measureDocuments(sources.corpus.files, field);
  const bytes = totalBytes(documents);
  if (bytes < MINIMUM_BYTES) throw tooSmall(sources.corpus, bytes);
  const given = sources.validation === undefined ? undefined : await measureHeldOut(sources.validation, field);
  const sets: (HeldOutTexts & { name: string })[] = [];
  for (const { name, source } of sources.sets) sets.push({ name, ...(await measureHeldOut(source, field)) });
  const drawn = typeof validation === "number" ? splitCorpus(documents, validation) : wholeCorpus(documents);
  const apart = new Set(
    [...(given === undefined ? [] : [given]), ...sets].flatMap((texts) => [...texts.documents.content]),
  );
  const split = leaveOut(drawn, documents, apart);
  if (!split.sides.includes(TRAIN)) {
    throw new IsoflopError({
      code: "corpus-empty",
      message: `The corpus ${sources.corpus.source} is empty: all its documents are in the validation sets, too.`,
      hint: "Validate on other text, or on a part of this one: validation: 5%",
    });
  }
  const count = (side: number) => split.sides.reduce((sum, found) => sum + (found === side ? 1 : 0), 0);
  const train = {
    source: sources.corpus,
    documents,
    split,
    bytes,
    trainBytes:
      documents.bytes.reduce((sum, length, i) => sum + (split.sides[i] === TRAIN ? length : 0), 0) -
      split.ranges.reduce((sum, [start, end]) => sum + end - start, 0),
    heldOutDocuments: count(VALIDATION),
    documentsLeftOut: count(LEFT_OUT),
  };
  return given === undefined ? { train, sets } : { train, validation: given, sets };
}

async function measureHeldOut(source: Source, field: string): Promise<HeldOutTexts> {
  const documents = await measureDocuments(source.files, field);
  const bytes = totalBytes(documents);
  if (bytes === 0) throw tooSmall(source, bytes);
  return { source, documents, split: heldOut(documents), bytes };
}

const totalBytes = (documents: DocumentTable): number => documents.bytes.reduce((sum, length) => sum + length, 0);

function tooSmall({ source, files }: Source, bytes: number): IsoflopError {
  if (bytes === 0) {
    return new IsoflopError({
      code: "corpus-empty",
      message: `The corpus ${source} is empty: ${files.length === 1 ? "the file has" : "its files have"} no text.`,
      hint: "Give a text, JSONL or Parquet file, a folder of them, or a glob.",
    });
  }
  return new IsoflopError({
    code: "corpus-too-small",
    message: `The corpus ${source} has ${bytes} bytes; a study needs at least ${MINIMUM_BYTES}, and a good one millions.`,
    hint: "Add more text: a folder or a glob takes many files at once.",
  });
}

async function measureDocuments(files: readonly CorpusFile[], field: string): Promise<DocumentTable> {
  const table = createDocumentTable();
  for (const file of files) {
    let hash = createHash("sha256");
    let bytes = 0;
    for await (const pieces of readPieces(file, field)) {
      for (const piece of pieces) {
        hash.update(piece.bytes);
        bytes += piece.bytes.length;
        if (!piece.last) continue;
        table.add(rowPlace(file.name, piece.row), hash.digest("hex"), bytes);
        hash = createHash("sha256");
        bytes = 0;
      }
    }
  }
  return table.finish();
}

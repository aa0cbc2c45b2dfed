import { IsoflopError, isIsoflopError } from "@isoflop/laws";
import { type AsyncBuffer, asyncBufferFromFile, type FileMetaData, parquetMetadataAsync, parquetRead } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { type CorpusFile, unpackedBytes } from "./corpusFile.js";
import { cutDocument } from "./cut.js";
import type { Piece } from "./documents.js";
import { fieldHint } from "./jsonl.js";
import { checkText } from "./utf8.js";
import { readFailure } from "./writeFailure.js";

/** The texts of one row group are in memory together, and so is a file packed once more as a whole. */
const LARGEST_IN_MEMORY = 2 ** 30;

/**
 * The texts of one column of a Parquet file, a row group at a time (hyparquet: pure JavaScript, so that the trainer needs
 * no database). Errors: corpus-parquet, corpus-field, corpus-row-group, corpus-not-utf8, corpus-nul-byte.
 */
export async function* parquetPieces(file: CorpusFile, field: string): AsyncGenerator<Piece[]> {
  const buffer = await openBuffer(file);
  const metadata = await reading(file, () => parquetMetadataAsync(buffer));
  checkColumn(file, metadata, field);
  let row = 0;
  for (const [index, group] of metadata.row_groups.entries()) {
    const column = group.columns.find((chunk) => chunk.meta_data?.path_in_schema[0] === field)?.meta_data;
    const bytes = Number(column?.total_uncompressed_size ?? 0);
    if (bytes > LARGEST_IN_MEMORY) {
      throw new IsoflopError({
        code: "corpus-row-group",
        message: `${file.place}: row group ${index + 1} holds ${Math.round(bytes / 2 ** 20)} MiB of text, and is read as a whole.`,
        hint: "Write the file again with smaller row groups: pyarrow.parquet.write_table(table, path, row_group_size=10000)",
      });
    }
    const rows = Number(group.num_rows);
    const texts = await reading(file, () => readColumn(buffer, metadata, field, row, row + rows));
    let pieces: Piece[] = [];
    let held = 0;
    for (const text of texts) {
      row++;
      const place = `${file.place}:${row}`;
      if (!(text instanceof Uint8Array)) {
        throw new IsoflopError({
          code: "corpus-field",
          message: `${place}: the column ${JSON.stringify(field)} is null in this row.`,
          hint: "Delete the rows without a text, or fill them.",
        });
      }
      checkText(place, text);
      pieces.push(...cutDocument(text, row));
      held += text.length;
      if (held < 2 ** 20) continue;
      yield pieces;
      pieces = [];
      held = 0;
    }
    if (pieces.length > 0) yield pieces;
  }
}

async function openBuffer(file: CorpusFile): Promise<AsyncBuffer> {
  if (file.form.packing === "none" && "path" in file.content) {
    const { path } = file.content;
    return asyncBufferFromFile(path).catch((error: unknown) => {
      throw readFailure(error, path);
    });
  }
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of unpackedBytes(file)) {
    parts.push(part);
    length += part.length;
    if (length > LARGEST_IN_MEMORY) {
      throw new IsoflopError({
        code: "corpus-row-group",
        message: `${file.place} is a Parquet file of more than 1 GiB, packed once more: it would have to be unpacked in memory.`,
        hint: "Unpack it; Parquet is packed inside.",
      });
    }
  }
  return Uint8Array.from(Buffer.concat(parts)).buffer;
}

async function readColumn(
  file: AsyncBuffer,
  metadata: FileMetaData,
  field: string,
  rowStart: number,
  rowEnd: number,
): Promise<unknown[]> {
  const texts: unknown[] = [];
  await parquetRead({
    file,
    metadata,
    columns: [field],
    rowStart,
    rowEnd,
    compressors,
    utf8: false,
    // The bytes as they are: a decoder would put U+FFFD where they are not UTF-8.
    parsers: { stringFromBytes: (bytes) => bytes },
    onChunk: ({ columnData }) => {
      for (let i = 0; i < columnData.length; i++) texts.push(columnData[i]);
    },
  });
  return texts;
}

function checkColumn(file: CorpusFile, metadata: FileMetaData, field: string): void {
  const [root, ...elements] = metadata.schema;
  const top: typeof elements = [];
  for (let at = 0; top.length < (root?.num_children ?? 0) && at < elements.length; ) {
    top.push(elements[at]!);
    for (let open = 1; open > 0; open--) open += elements[at++]?.num_children ?? 0;
  }
  const isText = ({ type, converted_type: converted }: (typeof top)[number]) =>
    type === "BYTE_ARRAY" && (converted === undefined || converted === "UTF8" || converted === "ENUM");
  const found = top.find((element) => element.name === field);
  if (found !== undefined && isText(found)) return;
  throw new IsoflopError({
    code: "corpus-field",
    message: `${file.place}: the column ${JSON.stringify(field)} is ${found === undefined ? "not there" : `${found.type ?? "nested"}, not text`}.`,
    hint: fieldHint(top.filter(isText).map((element) => element.name)),
  });
}

async function reading<T>(file: CorpusFile, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (isIsoflopError(cause)) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new IsoflopError({
      code: "corpus-parquet",
      message: `${file.place} cannot be read as Parquet: ${why}.`,
      hint: "It was cut short or damaged on the way, or is no Parquet file: fetch or make it again.",
      cause,
    });
  }
}

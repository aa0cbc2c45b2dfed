import { parquetMetadataAsync, parquetReadObjects } from "hyparquet";
import {
  decompressBrotli,
  decompressGzip,
  decompressLz4,
  decompressLz4Raw,
  decompressZstd,
} from "hyparquet-compressors";
import { detailOf, ReadFault } from "./fault.js";
import { addRow } from "./json.js";
import type { Limits } from "./limits.js";
import { type TableContent, tableBuilder } from "./storedTable.js";

// Snappy is the reader's own: that of the compressors is WebAssembly, which the page's policy does not let be compiled.
const compressors = {
  GZIP: decompressGzip,
  BROTLI: decompressBrotli,
  ZSTD: (input: Uint8Array) => decompressZstd(input),
  LZ4: decompressLz4,
  LZ4_RAW: decompressLz4Raw,
};
/** Rows that are turned into objects at once. */
const AT_ONCE = 20_000;

/** Reads a Parquet file, of which the footer says beforehand how much there is. */
export async function readParquet(
  blob: Blob,
  limits: Limits,
  limit: number,
  onBytes: (count: number) => void,
): Promise<TableContent> {
  try {
    const file = {
      byteLength: blob.size,
      slice: (start: number, end?: number) => blob.slice(start, end).arrayBuffer(),
    };
    const metadata = await parquetMetadataAsync(file);
    const rows = Number(metadata.num_rows);
    const unpacked = metadata.row_groups.reduce((sum, group) => sum + Number(group.total_byte_size), 0);
    const columns = metadata.row_groups[0]?.columns.length ?? 0;
    if (unpacked > limit) throw new ReadFault({ kind: "too-large", limit });
    if (rows > limits.rows) throw new ReadFault({ kind: "rows", limit: limits.rows });
    if (rows * columns > limits.cells) throw new ReadFault({ kind: "cells", limit: limits.cells });
    if (rows === 0) throw new ReadFault({ kind: "no-rows" });
    const builder = tableBuilder(limits);
    for (let start = 0; start < rows; start += AT_ONCE) {
      const end = Math.min(rows, start + AT_ONCE);
      const read = await parquetReadObjects({ file, metadata, compressors, rowStart: start, rowEnd: end });
      for (const row of read) addRow(builder, row, limits);
      onBytes((blob.size * (end - start)) / rows);
    }
    return builder.finish();
  } catch (error) {
    if (error instanceof ReadFault) throw error;
    throw new ReadFault({ kind: "parquet", detail: detailOf(error) });
  }
}

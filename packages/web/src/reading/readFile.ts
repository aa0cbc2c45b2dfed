import { readDelimited } from "./delimited.js";
import { ReadFault } from "./fault.js";
import { formatOf } from "./formats.js";
import { readJson, readJsonLines } from "./json.js";
import { LIMITS, type Limits } from "./limits.js";
import type { StoredTable, TableContent } from "./storedTable.js";
import { readText } from "./text.js";

export interface ReadOptions {
  /** Unpacked bytes that this file may still have. */
  readonly limit?: number;
  readonly limits?: Limits;
  /** Called with the bytes that were read since. */
  readonly onBytes?: (count: number) => void;
}

/**
 * Reads one file as a table, by its ending and its first bytes.
 * @throws ReadFault
 */
export async function readFile(file: Blob, name: string, options: ReadOptions = {}): Promise<StoredTable> {
  const { limits = LIMITS, limit = limits.bytes, onBytes = () => {} } = options;
  const start = new Uint8Array(await file.slice(0, 4).arrayBuffer());
  const magic = String.fromCharCode(...start);
  if (start.length === 0) throw new ReadFault({ kind: "empty" });
  if (magic.startsWith("PK")) throw new ReadFault({ kind: "archive" });
  if (magic.startsWith("(\xB5/\xFD")) throw new ReadFault({ kind: "zstd" });
  const format = magic === "PAR1" ? "parquet" : formatOf(name);
  if (format === undefined) throw new ReadFault({ kind: "type" });
  if (format === "parquet") {
    // Its reader is fetched when the first such file comes.
    const { readParquet } = await import("./parquet.js");
    return { name, ...(await readParquet(file, limits, limit, onBytes)), notices: [] };
  }
  const gzip = start[0] === 0x1f && start[1] === 0x8b;
  const { content, notices } = await readText(file, { gzip, limit, onBytes }, (pieces): Promise<TableContent> => {
    if (format === "json") return readJson(pieces, limits);
    if (format === "jsonl") return readJsonLines(pieces, limits);
    return readDelimited(pieces, format === "tsv" ? "\t" : undefined, limits);
  });
  return { name, ...content, notices };
}

import { open, stat } from "node:fs/promises";
import { extname } from "node:path";
import type { DuckDBConnection } from "@duckdb/node-api";
import { IsoflopError } from "@isoflop/laws";
import { systemCode } from "@isoflop/trainer";
import { literal, rowsOf } from "./database.js";
import { importedFolders, importedTable } from "./imported.js";

const HINT = "Give a study's folder, or CSV, TSV, JSON, JSONL or Parquet files; quote globs.";

/** The files that a path or a glob names. Errors: file-missing, file-unreadable. */
export async function findFiles(connection: DuckDBConnection, pattern: string): Promise<string[]> {
  const entry = await stat(pattern).catch((cause: unknown) => {
    const code = systemCode(cause);
    if (code === "ELOOP") throw notATable(pattern, "its symbolic links lead in a circle");
    if (code === "EACCES" || code === "EPERM") throw notATable(pattern, "reading it is not permitted");
    return undefined;
  });
  if (entry?.isFile()) return [pattern];
  if (entry?.isDirectory() && (await importedFolders([pattern])).length > 0) return [importedTable(pattern)];
  if (entry !== undefined) throw notATable(pattern, entry.isDirectory() ? "it is a folder, and no study" : "no file");
  const found = await rowsOf(connection, `SELECT file FROM glob(${literal(pattern)}) ORDER BY file`).catch(() => []);
  if (found.length > 0) return found.map(([file]) => String(file));
  throw new IsoflopError({
    code: "file-missing",
    message: `There is no study, file or match for ${pattern}.`,
    hint: HINT,
  });
}

/** How a file is read: a DuckDB table function with its options, and what the reader should be told. */
export interface Reader {
  readonly kind: "csv" | "json" | "parquet";
  readonly options: Readonly<Record<string, string>>;
}

/** Rows that decide the types of columns. An odd cell beyond them makes its column text, when it is met. */
const SAMPLE = "20480";
// The header is the first line: left to itself, the reader skips lines until the rest looks regular.
const CSV = { header: "true", skip: "0", sample_size: SAMPLE };
// Any object may have a key that none had before. Objects of many keys, or of rare ones (a validation loss now and then), are rows, and no maps.
const JSON_OPTIONS = { map_inference_threshold: "-1", field_appearance_threshold: "0", sample_size: "-1" };

const READERS: Readonly<Record<string, Reader>> = {
  ".csv": { kind: "csv", options: CSV },
  ".tsv": { kind: "csv", options: { ...CSV, delim: "'\\t'" } },
  ".txt": { kind: "csv", options: CSV },
  ".json": { kind: "json", options: JSON_OPTIONS },
  ".jsonl": { kind: "json", options: { ...JSON_OPTIONS, format: "'newline_delimited'" } },
  ".ndjson": { kind: "json", options: { ...JSON_OPTIONS, format: "'newline_delimited'" } },
  ".parquet": { kind: "parquet", options: {} },
};

/** How to read a file, by its ending and its first bytes. Errors: file-type, file-unreadable. */
export async function readerOf(file: string): Promise<Reader> {
  const reader = READERS[extname(file.replace(/\.(gz|zst)$/i, "")).toLowerCase()];
  if (reader === undefined) {
    throw new IsoflopError({
      code: "file-type",
      message: `${file}: cannot tell what kind of table this is.`,
      hint: `Known endings: ${Object.keys(READERS).join(", ")}.`,
    });
  }
  const start = await firstBytes(file);
  if (start.length === 0) throw notATable(file, "it is empty");
  if (reader.kind !== "csv" || /\.(gz|zst)$/i.test(file)) return reader;
  const wide = (start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff);
  const blank = /^\uFEFF?((?:[ \t]*\r?\n)*)/.exec(start.toString("utf8"))?.[1] ?? "";
  return {
    kind: "csv",
    options: {
      ...reader.options,
      skip: String(blank.split("\n").length - 1),
      ...(wide ? { encoding: "'utf-16'" } : {}),
    },
  };
}

async function firstBytes(file: string): Promise<Buffer> {
  try {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(4096), position: 0 });
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    const code = systemCode(cause);
    throw notATable(file, code === "EACCES" ? "reading it is not permitted" : `it cannot be opened (${code})`, cause);
  }
}

export function readingSql(file: string, { kind, options }: Reader): string {
  const listed = Object.entries(options).map(([name, value]) => `, ${name} = ${value}`);
  return `read_${kind}(${pathLiteral(file)}${listed.join("")})`;
}

/** A path that is no pattern, though it may look like one: "runs[1].csv". */
export function pathLiteral(file: string): string {
  return literal(file.replaceAll(/[*?[]/g, "[$&]"));
}

export function notATable(file: string, why: string, cause?: unknown): IsoflopError {
  return new IsoflopError({
    code: "file-unreadable",
    message: `${file} cannot be read as a table: ${why}.`,
    hint: HINT,
    cause,
  });
}

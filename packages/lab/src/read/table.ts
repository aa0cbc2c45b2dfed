import { stat } from "node:fs/promises";
import { extname } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { IsoflopError } from "@isoflop/laws";

/** Rows of one file, as DuckDB reads them. */
export interface Table {
  readonly file: string;
  readonly columns: readonly string[];
  /** Data rows counted from 1, in the file's order; rows that --where excludes are missing. */
  readonly rows: readonly { readonly row: number; readonly values: ReadonlyMap<string, unknown> }[];
}

const READERS: Readonly<Record<string, (path: string) => string>> = {
  // The whole file decides the types: one odd cell far down makes its column text, and is then reported by its row.
  ".csv": (path) => `read_csv(${path}, header = true, sample_size = -1)`,
  ".tsv": (path) => `read_csv(${path}, header = true, sample_size = -1, delim = '\\t')`,
  ".txt": (path) => `read_csv(${path}, header = true, sample_size = -1)`,
  ".json": (path) => `read_json(${path})`,
  ".jsonl": (path) => `read_json(${path}, format = 'newline_delimited')`,
  ".ndjson": (path) => `read_json(${path}, format = 'newline_delimited')`,
  ".parquet": (path) => `read_parquet(${path})`,
};
const ROW = "__isoflop_row";

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";

/**
 * Reads files or globs of CSV, TSV, JSON, JSONL or Parquet. `where` is a SQL condition on the file's own columns: it
 * comes from the user's own command line only. Errors: file-missing, file-type, file-unreadable, where-invalid.
 */
export async function readTables(patterns: readonly string[], where: string | undefined): Promise<Table[]> {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  try {
    const files: string[] = [];
    for (const pattern of patterns) {
      const plainFile = await stat(pattern).catch(() => undefined);
      if (plainFile?.isFile()) files.push(pattern);
      else {
        const found = await connection.runAndReadAll(`SELECT file FROM glob(${literal(pattern)}) ORDER BY file`);
        const matches = found.getRowsJS().map(([file]) => String(file));
        if (matches.length === 0) throw missing(pattern);
        files.push(...matches);
      }
    }
    const tables: Table[] = [];
    for (const [i, file] of files.entries()) {
      const source = `source_${i}`;
      try {
        await connection.run(
          `CREATE TEMP TABLE ${source} AS SELECT row_number() OVER () AS ${ROW}, * FROM ${reader(file)}`,
        );
      } catch (cause) {
        throw unreadable(file, cause);
      }
      tables.push(await select(connection, file, source, where));
    }
    return tables;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function select(
  connection: Awaited<ReturnType<DuckDBInstance["connect"]>>,
  file: string,
  source: string,
  where: string | undefined,
): Promise<Table> {
  const condition = where === undefined ? "" : ` WHERE (${where}\n)`;
  const result = await connection
    .runAndReadAll(`SELECT * FROM ${source}${condition} ORDER BY ${ROW}`)
    .catch((cause: unknown) => {
      throw new IsoflopError({
        code: "where-invalid",
        message: `--where ${JSON.stringify(where)} cannot be applied to ${file}: ${firstLine(cause)}`,
        hint: 'It is a SQL condition on the file\'s columns, for example --where "dropped = 0 AND seed < 3".',
        cause,
      });
    });
  const names = result.columnNames();
  const columns = names.filter((name) => name !== ROW);
  const rows = result.getRowsJS().map((values) => {
    const named = new Map(names.map((name, i) => [name, values[i] as unknown]));
    return { row: Number(named.get(ROW)), values: named };
  });
  return { file, columns, rows };
}

function reader(file: string): string {
  const extension = extname(file.replace(/\.(gz|zst)$/i, "")).toLowerCase();
  const read = READERS[extension];
  if (read !== undefined) return read(literal(file));
  throw new IsoflopError({
    code: "file-type",
    message: `${file}: cannot tell what kind of table this is.`,
    hint: `Known endings: ${Object.keys(READERS).join(", ")}.`,
  });
}

function missing(pattern: string): IsoflopError {
  return new IsoflopError({
    code: "file-missing",
    message: `There is no study, file or match for ${pattern}.`,
    hint: "Give a study's folder, or CSV, TSV, JSON, JSONL or Parquet files; quote globs.",
  });
}

function unreadable(file: string, cause: unknown): unknown {
  if (cause instanceof IsoflopError) return cause;
  return new IsoflopError({
    code: "file-unreadable",
    message: `${file} cannot be read as a table: ${firstLine(cause)}`,
    hint: "Check that every line has the same columns as the first one, and that the ending tells the format.",
    cause,
  });
}

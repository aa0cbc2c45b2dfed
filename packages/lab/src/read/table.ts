import { stat } from "node:fs/promises";
import { extname } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { IsoflopError } from "@isoflop/laws";

/** Rows of one file, as DuckDB reads them. */
export interface Table {
  readonly file: string;
  readonly columns: readonly string[];
  /** Data rows counted from 1, in the file's order; rows that --where excludes are missing. */
  readonly rows: readonly { readonly row: number; readonly values: ReadonlyMap<string, unknown> }[];
}

// The whole file decides the types: one odd cell far down makes its column text, and is then reported by its row. The
// header is the first line: left to itself, the reader skips lines until the rest looks regular.
const CSV = "header = true, sample_size = -1, skip = 0";

const READERS: Readonly<Record<string, (path: string) => string>> = {
  ".csv": (path) => `read_csv(${path}, ${CSV})`,
  ".tsv": (path) => `read_csv(${path}, ${CSV}, delim = '\\t')`,
  ".txt": (path) => `read_csv(${path}, ${CSV})`,
  ".json": (path) => `read_json(${path})`,
  ".jsonl": (path) => `read_json(${path}, format = 'newline_delimited')`,
  ".ndjson": (path) => `read_json(${path}, format = 'newline_delimited')`,
  ".parquet": (path) => `read_parquet(${path})`,
};
const ROW = "__isoflop_row";

const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n")[0] ?? "";

/** What DuckDB says before it lists its options: the kind of error, the line, and what is wrong with it. */
function briefly(error: unknown): string {
  const lines = (error instanceof Error ? error.message : String(error)).split("\n");
  const end = lines.findIndex((line) => line === "" || /^(Possible|The search space|LINE \d)/.test(line));
  return lines
    .slice(0, end < 0 ? 3 : end)
    .filter((line) => !line.startsWith("Original Line:"))
    .map((line) => (line.length > 200 ? `${line.slice(0, 200)}…` : line))
    .join(": ");
}

/**
 * Reads files or globs of CSV, TSV, JSON, JSONL or Parquet. `where` is a SQL condition on the file's own columns: it
 * comes from the user's own command line only. Errors: file-missing, file-type, file-unreadable, where-invalid.
 */
export async function readTables(patterns: readonly string[], where: string | undefined): Promise<Table[]> {
  // Files of this machine only: an address must not make the reader fetch an extension, or the file.
  const instance = await DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const connection = await instance.connect();
  try {
    const files: string[] = [];
    for (const pattern of patterns) files.push(...(await findFiles(connection, pattern)));
    for (const [i, file] of files.entries()) await load(connection, file, `source_${i}`);
    // From here on the user's condition runs: it sees the rows, and neither files nor network.
    await connection.run("SET enable_external_access = false");
    await connection.run("SET lock_configuration = true");
    const tables: Table[] = [];
    for (const [i, file] of files.entries()) tables.push(await select(connection, file, `source_${i}`, where));
    return tables;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function findFiles(connection: DuckDBConnection, pattern: string): Promise<string[]> {
  const entry = await stat(pattern).catch(() => undefined);
  if (entry?.isFile()) return [pattern];
  if (entry !== undefined) throw notATable(pattern, entry.isDirectory() ? "it is a folder, and no study" : "no file");
  const found = await connection
    .runAndReadAll(`SELECT file FROM glob(${literal(pattern)}) ORDER BY file`)
    .catch(() => undefined);
  const matches = found?.getRowsJS().map(([file]) => String(file)) ?? [];
  if (matches.length === 0) throw missing(pattern);
  return matches;
}

/** Reads a file into a table of its own. */
async function load(connection: DuckDBConnection, file: string, source: string): Promise<void> {
  if ((await stat(file)).size === 0) throw notATable(file, "it is empty");
  const from = reader(file);
  const create = (reading: string) =>
    connection.run(
      `CREATE OR REPLACE TEMP TABLE ${source} AS SELECT row_number() OVER () AS ${ROW}, * FROM ${reading}`,
    );
  try {
    await create(from);
    const columns = (await connection.runAndReadAll(`SELECT * FROM ${source} LIMIT 0`)).columnNames();
    const [, only = ""] = columns;
    const [delimiter] = /[,;\t|]/.exec(only) ?? [];
    // One column named "N,D,loss": some line has another number of cells than the header. Told the columns, the reader
    // says which.
    if (columns.length === 2 && delimiter !== undefined && from.startsWith("read_csv")) {
      const wanted = only.split(delimiter).map((_, i) => `'${i}': 'VARCHAR'`);
      await create(
        `read_csv(${literal(file)}, auto_detect = false, header = true, delim = ${literal(delimiter)}, quote = '"', escape = '"', columns = {${wanted.join(", ")}})`,
      );
    }
    if (columns.length === 2 && only === "json") throw notATable(file, "it is no list of objects, one for each run");
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

async function select(
  connection: DuckDBConnection,
  file: string,
  source: string,
  where: string | undefined,
): Promise<Table> {
  const invalid = (why: string, cause?: unknown) =>
    new IsoflopError({
      code: "where-invalid",
      message: `--where ${JSON.stringify(where)} cannot be applied to ${file}: ${why}`,
      hint: 'It is a SQL condition on the file\'s columns, for example --where "dropped = 0 AND seed < 3".',
      cause,
    });
  if (where?.trim() === "") throw invalid("it is empty");
  const condition = where === undefined ? "" : ` WHERE (${where}\n)`;
  const query = `SELECT * FROM ${source}${condition} ORDER BY ${ROW}`;
  const result = await (async () => {
    // "true); DROP …; SELECT (true" is no condition.
    if ((await connection.extractStatements(query)).count !== 1) throw new Error("it is more than one condition");
    return connection.runAndReadAll(query);
  })().catch((cause: unknown) => {
    throw invalid(firstLine(cause), cause);
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

function notATable(file: string, why: string): IsoflopError {
  return new IsoflopError({
    code: "file-unreadable",
    message: `${file} cannot be read as a table: ${why}.`,
    hint: "Give a study's folder, or CSV, TSV, JSON, JSONL or Parquet files; quote globs.",
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
    message: `${file} cannot be read as a table: ${briefly(cause)}`,
    hint: "Check that every line has the same columns as the first one, and that the ending tells the format.",
    cause,
  });
}

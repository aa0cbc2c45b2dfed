import type { DuckDBConnection } from "@duckdb/node-api";
import { IsoflopError, isIsoflopError } from "@isoflop/laws";
import { type ColumnPlan, holdsWords } from "@isoflop/laws/observations";
import { columnsOf, literal, quoted, rowsOf } from "./database.js";
import { notATable, pathLiteral, type Reader, readerOf, readingSql } from "./files.js";
import { checkRead, MOST_READ } from "./limit.js";

/** Which column of a file holds which field. */
export interface PlannedColumns {
  readonly uses: Readonly<Record<string, { readonly column: string }>>;
}

/** One file as a table in the database: ROW and a column for each field of use, named after it. */
export interface Table<Plan extends PlannedColumns = ColumnPlan> {
  readonly file: string;
  readonly name: string;
  readonly plan: Plan;
  readonly notices: readonly string[];
}

/** Data rows counted from 1, in the file's order. */
export const ROW = "__isoflop_row";

interface Described {
  readonly reader: Reader;
  /** A SQL expression for each column; those of nested objects by their path, "summary.val.loss". */
  readonly columns: ReadonlyMap<string, string>;
  /** The columns as the file has them, objects whole. */
  readonly roots: readonly string[];
  readonly notices: readonly string[];
}

/**
 * Reads a file's useful columns into the table `name`: by their fields, or as they are where a condition will see them.
 * @param most rows; a small compressed file can hold rows for hours of reading
 * @param planOf which columns are of use; `isText` says which of the vaguely named ones hold words
 */
export async function loadTable<Plan extends PlannedColumns>(
  connection: DuckDBConnection,
  file: string,
  name: string,
  planOf: (columns: readonly string[], isText: (column: string) => boolean) => Plan,
  where: string | undefined,
  most = MOST_READ,
): Promise<Table<Plan>> {
  const described = await describe(connection, file);
  const words = await wordColumns(connection, file, described);
  const plan = planOf([...described.columns.keys()], (column) => words.has(column));
  const columns =
    where === undefined
      ? fieldColumns(plan, (column) => described.columns.get(column) ?? quoted(column))
      : columnsFor(where, described, plan);
  // Numbering the rows while they are read would take twice as long: a table knows the order of its rows.
  const numbered = columns.some((sql) => sql.toLowerCase().endsWith('as "rowid"'));
  const select = [...(numbered ? [`row_number() OVER () AS ${ROW}`] : []), ...columns].join(", ");
  let { reader } = described;
  for (;;) {
    try {
      await connection.run(
        `CREATE OR REPLACE TEMP TABLE ${name} AS SELECT ${select} FROM ${readingSql(file, reader)} LIMIT ${most + 1}`,
      );
      const [[rows] = []] = await rowsOf(connection, `SELECT count(*) FROM ${name}`);
      checkRead(file, Number(rows), most);
      return { file, name, plan, notices: described.notices };
    } catch (cause) {
      const other = afterOddCell(reader, cause);
      if (other === undefined) throw unreadable(file, cause);
      reader = other;
    }
  }
}

/** The columns of use and those that the condition may name: a table of a thousand would not fit. */
function columnsFor(where: string, { columns, roots }: Described, { uses }: PlannedColumns): string[] {
  const text = where.toLowerCase();
  const used = new Set(Object.values(uses).map(({ column }) => column));
  const every = /\*|\bcolumns\b/.test(text);
  const isNamed = (column: string) =>
    every || used.has(column) || text.includes(column.toLowerCase()) || text.includes(quoted(column.toLowerCase()));
  const sql = new Map([...roots.map((root) => [root, quoted(root)] as const), ...columns]);
  return [...sql].filter(([column]) => isNamed(column)).map(([column, from]) => `${from} AS ${quoted(column)}`);
}

/** Keeps the rows that satisfy the user's condition, and of them what is of use. Errors: where-invalid. */
export async function keepWhere(
  connection: DuckDBConnection,
  table: Table<PlannedColumns>,
  where: string,
): Promise<void> {
  const invalid = (why: string, cause?: unknown) =>
    new IsoflopError({
      code: "where-invalid",
      message: `--where ${JSON.stringify(where)} cannot be applied to ${table.file}: ${why}`,
      hint: 'It is a SQL condition on the file\'s columns, for example --where "dropped = 0 AND seed < 3".',
      cause,
    });
  if (where.trim() === "") throw invalid("it is empty");
  const row = `${await rowNumber(connection, table.name)} AS ${ROW}`;
  const query = `SELECT ${[row, ...fieldColumns(table.plan, quoted)].join(", ")} FROM ${table.name} WHERE (${where}\n)`;
  try {
    // "true); DROP …; SELECT (true" is no condition.
    if ((await connection.extractStatements(query)).count !== 1) throw new Error("it is more than one condition");
    await connection.run(`CREATE TEMP TABLE ${table.name}_kept AS ${query}`);
  } catch (cause) {
    throw invalid((cause instanceof Error ? cause.message : String(cause)).split("\n")[0] ?? "", cause);
  }
  await connection.run(`DROP TABLE ${table.name}`);
  await connection.run(`ALTER TABLE ${table.name}_kept RENAME TO ${table.name}`);
}

/** The number of a table's row: kept from before a condition took rows out, or its place. */
export async function rowNumber(connection: DuckDBConnection, name: string): Promise<string> {
  const columns = await columnsOf(connection, `SELECT * FROM ${name}`);
  return columns.some((column) => column.name === ROW) ? ROW : "rowid + 1";
}

function fieldColumns({ uses }: PlannedColumns, sql: (column: string) => string): string[] {
  return Object.entries(uses).map(([field, use]) => `${sql(use.column)} AS ${quoted(field)}`);
}

/** The columns of a file, found with the options that it needs. */
async function describe(connection: DuckDBConnection, file: string): Promise<Described> {
  let reader = await readerOf(file);
  const notices: string[] = [];
  for (;;) {
    try {
      const found = await columnsOf(connection, `SELECT * FROM ${readingSql(file, reader)}`);
      const [only] = found;
      const [delimiter] = /[,;\t|]/.exec(only?.name ?? "") ?? [];
      // One column named "N,D,loss": some line has another number of cells than the header. Told the columns, the
      // reader says which.
      if (reader.kind === "csv" && only !== undefined && found.length === 1 && delimiter !== undefined) {
        const wanted = only.name.split(delimiter).map((_, i) => `'${i}': 'VARCHAR'`);
        await rowsOf(
          connection,
          `SELECT count(COLUMNS(*)) FROM read_csv(${pathLiteral(file)}, auto_detect = false, header = true, delim = ${literal(delimiter)}, quote = '"', escape = '"', columns = {${wanted.join(", ")}})`,
        );
      }
      if (reader.kind === "json" && found.length === 1 && only?.name === "json") {
        throw notATable(file, "it is no list of objects, one for each run");
      }
      const columns = flattened(found);
      if (reader.kind === "json" && found.length > 0 && found.every(({ type }) => isColumnwise(type))) {
        throw notATable(
          file,
          "it is one object that holds lists, and no list of objects (pandas writes one with orient='records')",
        );
      }
      return { reader: withTypes(reader, found), columns, roots: found.map(({ name }) => name), notices };
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause);
      const other = afterOddCell(reader, cause);
      if (other !== undefined) reader = other;
      else if (/not utf-8 encoded/i.test(message) && reader.options.encoding === undefined) {
        reader = { ...reader, options: { ...reader.options, encoding: "'latin-1'" } };
        notices.push(`${file} is not UTF-8: it was read as Latin-1.`);
      } else throw unreadable(file, cause);
    }
  }
}

/** Lists in every column, or objects with the keys "0", "1", …: a table written column by column. */
function isColumnwise(type: string): boolean {
  return /\[\]$/.test(type) || /^STRUCT\("0" /.test(type);
}

function flattened(found: readonly { readonly name: string; readonly type: string }[]): Map<string, string> {
  const columns = new Map<string, string>();
  const add = (path: readonly string[], type: string): void => {
    const fields = structFields(type);
    // Numbers in some rows and text in others ("70M") are JSON to the reader: text is then taken without its quotes.
    const sql = path.map(quoted).join(".");
    if (fields === undefined) columns.set(path.join("."), type === "JSON" ? `(${sql} ->> '$')` : sql);
    else for (const { name, type: inner } of fields) add([...path, name], inner);
  };
  for (const { name, type } of found) add([name], type);
  return columns;
}

/** The fields of a type like STRUCT("val" STRUCT("loss" DOUBLE), tokens BIGINT); undefined for any other type. */
function structFields(type: string): { readonly name: string; readonly type: string }[] | undefined {
  if (!type.startsWith("STRUCT(") || !type.endsWith(")")) return undefined;
  const fields: { name: string; type: string }[] = [];
  const inside = type.slice(7, -1);
  let [depth, inQuotes, start] = [0, false, 0];
  for (let i = 0; i <= inside.length; i++) {
    const character = inside[i];
    if (character === '"') inQuotes = !inQuotes;
    else if (inQuotes) continue;
    else if (character === "(") depth++;
    else if (character === ")") depth--;
    else if (depth === 0 && (character === "," || i === inside.length)) {
      const [, name = "", rest = ""] = /^\s*("(?:[^"]|"")*"|\S+)\s+(.*)$/s.exec(inside.slice(start, i)) ?? [];
      fields.push({ name: name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name, type: rest });
      start = i + 1;
    }
  }
  return fields;
}

/** Columns whose first cells are words, among those whose names may mean that. */
async function wordColumns(connection: DuckDBConnection, file: string, described: Described): Promise<Set<string>> {
  const vague = [...described.columns].filter(([column]) => /^(size|data)$/i.test(column));
  if (vague.length === 0) return new Set();
  const sql = vague.map(([, expression]) => expression).join(", ");
  const rows = await rowsOf(connection, `SELECT ${sql} FROM ${readingSql(file, described.reader)} LIMIT 100`);
  return new Set(vague.filter((_, i) => holdsWords(rows.map((row) => row[i]))).map(([column]) => column));
}

/** All of a JSON file was read to know its columns; that is not done twice. */
function withTypes(reader: Reader, found: readonly { readonly name: string; readonly type: string }[]): Reader {
  if (reader.kind !== "json") return reader;
  const columns = `{${found.map(({ name, type }) => `${quoted(name)}: ${literal(type)}`).join(", ")}}`;
  const { format } = reader.options;
  return { kind: "json", options: { columns, ...(format === undefined ? {} : { format }) } };
}

/** How to read a file on, after a cell that does not fit the types of the first rows; undefined after any other fault. */
function afterOddCell(reader: Reader, cause: unknown): Reader | undefined {
  const message = cause instanceof Error ? cause.message : String(cause);
  const column = /Error when converting column "(.*?)"\. Could not convert/.exec(message)?.[1];
  if (reader.kind !== "csv" || column === undefined) return undefined;
  const { types = "{}", ...options } = reader.options;
  const entry = `${quoted(column)}: 'VARCHAR'`;
  // Named in vain: its name has signs that the message does not show as they are. The whole file then decides.
  if (types.includes(entry))
    return options.sample_size === "-1" ? undefined : { ...reader, options: { ...options, sample_size: "-1" } };
  return {
    ...reader,
    options: { ...options, types: types === "{}" ? `{${entry}}` : `${types.slice(0, -1)}, ${entry}}` },
  };
}

function unreadable(file: string, cause: unknown): unknown {
  if (isIsoflopError(cause)) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  return new IsoflopError({
    code: "file-unreadable",
    message: `${file} cannot be read as a table: ${briefly(message)}`,
    hint: /out of memory/i.test(message)
      ? "Its rows are too wide for the memory that reading may take: write the columns of use to a file of their own, or use Parquet."
      : "Check that every line has the same columns as the first one, and that the ending tells the format.",
    cause,
  });
}

/** What DuckDB says before it lists its options: the kind of error, the line, and what is wrong with it. */
function briefly(message: string): string {
  const lines = message.split("\n");
  const end = lines.findIndex((line) => line === "" || /^(Possible|The search space|LINE \d)/.test(line));
  return lines
    .slice(0, end < 0 ? 3 : end)
    .filter((line) => !line.startsWith("Original Line:"))
    .map((line) => (line.length > 200 ? `${line.slice(0, 200)}…` : line))
    .join(": ");
}

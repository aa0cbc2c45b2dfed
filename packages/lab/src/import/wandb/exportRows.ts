import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, extname } from "node:path";
import { IsoflopError, isIsoflopError } from "@isoflop/laws";
import { columnsOf, openDatabase, withDatabase } from "../../read/database.js";
import { pathLiteral } from "../../read/files.js";
import { numberedLines } from "../lines.js";
import { isMapping, parseJson } from "./json.js";

export type Row = Readonly<Record<string, unknown>>;

/** Bytes at the start, and in Parquet at the end, that tell whether a file is an export: its columns are named there. */
const TOLD = 65_536;
const beginning = Buffer.alloc(TOLD);
const ENDINGS = [".csv", ".json", ".jsonl", ".ndjson", ".parquet"];

/** Whether a name may be that of an export. The summary in a run's files has a _step, too. */
export const hasExportEnding = (path: string): boolean =>
  ENDINGS.includes(extname(path).toLowerCase()) && basename(path) !== "wandb-summary.json";

/** Whether a file has a history as W&B exports it: by its ending and the names of its columns. */
export function isExport(path: string): boolean {
  const ending = extname(path).toLowerCase();
  if (!hasExportEnding(path)) return false;
  const file = openSync(path, "r");
  try {
    const buffer = beginning;
    const position = ending === ".parquet" ? Math.max(0, fstatSync(file).size - TOLD) : 0;
    const told = buffer.toString("latin1", 0, readSync(file, buffer, 0, TOLD, position));
    if (ending === ".parquet") return told.endsWith("PAR1") && told.includes("_step");
    if (ending !== ".csv") return told.includes('"_step"');
    const [header = ""] = told.split(/\r?\n/);
    return / - .*__MIN("|,|$)/.test(header) || /(^|,)"?_step"?(,|$)/.test(header);
  } finally {
    closeSync(file);
  }
}

/** The columns of a table; undefined of JSON, whose rows name their values. */
export async function exportColumns(path: string): Promise<readonly string[] | undefined> {
  if (extname(path).toLowerCase() !== ".csv") return undefined;
  try {
    return (await withDatabase((connection) => columnsOf(connection, `SELECT * FROM ${csv(path)}`))).map(
      ({ name }) => name,
    );
  } catch (cause) {
    throw unreadable(path, cause);
  }
}

/** The rows of an export, streamed but for JSON that is one list. Errors: wandb-export. */
export async function* exportRows(path: string): AsyncGenerator<Row> {
  const ending = extname(path).toLowerCase();
  if (ending === ".csv") yield* tableRows(path, `SELECT * FROM ${csv(path)}`);
  else if (ending === ".parquet") yield* tableRows(path, `SELECT * FROM read_parquet(${pathLiteral(path)})`);
  else if (ending === ".json") {
    const whole = parseJson(await readFile(path, "utf8"));
    // W&B's own JSON of a run's history is one object a line, whatever its ending.
    if (Array.isArray(whole)) for (const [index, row] of whole.entries()) yield rowOf(row, path, index + 1);
    else yield* lineRows(path);
  } else yield* lineRows(path);
}

async function* lineRows(path: string): AsyncGenerator<Row> {
  for (const { number, text, last } of numberedLines(path)) {
    if (text?.trim() === "") continue;
    const row = parseJson(text ?? "");
    // A last line without its end may be cut.
    if (last && !isMapping(row)) return;
    yield rowOf(row, path, number);
  }
}

function rowOf(row: unknown, path: string, number: number): Row {
  if (isMapping(row)) return row;
  throw exportError(
    `${path}: line or row ${number.toString()} is no JSON object.`,
    "A history has an object a row, with _step.",
  );
}

async function* tableRows(path: string, sql: string): AsyncGenerator<Row> {
  const { connection, close } = await openDatabase();
  try {
    const result = await connection.stream(sql);
    const lots = result.yieldRowObjectJs();
    for (;;) {
      const lot = await lots.next();
      if (lot.done === true) return;
      yield* lot.value;
    }
  } catch (cause) {
    throw unreadable(path, cause);
  } finally {
    await close();
  }
}

/** Every cell as text: what is a number is decided cell by cell, so that a NaN makes no column text. */
const csv = (path: string): string =>
  `read_csv(${pathLiteral(path)}, header = true, all_varchar = true, delim = ',', quote = '"')`;

/** What the database says of a damaged file, without its advice, as a fault of the file. */
function unreadable(path: string, cause: unknown): unknown {
  if (isIsoflopError(cause)) return cause;
  const [why = ""] = (cause instanceof Error ? cause.message : String(cause)).split(/\n(?!Original Line)/);
  const at = cause instanceof Error ? /\n(Invalid unicode[^\n]*)/.exec(cause.message)?.[1] : undefined;
  return exportError(
    `${path} cannot be read: ${[why.replaceAll("\n", " "), ...(at === undefined ? [] : [at])].join(": ").slice(0, 300)}.`,
    "Export it anew.",
  );
}

export function exportError(message: string, hint: string): IsoflopError {
  return new IsoflopError({ code: "wandb-export", message, hint });
}

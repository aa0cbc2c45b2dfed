import { detailOf, ReadFault } from "./fault.js";
import type { Limits } from "./limits.js";
import { type TableBuilder, type TableContent, tableBuilder } from "./storedTable.js";
import { unixLines } from "./text.js";

type Row = Readonly<Record<string, unknown>>;

/** Reads a list of objects, or (where it is no one document) an object a line. */
export async function readJson(pieces: AsyncIterable<string>, limits: Limits): Promise<TableContent> {
  let text = "";
  for await (const piece of unixLines(pieces)) {
    text += piece;
    if (text.length > limits.document) throw new ReadFault({ kind: "document", limit: limits.document });
  }
  text = text.replace(/^\uFEFF/, "").trim();
  if (text === "") throw new ReadFault({ kind: "empty" });
  const whole = parseJson(text);
  if ("value" in whole) return documentRows(whole.value, limits);
  if (!/^\{.*\}[ \t]*\n/.test(text))
    throw new ReadFault({ kind: "json", ...lineOf(text, whole.error), detail: detailOf(whole.error) });
  return readJsonLines(onePiece(text), limits);
}

/** Reads an object a line. */
export async function readJsonLines(pieces: AsyncIterable<string>, limits: Limits): Promise<TableContent> {
  const builder = tableBuilder(limits);
  let rest = "";
  let line = 0;
  let rows = 0;
  const add = (text: string): void => {
    line += 1;
    const bare = line === 1 ? text.replace(/^\uFEFF/, "") : text;
    if (bare.trim() === "") return;
    const parsed = parseJson(bare);
    if (!("value" in parsed)) throw new ReadFault({ kind: "json", line, detail: detailOf(parsed.error) });
    if (!isRow(parsed.value)) throw new ReadFault({ kind: "not-object", line });
    addRow(builder, parsed.value, limits);
    rows += 1;
  };
  for await (const piece of unixLines(pieces)) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    for (const text of lines) add(text);
    if (rest.length > limits.line) throw new ReadFault({ kind: "line", line: line + 1, limit: limits.line });
  }
  add(rest);
  if (rows === 0) throw new ReadFault({ kind: "empty" });
  return builder.finish();
}

/** Adds an object's row: those within it are columns by their path, "summary.val.loss"; lists are cells. */
export function addRow(builder: TableBuilder, row: Row, limits: Limits): void {
  const add = (prefix: string, object: Row, depth: number): void => {
    for (const [key, value] of Object.entries(object)) {
      if (isRow(value) && depth < limits.depth) add(`${prefix}${key}.`, value, depth + 1);
      else builder.set(prefix + key, cellOf(value));
    }
  };
  add("", row, 1);
  builder.endRow();
}

function documentRows(value: unknown, limits: Limits): TableContent {
  const rows: readonly unknown[] = Array.isArray(value) ? value : [value];
  const columns = rows.length === 1 && isRow(rows[0]) ? Object.values(rows[0]) : [];
  // {"N": [1e6, …], …}, or pandas' {"N": {"0": 1e6, …}, …}.
  if (columns.length > 0 && columns.every((column) => Array.isArray(column) || (isRow(column) && "0" in column))) {
    throw new ReadFault({ kind: "columnwise" });
  }
  const odd = rows.findIndex((row) => !isRow(row));
  if (rows.length === 0 || odd >= 0) throw new ReadFault({ kind: "no-rows" });
  const builder = tableBuilder(limits);
  for (const row of rows) if (isRow(row)) addRow(builder, row, limits);
  return builder.finish();
}

/** Parses, with the NaN and Infinity that Python writes. */
function parseJson(text: string): { readonly value: unknown } | { readonly error: unknown } {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    const quoted = text.replaceAll(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (part) =>
      part.startsWith('"') ? part : `"${part}"`,
    );
    try {
      if (quoted !== text) return { value: JSON.parse(quoted) };
    } catch {
      // What was wrong with the text as it stands is told.
    }
    return { error };
  }
}

/** The line that an error of JSON.parse names by its place, where it names one. */
function lineOf(text: string, error: unknown): { readonly line?: number } {
  const place = /position (\d+)/.exec(detailOf(error))?.[1];
  return place === undefined ? {} : { line: text.slice(0, Number(place)).split("\n").length };
}

function cellOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date) return value.toISOString();
  const text = JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? String(inner) : inner)) ?? "";
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

const isRow = (value: unknown): value is Row =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Date) &&
  !ArrayBuffer.isView(value);

async function* onePiece(text: string): AsyncGenerator<string> {
  yield text;
}

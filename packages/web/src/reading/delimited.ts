import papaparse from "papaparse";
import { ReadFault } from "./fault.js";
import type { Limits } from "./limits.js";
import { distinctNames, type TableContent, tableBuilder } from "./storedTable.js";
import { unixLines } from "./text.js";

const DELIMITERS = [",", "\t", ";", "|"] as const;
/** A number as it stands in files; one that begins like 007 is a name. */
const NUMBER = /^[+-]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const NOT_FINITE: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
  "-inf": Number.NEGATIVE_INFINITY,
  "-infinity": Number.NEGATIVE_INFINITY,
};

/** Parsed rows, and where the text that they came from ends. */
interface Parsed {
  readonly data: readonly (readonly string[])[];
  readonly errors: readonly { readonly row?: number; readonly code: string }[];
  readonly meta: { readonly cursor: number };
}

/**
 * Reads delimited text: its first line that is not blank is the header, and every line has as many cells. The delimiter is
 * that which the header has most of, unless given.
 */
export async function readDelimited(
  pieces: AsyncIterable<string>,
  given: string | undefined,
  limits: Limits,
): Promise<TableContent> {
  const builder = tableBuilder(limits);
  let header: readonly string[] | undefined;
  let delimiter = given;
  let rest = "";
  let line = 1;

  function parse(isEnd: boolean): void {
    if (header === undefined) {
      const blank = /^\uFEFF?(?:[ \t]*\n)*/.exec(rest)?.[0] ?? "";
      line += linesIn(blank);
      rest = rest.slice(blank.length);
      if (!isEnd && !rest.includes("\n")) {
        checkLine();
        return;
      }
      delimiter ??= delimiterOf(rest.slice(0, rest.includes("\n") ? rest.indexOf("\n") : undefined));
    }
    const parser = new papaparse.Parser({ delimiter: delimiter ?? ",", newline: "\n", quoteChar: '"' });
    const { data, errors, meta }: Parsed = parser.parse(rest, 0, !isEnd);
    const [first] = errors;
    for (const [i, cells] of data.entries()) {
      if (first !== undefined && i === (first.row ?? data.length - 1)) throw new ReadFault({ kind: "quote", line });
      add(cells);
      line += 1 + cells.reduce((sum, cell) => sum + linesIn(cell), 0);
    }
    if (first !== undefined) throw new ReadFault({ kind: "quote", line });
    rest = rest.slice(meta.cursor);
    checkLine();
  }

  function checkLine(): void {
    if (rest.length > limits.line) throw new ReadFault({ kind: "line", line, limit: limits.line });
  }

  function add(cells: readonly string[]): void {
    if (cells.length === 1 && cells[0]!.trim() === "") return;
    if (header === undefined) {
      header = headerOf(cells);
      if (header.length > limits.columns) throw new ReadFault({ kind: "columns", limit: limits.columns });
      return;
    }
    const { length } = header;
    if (cells.length < length || cells.slice(length).some((cell) => cell !== "")) {
      throw new ReadFault({ kind: "ragged", line, expected: length, found: cells.length });
    }
    for (let i = 0; i < length; i++) builder.set(header[i]!, cells[i]);
    builder.endRow();
  }

  for await (const piece of unixLines(pieces)) {
    rest += piece;
    parse(false);
  }
  parse(true);
  if (header === undefined) throw new ReadFault({ kind: "empty" });
  const content = builder.finish(typed);
  if (content.rows === 0) throw new ReadFault({ kind: "no-rows" });
  return content;
}

/** Names of columns; one without a name goes by its place. */
function headerOf(cells: readonly string[]): string[] {
  return distinctNames(cells.map((cell, i) => (cell.trim() === "" ? `column${i}` : cell.trim())));
}

/** The delimiter that a line has most of outside quotes. */
function delimiterOf(header: string): string {
  const bare = header.replaceAll(/"[^"]*"/g, "");
  const counts = DELIMITERS.map((delimiter) => bare.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))]!;
}

/** Numbers, where every cell that is not empty is one; else the text as it stands. */
function typed(cells: readonly unknown[]): ArrayLike<unknown> {
  const numbers: (number | null)[] = [];
  let hasEmpty = false;
  for (const cell of cells) {
    const text = String(cell ?? "").trim();
    const value = text === "" ? null : NUMBER.test(text) ? Number(text) : NOT_FINITE[text.toLowerCase()];
    // Beyond 2^53 a number of digits is a name as well, and would not come back as it was.
    if (value === undefined || (/^[+-]?\d+$/.test(text) && !Number.isSafeInteger(value))) return cells;
    hasEmpty ||= value === null;
    numbers.push(value);
  }
  return hasEmpty ? numbers : Float64Array.from(numbers as number[]);
}

function linesIn(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}

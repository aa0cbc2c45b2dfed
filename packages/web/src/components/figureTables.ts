/** What a cell of a figure's data may hold. */
export type Cell = string | number | boolean;

/** Rows of one kind among a figure's data. */
export interface FigureTable {
  /** Where they stand in the data: "profiles.points". */
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (Cell | undefined)[])[];
}

type Row = Record<string, Cell>;

/** What a row within a row takes over from it, to tell whose it is. */
const INHERITED = ["id", "name", "label", "budget", "parameters"] as const;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isCell = (value: unknown): value is Cell => ["string", "number", "boolean"].includes(typeof value);

/** The data of any figure as tables: every list of objects is one; single values together are one more, "values". */
export function figureTables(data: unknown): FigureTable[] {
  const tables = new Map<string, Row[]>();
  const single: Row = {};
  if (isObject(data)) walk(data, "", single, {});
  const found = [...tables].map(([name, rows]) => tableOf(name, rows));
  return Object.keys(single).length > 0 ? [tableOf("values", [single]), ...found] : found;

  function walk(object: Readonly<Record<string, unknown>>, path: string, row: Row, inherited: Row, prefix = ""): void {
    for (const [key, value] of Object.entries(object)) {
      const name = `${prefix}${key}`;
      if (isCell(value)) row[name] = value;
      else if (isObject(value)) walk(value, path === "" ? key : `${path}.${key}`, row, inherited, `${name}.`);
      else if (Array.isArray(value)) list(value, path === "" ? key : `${path}.${key}`, name, row, inherited);
    }
  }

  function list(values: readonly unknown[], path: string, name: string, row: Row, inherited: Row): void {
    if (values.length === 2 && values.every((value) => typeof value === "number")) {
      row[`${name}.low`] = values[0] as number;
      row[`${name}.high`] = values[1] as number;
      return;
    }
    const rows = tables.get(path) ?? [];
    tables.set(path, rows);
    const own = { ...inherited };
    for (const key of INHERITED) if (row[key] !== undefined) own[key] = row[key];
    for (const value of values) {
      const made: Row = { ...own };
      if (isObject(value)) walk(value, path, made, own);
      else if (Array.isArray(value)) Object.assign(made, numbered(value));
      else if (isCell(value)) made.value = value;
      rows.push(made);
    }
  }
}

/** Values of a list without names, by their places. */
const numbered = (values: readonly unknown[]): Row =>
  Object.fromEntries(values.flatMap((cell, i) => (isCell(cell) ? [[String(i + 1), cell]] : [])));

function tableOf(name: string, rows: readonly Row[]): FigureTable {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return { name, columns, rows: rows.map((row) => columns.map((column) => row[column])) };
}

/** Tables as one CSV (RFC 4180): a row says of which table it is, and has the columns of all. */
export function tablesCsv(tables: readonly FigureTable[]): string {
  const columns = [...new Set(tables.flatMap((table) => table.columns))];
  const lines = tables.flatMap((table) =>
    table.rows.map((row) =>
      [table.name, ...columns.map((column) => row[table.columns.indexOf(column)])].map(cellText).join(","),
    ),
  );
  return `${[["table", ...columns].map(cellText).join(","), ...lines].join("\r\n")}\r\n`;
}

/** A name that a spreadsheet would run as a formula gets an apostrophe before it. */
function cellText(value: Cell | undefined): string {
  if (value === undefined) return "";
  if (typeof value !== "string") return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export type Cell = string | number | null | undefined;

/** A table on its way into files: rows come one by one, so that any number of them fits in memory. */
export interface Table {
  /** Name of its files. */
  readonly name: string;
  readonly columns: readonly Column[];
  readonly rows: () => Iterable<readonly Cell[]> | AsyncIterable<readonly Cell[]>;
}

export interface Column {
  readonly name: string;
  readonly type: "text" | "number";
}

export const text = (name: string): Column => ({ name, type: "text" });
export const number = (name: string): Column => ({ name, type: "number" });

/** Columns with the cell that each has of a record; those that are empty in every row are left out. */
export function describedTable<Row>(
  name: string,
  rows: readonly Row[],
  columns: readonly (readonly [Column, (row: Row) => Cell])[],
): Table {
  const used = columns.filter(([, cell]) => rows.some((row) => cell(row) !== undefined));
  return {
    name,
    columns: used.map(([column]) => column),
    rows: function* () {
      for (const row of rows) yield used.map(([, cell]) => cell(row));
    },
  };
}

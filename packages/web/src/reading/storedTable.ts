import { ReadFault } from "./fault.js";
import type { Limits } from "./limits.js";

export interface StoredColumn {
  readonly name: string;
  readonly cells: ArrayLike<unknown>;
}

/** What the reader should know of how a file was read. */
export type ReadNotice = "latin-1" | "utf-16";

/** One file as columns. */
export interface StoredTable {
  readonly name: string;
  readonly columns: readonly StoredColumn[];
  readonly rows: number;
  readonly notices: readonly ReadNotice[];
}

/** The rows of a file, column by column. */
export type TableContent = Pick<StoredTable, "columns" | "rows">;

/** Columns that grow row by row, and not beyond the limits. */
export interface TableBuilder {
  /** The column of that key; a key that is new begins with empty cells. */
  readonly set: (key: string, cell: unknown) => void;
  /** Ends a row: keys not set in it are empty there. */
  readonly endRow: () => void;
  readonly finish: (shape?: (cells: unknown[]) => ArrayLike<unknown>) => TableContent;
}

export function tableBuilder(limits: Limits): TableBuilder {
  const columns = new Map<string, unknown[]>();
  let rows = 0;
  let cells = 0;
  return {
    set(key, cell) {
      let column = columns.get(key);
      if (column === undefined) {
        if (columns.size >= limits.columns) throw new ReadFault({ kind: "columns", limit: limits.columns });
        column = [];
        columns.set(key, column);
      }
      cells += rows + 1 - column.length;
      if (cells > limits.cells) throw new ReadFault({ kind: "cells", limit: limits.cells });
      while (column.length < rows) column.push(undefined);
      column[rows] = cell;
    },
    endRow() {
      if (rows >= limits.rows) throw new ReadFault({ kind: "rows", limit: limits.rows });
      rows += 1;
    },
    finish(shape = (column) => column) {
      const names = distinctNames([...columns.keys()]);
      return {
        rows,
        columns: [...columns.values()].map((column, i) => ({ name: names[i]!, cells: shape(column) })),
      };
    },
  };
}

/** Names that differ in case alone are one to the CLI's reader, which calls the second one N_1. */
export function distinctNames(names: readonly string[]): string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let distinct = name;
    for (let i = 1; taken.has(distinct.toLowerCase()); i++) distinct = `${name}_${i}`;
    taken.add(distinct.toLowerCase());
    return distinct;
  });
}

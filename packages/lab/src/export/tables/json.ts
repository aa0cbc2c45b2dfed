import type { Cell, Column } from "./table.js";

/** A row as an object. Numbers that JSON has no word for become Python's words, as in an imported folder. */
export function jsonRow(columns: readonly Column[], cells: readonly Cell[]): string {
  const parts = columns.map(({ name }, i) => {
    const cell = cells[i] ?? null;
    const value = typeof cell === "number" && !Number.isFinite(cell) ? String(cell) : cell;
    return `${JSON.stringify(name)}:${JSON.stringify(value)}`;
  });
  return `{${parts.join(",")}}`;
}

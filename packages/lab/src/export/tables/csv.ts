import { inertText } from "./spreadsheetText.js";
import type { Cell } from "./table.js";

/**
 * A line of CSV as RFC 4180 has it, but for its line end, which is LF as everywhere here. Numbers are written with the fewest
 * digits that give the same double again; texts are quoted, so that an empty one is told from none.
 */
export const csvLine = (cells: readonly Cell[]): string => `${cells.map(csvCell).join(",")}\n`;

function csvCell(cell: Cell): string {
  if (cell === undefined || cell === null) return "";
  // Long rows of digits would be read as integers beyond 64 bits.
  if (typeof cell === "number") return Math.abs(cell) >= 1e15 ? cell.toExponential() : String(cell);
  return `"${inertText(cell).replaceAll('"', '""')}"`;
}

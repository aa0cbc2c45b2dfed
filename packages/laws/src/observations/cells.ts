import { parseCount, parseFlops } from "../units/quantity.js";
import type { ColumnUse, Field } from "./fields.js";

/** Commas that can be nothing but signs of thousands: 1,234,567 or 1,234.5. A lone one may be a decimal comma. */
const GROUPED = /^[+-]?\d{1,3}(,\d{3}){2,}$|^[+-]?\d{1,3}(,\d{3})+\.\d*$/;
/** Fields whose cells may be written 70M. */
const COUNTS: readonly Field[] = ["parameters", "nonEmbedding", "embedding", "tokens", "uniqueTokens"];
/** A count as the field writes it; here a small m can only be a million. */
const COUNT = /^(\d[\d.]*(?:[eE][+-]?\d+)?\s*)([kmbtKMGBT])$/;

/** Whether there is nothing in a cell. */
export function isEmpty(cell: unknown): boolean {
  return cell === undefined || cell === null || (typeof cell === "string" && cell.trim() === "");
}

/** Whether a cell says that a loss was not a finite number, rather than that there is none. */
export function isDivergence(cell: unknown): boolean {
  return typeof cell === "number" ? !Number.isFinite(cell) : /^[+-]?(nan|inf|infinity)$/i.test(String(cell).trim());
}

/**
 * The number in a cell: numbers, bigints, and text that holds one. NaN for anything else, and for a lone comma: 3,214
 * nats must not pass for 3214.
 */
export function readNumber(cell: unknown): number {
  if (typeof cell === "number") return cell;
  if (typeof cell === "bigint") return Number(cell);
  if (typeof cell !== "string" || cell.trim() === "") return Number.NaN;
  const text = cell.trim();
  if (GROUPED.test(text)) return Number(text.replaceAll(",", ""));
  return Number(/^[+-]?\d+(_\d+)+$/.test(text) ? text.replaceAll("_", "") : text);
}

/**
 * The value of a cell in the field's unit, undefined where it is empty. Counts may be written 70M or 1.4T: their own unit
 * then stands, and that of the column does not come on top of it.
 */
export function readCell(cell: unknown, field: Field, use: ColumnUse): number | undefined {
  if (isEmpty(cell)) return undefined;
  const value = readNumber(cell);
  if (Number.isNaN(value) && typeof cell === "string") return readQuantity(cell.trim(), field);
  return use.scale * (use.log ? Math.log(value) : value);
}

function readQuantity(text: string, field: Field): number {
  if (text.includes(",")) return Number.NaN;
  try {
    const counted = COUNT.exec(text);
    if (counted && COUNTS.includes(field)) {
      return parseCount(counted[1]! + (counted[2] === "k" ? "k" : counted[2]!.toUpperCase()));
    }
    return field === "flops" || field === "budget" ? parseFlops(text) : Number.NaN;
  } catch {
    return Number.NaN;
  }
}

/** A cell in one line and of bounded length; a comma that may be decimal is pointed at. */
export function shownCell(cell: unknown): string {
  const text = String(cell).replaceAll(/\s+/g, " ");
  const shown = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return /^[+-]?\d+,\d+$/.test(text.trim())
    ? `${shown}: decimal comma or thousands? write a point, or no comma`
    : shown;
}

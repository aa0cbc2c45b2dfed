import { IsoflopError, type RowFault } from "../error.js";

const NUMBERS = ["parameters", "tokens", "flops", "loss"] as const;

/**
 * Every row that no fit can use, with all its reasons; rows are counted from 1. Takes whatever plain JavaScript or a
 * parsed file may hold: the types promise nothing there.
 * @throws IsoflopError "bad-record" when the runs are no array at all
 */
export function rowFaults(records: unknown): RowFault[] {
  if (!Array.isArray(records)) {
    throw new IsoflopError({
      code: "bad-record",
      message: `The runs must be an array of objects, not ${show(records)}.`,
      hint: "Give [{ parameters, tokens, flops, loss }, …], one object a run.",
    });
  }
  // Array.from visits holes too, which forEach would pass over.
  return Array.from(records as ArrayLike<unknown>, (record, i) => ({ row: i + 1, reason: reasons(record) })).filter(
    ({ reason }) => reason !== "",
  );
}

function reasons(record: unknown): string {
  if (typeof record !== "object" || record === null) return `is ${show(record)}, not an object`;
  const run = record as Readonly<Record<string, unknown>>;
  const given = ["budget", "uniqueTokens"].filter((field) => run[field] !== undefined);
  return [...NUMBERS, ...given]
    .filter((field) => !isPositive(run[field]))
    .map((field) => (run[field] === undefined ? `${field} is missing` : `${field} = ${show(run[field])}`))
    .concat(curveReasons(run.curve))
    .join("; ");
}

/** A curve's points may hold losses that diverged (they are passed over), but they must be points. */
function curveReasons(curve: unknown): string[] {
  if (curve === undefined) return [];
  if (!Array.isArray(curve)) return [`curve is ${show(curve)}, not an array of points`];
  const at = curve.findIndex((point) => typeof point !== "object" || point === null);
  return at < 0 ? [] : [`point ${at + 1} of its curve is ${show(curve[at])}, not an object`];
}

export function isPositive(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value > 0;
}

/** A value as an error message shows it: short, and text in quotes, so that "3.1" is not taken for 3.1. */
export function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object" && value !== null) return "an object";
  return typeof value === "function" ? "a function" : typeof value === "bigint" ? `${value}n` : String(value);
}

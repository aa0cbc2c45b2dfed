import { IsoflopError, type RowFault } from "../error.js";
import { show } from "../fit/rowFaults.js";
import { FIELDS, type Field } from "../observations/fields.js";
import {
  type ObservationOptions,
  type ObservationSet,
  toObservations as recordsOf,
} from "../observations/toObservations.js";
import { attempt, type Outcome } from "../outcome.js";

/**
 * Runs from the rows of a table, as a CSV parser, a JSON file or a logger's export gives them: ready for every fit. The
 * columns are found by the names in use (docs/reading-runs.md lists them); of N, D and C any two do, and the third is
 * derived by C = 6ND; text such as "70M" is a number; duplicate and impossible rows are dropped, with their number and
 * the reason. The rows of training curves (a run's name repeated, with one N and ever more tokens or steps) become one
 * run each: its last loss, and its curve for fitEnvelope.
 *
 * @param rows objects with a key for each column; N in parameters, D in tokens, C in FLOPs, the loss in nats per token
 * @returns the runs, what was dropped, which columns were taken and what else a reader should know. Errors:
 * "bad-table", "bad-option", "columns-missing", "columns-unknown", "columns-syntax", "too-many-rows"; "no-observations", with
 * every row
 *
 * @example
 * const table = toObservations([{ params: "70M", tokens: 1.4e9, val_loss: 3.2 }]);
 * if (!isIsoflopError(table)) fitParametric(table.records, { convention: table.convention });
 */
export function toObservations(
  rows: readonly Readonly<Record<string, unknown>>[],
  options: ObservationOptions = {},
): Outcome<ObservationSet> {
  return attempt(() => {
    checkRows(rows);
    checkOptions(options);
    return recordsOf(rows, options);
  });
}

function checkRows(rows: unknown): void {
  const given: readonly unknown[] | undefined = Array.isArray(rows) ? rows : undefined;
  const faults = Array.from(given ?? [], (row, i): RowFault | undefined =>
    typeof row === "object" && row !== null && !Array.isArray(row)
      ? undefined
      : { row: i + 1, reason: `is ${show(row)}, not an object` },
  ).filter((fault) => fault !== undefined);
  const [first] = faults;
  if (given !== undefined && first === undefined) return;
  throw new IsoflopError({
    code: "bad-table",
    message:
      first === undefined
        ? `A table must be an array of objects, not ${show(rows)}.`
        : `${faults.length} of ${given?.length} rows are no objects; the first: row ${first.row} ${first.reason}.`,
    hint: "Give one object a row, with a key for each column: [{ params: 1e8, tokens: 2e9, val_loss: 3.2 }, …].",
    rows: faults,
  });
}

function checkOptions(options: unknown): void {
  const { columns } = (typeof options === "object" && options !== null ? options : { columns: options }) as {
    readonly columns?: unknown;
  };
  const isMap =
    typeof columns === "object" &&
    columns !== null &&
    Object.entries(columns).every(([field, name]) => FIELDS.includes(field as Field) && isName(name));
  if (columns === undefined || isName(columns) || isMap) return;
  throw new IsoflopError({
    code: "bad-option",
    message: `columns = ${show(columns)} is not possible.`,
    hint: `Give names of columns: { columns: { parameters: "weights" } } or { columns: "N=weights" }. Known: ${FIELDS.join(", ")}.`,
  });
}

const isName = (value: unknown): boolean => typeof value === "string" && value !== "";

import { IsoflopError } from "../error.js";
import type { CountingConvention, RunRecord } from "../record.js";
import type { Dropped } from "./collect.js";
import { parseColumns } from "./columns.js";
import type { ColumnMap, ColumnUse } from "./fields.js";
import { observationsOfTables, type Table } from "./tables.js";

/** How a table is to be taken, where its columns' names do not say it. */
export interface ObservationOptions {
  /** Which column holds what, where its name does not say: { parameters: "weights" } or "N=weights,D=seen". */
  readonly columns?: ColumnMap | string;
  /** Every row of a table of training curves is an observation of its run, instead of the last one. */
  readonly checkpoints?: boolean;
  /** What messages call the table; default "the table". */
  readonly source?: string;
}

/** What a table of runs comes to. */
export interface ObservationSet {
  readonly records: readonly RunRecord[];
  /** Rows counted from 1 that no fit may see, and why. */
  readonly dropped: readonly Dropped<number>[];
  readonly convention: CountingConvention;
  /** How a missing one of N, D, C was made from the others. */
  readonly derived?: string;
  /** Unit of the losses where it is not nats per token. */
  readonly lossUnit?: NonNullable<ColumnUse["unit"]>;
  /** Which columns were taken: "N = params, D = tokens, loss = val_loss". */
  readonly columns: string;
  /** What was decided, and what looks doubtful: for the reader. */
  readonly notices: readonly string[];
}

/**
 * Records of a table's rows, as every fit takes them: the columns are found by the names in use (see ALIASES), the third
 * of N, D and C is derived by C = 6ND, duplicates and impossible rows are dropped with their reason, and the rows of
 * training curves become one record a run with its curve.
 * @throws IsoflopError "columns-missing", "columns-unknown", "columns-syntax", "too-many-rows"; "no-observations" with the faulty rows
 */
export function toObservations(
  rows: readonly Readonly<Record<string, unknown>>[],
  options: ObservationOptions = {},
): ObservationSet {
  const source = options.source ?? "the table";
  const chosen = typeof options.columns === "string" ? parseColumns(options.columns) : (options.columns ?? {});
  if (rows.length === 0) throw noObservations(source, []);
  const table: Table = {
    source,
    columns: [...new Set(rows.flatMap((row) => Object.keys(row)))],
    rows: rows.map((_, i) => i + 1),
    cell: (row, column) => rows[row - 1]?.[column],
  };
  const { columns, ...found } = observationsOfTables(
    [table],
    (_, row) => row,
    () => chosen,
    options.checkpoints ?? false,
  );
  if (found.records.length === 0) throw noObservations(source, found.dropped);
  return { ...found, columns: columns.join("; ") };
}

function noObservations(source: string, dropped: readonly Dropped<number>[]): IsoflopError {
  const [first] = dropped;
  return new IsoflopError({
    code: "no-observations",
    message: `${source} gives nothing to fit: ${
      first === undefined
        ? "it has no rows"
        : `all ${dropped.length} rows are unusable (row ${first.row}: ${first.reason})`
    }.`,
    hint: "Check which column holds what (N=…, D=…, loss=…).",
    rows: dropped,
  });
}

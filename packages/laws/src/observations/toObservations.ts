import { IsoflopError } from "../error.js";
import type { CountingConvention, RunRecord } from "../record.js";
import { isEmpty } from "./cells.js";
import { collector, type Dropped } from "./collect.js";
import { type ColumnPlan, mapColumns, namesKind, parseColumns } from "./columns.js";
import type { Cells, ColumnMap, Field } from "./fields.js";
import { curvesOf, rowsByRun, spanOf } from "./groupRuns.js";
import {
  asCheckpoint,
  checkpointNotices,
  curveNotices,
  judgeCurves,
  type Progress,
  sharedNameNotice,
  toRunRecord,
} from "./runs.js";
import { toRecord } from "./toRecord.js";

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
  /** Which columns were taken: "N = params, D = tokens, loss = val_loss". */
  readonly columns: string;
  /** What was decided, and what looks doubtful: for the reader. */
  readonly notices: readonly string[];
}

/**
 * Records of a table's rows, as every fit takes them: the columns are found by the names in use (see ALIASES), the third
 * of N, D and C is derived by C = 6ND, duplicates and impossible rows are dropped with their reason, and the rows of
 * training curves become one record a run with its curve.
 * @throws IsoflopError "columns-missing", "columns-unknown", "columns-syntax"; "no-observations" with the faulty rows
 */
export function toObservations(
  rows: readonly Readonly<Record<string, unknown>>[],
  options: ObservationOptions = {},
): ObservationSet {
  const source = options.source ?? "the table";
  const chosen = typeof options.columns === "string" ? parseColumns(options.columns) : (options.columns ?? {});
  if (rows.length === 0) throw noObservations(source, []);
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const plan = mapColumns(names, chosen, source, (column) => holdsWords(rows.slice(0, 100).map((row) => row[column])));
  const { uses } = plan;
  const table = rows.map((row, i) => ({ row: i + 1, cells: cellsOf(row, plan) }));
  const named = uses.id !== undefined;
  const spans = named
    ? [...rowsByRun(table).values()].map((group) => spanOf(group, uses)).filter((span) => span !== undefined)
    : [];
  const verdict = judgeCurves(spans);
  const notices = [...plan.notices];
  const collected = collector<number>();
  if ("progress" in verdict && !(namesKind(uses, chosen) && uses.step === undefined)) {
    if (options.checkpoints) notices.push(...addCheckpoints());
    else notices.push(...addRuns(verdict.progress));
  } else {
    for (const { row, cells } of table) collected.add(row, toRecord(cells, uses, String(row)), named);
    notices.push(...sharedNameNotice(source, uses, verdict));
  }
  const { records, dropped, convention, derived, doubts } = collected.finish([uses]);
  if (records.length === 0) throw noObservations(source, dropped);
  return {
    records,
    dropped,
    convention,
    ...(derived === undefined ? {} : { derived }),
    columns: plan.columns,
    notices: [...notices, ...doubts],
  };

  function addRuns(along: Progress): string[] {
    const { runs, counts } = curvesOf(table, uses, along);
    for (const { row, run } of runs) collected.add(row, toRunRecord(run, uses), true);
    return curveNotices(source, uses, along, counts);
  }

  function addCheckpoints(): string[] {
    const withLoss = table.filter(({ cells }) => !isEmpty(cells.loss) && !/^nan$/i.test(String(cells.loss).trim()));
    for (const { row, cells } of withLoss) collected.add(row, asCheckpoint(cells, row, uses), true);
    return checkpointNotices(source, uses, table.length, table.length - withLoss.length);
  }
}

/** The cells of use of one row. */
export function cellsOf(row: Readonly<Record<string, unknown>>, { uses }: ColumnPlan): Cells {
  const cells: Partial<Record<Field, unknown>> = {};
  for (const [field, use] of Object.entries(uses)) cells[field as Field] = row[use.column];
  return cells;
}

/** Whether the cells are words, and no quantities. */
export function holdsWords(cells: readonly unknown[]): boolean {
  const texts = cells.filter((cell): cell is string => typeof cell === "string" && cell.trim() !== "");
  return texts.length > 0 && texts.every((text) => /^[^\d.+-]/.test(text.trim()));
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

import { isDivergence, isEmpty, readCell } from "./cells.js";
import { type ProgressPoint, pointsPerCurve, thinCurve } from "./curve.js";
import type { Cells, ColumnUses, Field } from "./fields.js";
import { type CurveCounts, PROGRESS, type Progress, type RunRows, type RunSpan, SIZE_TOLERANCE } from "./runs.js";

/** A row of a table that may hold training curves. */
export interface CurveRow {
  /** Counted from 1. */
  readonly row: number;
  readonly cells: Cells;
}

/** Rows by their run's name and seed; those without a name are left out. */
export function rowsByRun(rows: readonly CurveRow[]): Map<string, CurveRow[]> {
  const runs = new Map<string, CurveRow[]>();
  for (const row of rows) {
    if (isEmpty(row.cells.id)) continue;
    const key = JSON.stringify([String(row.cells.id), isEmpty(row.cells.seed) ? "" : String(row.cells.seed)]);
    const rowsOfRun = runs.get(key);
    if (rowsOfRun === undefined) runs.set(key, [row]);
    else rowsOfRun.push(row);
  }
  return runs;
}

/** What a run's rows look like; undefined for a single row, and where there is no loss. */
export function spanOf(rows: readonly CurveRow[], uses: ColumnUses): RunSpan | undefined {
  const read = reader(uses);
  const withLoss = rows.filter(({ cells }) => isUsable(read(cells, "loss")));
  if (rows.length < 2 || withLoss.length === 0) return undefined;
  const advances = Object.fromEntries(
    PROGRESS.map((field) => {
      const values = rows.map(({ cells }) => read(cells, field)).filter(isPlace);
      const beside = withLoss.filter(({ cells }) => isPlace(read(cells, field))).length;
      const distinct = new Set(values).size;
      return [field, distinct >= 2 && distinct >= 0.9 * values.length && beside >= 0.9 * withLoss.length];
    }),
  ) as Record<Progress, boolean>;
  const tolerance = uses.parameters === undefined ? SIZE_TOLERANCE.derived : SIZE_TOLERANCE.given;
  return { advances, constantSize: sizeRatio(rows, uses) <= tolerance };
}

/** The runs of a table of curves, in the order of their first rows. */
export function curvesOf(
  rows: readonly CurveRow[],
  uses: ColumnUses,
  along: Progress,
): { readonly runs: readonly { readonly row: number; readonly run: RunRows }[]; readonly counts: CurveCounts } {
  const read = reader(uses);
  const groups = [...rowsByRun(rows).values()];
  const points = pointsPerCurve(groups.length);
  let withoutLoss = 0;
  const runs = groups.map((group) => {
    const ordered = group
      .map((row) => ({ ...row, at: read(row.cells, along), loss: read(row.cells, "loss") }))
      .filter((row): row is typeof row & { at: number } => isPlace(row.at))
      .sort((a, b) => a.at - b.at || a.row - b.row);
    const usable = ordered.filter(({ at, loss }) => at > 0 && isUsable(loss));
    withoutLoss += group.length - usable.length;
    const last = usable.at(-1);
    const ends = ordered.filter(({ cells }) => isDivergence(cells.loss));
    const curve = ordered.flatMap(({ cells, at }): ProgressPoint[] => {
      const loss = read(cells, uses.trainLoss === undefined ? "loss" : "trainLoss");
      return at > 0 && isUsable(loss) ? [{ progress: at, loss }] : [];
    });
    const run: RunRows = {
      name: String(group[0]!.cells.id),
      rows: group.length,
      last: last && { ...carried(ordered.filter(({ at }) => at <= last.at)), ...filled(last.cells) },
      progress: last?.at ?? Number.NaN,
      sizeRatio: sizeRatio(group, uses),
      diverged: last !== undefined && ends.length > 0 && ends.every(({ at }) => at > last.at),
      curve: group.length > 1 && points > 0 ? thinCurve(curve, points) : [],
    };
    return { row: (last ?? group[0]!).row, run };
  });
  const named = groups.reduce((sum, group) => sum + group.length, 0);
  return {
    runs,
    counts: { rows: rows.length, runs: groups.length, withoutLoss, withoutRun: rows.length - named, points },
  };
}

function reader(uses: ColumnUses) {
  return (cells: Cells, field: Field): number | undefined => {
    const use = uses[field];
    return use && readCell(cells[field], field, use);
  };
}

/** Largest N over least; where N is not given, of C/6D. */
function sizeRatio(rows: readonly CurveRow[], uses: ColumnUses): number {
  const read = reader(uses);
  const sizes = rows
    .map(({ cells }) =>
      uses.parameters === undefined
        ? (read(cells, "flops") ?? 0) / (6 * (read(cells, "tokens") ?? 0))
        : read(cells, "parameters"),
    )
    .filter(isUsable);
  return (
    sizes.reduce((high, size) => Math.max(high, size), 0) / sizes.reduce((low, size) => Math.min(low, size), 1e308) || 1
  );
}

/** The last known N, D and C of rows in order. */
function carried(rows: readonly CurveRow[]): Cells {
  const known: Partial<Record<Field, unknown>> = {};
  for (const { cells } of rows) {
    for (const field of ["parameters", "tokens", "flops"] as const) {
      if (!isEmpty(cells[field])) known[field] = cells[field];
    }
  }
  return known;
}

function filled(cells: Cells): Cells {
  return Object.fromEntries(Object.entries(cells).filter(([, cell]) => !isEmpty(cell)));
}

const isPlace = (value: number | undefined): value is number =>
  value !== undefined && value >= 0 && Number.isFinite(value);
const isUsable = (value: number | undefined): value is number =>
  value !== undefined && value > 0 && Number.isFinite(value);

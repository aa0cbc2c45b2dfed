import type { TrackedPoints } from "../../import/source.js";
import type { ExportRun } from "../input.js";

/** All that was logged at one step. */
export interface Row {
  readonly step: number;
  /** The latest time of its values, seconds since 1970. */
  readonly time?: number;
  readonly values: ReadonlyMap<string, number>;
}

/**
 * A run's points as rows with ascending steps, each step once, for trackers that have no others. A run that was logged row by row is
 * streamed; of one that is kept series by series, or that went back in its steps, the points are held in memory, and later ones take
 * the place of those that a series has from the same step on.
 */
export async function* rowsOf(run: Pick<ExportRun, "points">): AsyncGenerator<Row, void, undefined> {
  if (await isAscending(run.points())) yield* streamedRows(run.points());
  else yield* mergedRows(run.points());
}

async function isAscending(points: TrackedPoints): Promise<boolean> {
  let last = Number.NEGATIVE_INFINITY;
  for await (const { step } of points) {
    if (step < last) return false;
    last = step;
  }
  return true;
}

async function* streamedRows(points: TrackedPoints): AsyncGenerator<Row, void, undefined> {
  let row: { step: number; time?: number; values: Map<string, number> } | undefined;
  for await (const { key, step, value, time } of points) {
    if (row?.step !== step) {
      if (row !== undefined) yield row;
      row = { step, values: new Map() };
    }
    row.values.set(key, value);
    if (time !== undefined) row.time = Math.max(time, row.time ?? time);
  }
  if (row !== undefined) yield row;
}

interface Column {
  readonly steps: number[];
  readonly values: number[];
  readonly times: (number | undefined)[];
  at: number;
}

async function* mergedRows(points: TrackedPoints): AsyncGenerator<Row, void, undefined> {
  const columns = new Map<string, Column>();
  for await (const { key, step, value, time } of points) {
    const column = columns.get(key) ?? { steps: [], values: [], times: [], at: 0 };
    columns.set(key, column);
    const { steps, values, times } = column;
    let kept = steps.length;
    while (kept > 0 && steps[kept - 1]! >= step) kept--;
    for (const list of [steps, values, times]) list.length = kept;
    steps.push(step);
    values.push(value);
    times.push(time);
  }
  for (;;) {
    const steps = [...columns.values()].flatMap(({ steps, at }) => steps[at] ?? []);
    if (steps.length === 0) return;
    const step = Math.min(...steps);
    const values = new Map<string, number>();
    let latest: number | undefined;
    for (const [key, column] of columns) {
      if (column.steps[column.at] !== step) continue;
      values.set(key, column.values[column.at]!);
      const time = column.times[column.at];
      if (time !== undefined) latest = Math.max(time, latest ?? time);
      column.at++;
    }
    yield { step, ...(latest === undefined ? {} : { time: latest }), values };
  }
}

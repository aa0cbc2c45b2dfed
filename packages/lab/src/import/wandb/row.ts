import type { TrackedPoint } from "../source.js";
import { isMapping, scalarOf } from "./json.js";

/** Whether W&B's client adds a key of its own accord: _step, _timestamp, _runtime, _wandb. */
export const isInternal = (key: string): boolean => key.startsWith("_");

/**
 * The scalars of one row of a run's history. Nested values have dots in their names, as on W&B's pages; media and
 * histograms (objects with a `_type`), words and switches are no series.
 */
export function* pointsOfRow(row: Readonly<Record<string, unknown>>, step: number): Generator<TrackedPoint> {
  const time = scalarOf(row._timestamp);
  for (const [key, value] of scalarsOf(row, "")) {
    yield time === undefined ? { key, step, value } : { key, step, value, time };
  }
}

function* scalarsOf(row: Readonly<Record<string, unknown>>, prefix: string): Generator<[string, number]> {
  for (const [key, value] of Object.entries(row)) {
    if (prefix === "" && isInternal(key)) continue;
    const scalar = scalarOf(value);
    if (scalar !== undefined) yield [prefix + key, scalar];
    else if (isMapping(value) && !("_type" in value)) yield* scalarsOf(value, `${prefix}${key}.`);
  }
}

/** What W&B adds to config and summary itself is no setting of the run. */
export function withoutInternal(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => !isInternal(key)));
}

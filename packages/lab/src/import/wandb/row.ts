import type { TrackedPoint } from "../source.js";
import { isMapping, scalarOf } from "./json.js";

/** Whether W&B's client adds a key of its own accord: _step, _timestamp, _runtime, _wandb. */
export const isInternal = (key: string): boolean => key.startsWith("_");

/**
 * The scalars of one row of a run's history. Nested values have dots in their names, as on W&B's pages; media and
 * histograms (objects with a `_type`), words and switches are no series.
 */
export function pointsOfRow(row: Readonly<Record<string, unknown>>, step: number): Generator<TrackedPoint> {
  return pointsOfValues(new Map(Object.entries(row)), step);
}

/** The same of values by their names. */
export function* pointsOfValues(row: ReadonlyMap<string, unknown>, step: number): Generator<TrackedPoint> {
  const time = scalarOf(row.get("_timestamp"));
  const pointOf = (key: string, value: number): TrackedPoint =>
    time === undefined ? { key, step, value } : { key, step, value, time };
  for (const [key, value] of row) {
    if (isInternal(key)) continue;
    const scalar = scalarOf(value);
    if (scalar !== undefined) yield pointOf(key, scalar);
    else for (const [name, inner] of scalarsIn(value, `${key}.`)) yield pointOf(name, inner);
  }
}

function* scalarsIn(value: unknown, prefix: string): Generator<[string, number]> {
  if (!isMapping(value) || "_type" in value) return;
  for (const [key, inner] of Object.entries(value)) {
    const scalar = scalarOf(inner);
    if (scalar !== undefined) yield [prefix + key, scalar];
    else yield* scalarsIn(inner, `${prefix}${key}.`);
  }
}

/** What W&B adds to config and summary itself is no setting of the run. */
export function withoutInternal(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([key]) => !isInternal(key)));
}

import { firstMatch } from "../mapping/name.js";
import { grownAt, type Series } from "./series.js";

/** One way to a quantity. */
export interface Candidate {
  readonly value: number;
  readonly from: string;
}

export const positive = (candidate: Candidate | undefined): boolean =>
  candidate !== undefined && Number.isFinite(candidate.value) && candidate.value > 0;

/** The last step that any series has. */
export function lastStep(series: ReadonlyMap<string, Series>): number | undefined {
  let last: number | undefined;
  for (const { steps } of series.values()) {
    const end = steps.at(-1);
    if (end !== undefined && (last === undefined || end > last)) last = end;
  }
  return last;
}

/** A quantity that was logged as it grew (tokens, FLOPs), at a step, under the first of these names. */
export function loggedAt(
  names: readonly string[] | undefined,
  series: ReadonlyMap<string, Series>,
  at: number | undefined,
): Candidate | undefined {
  const name = firstMatch(names, [...series.keys()]);
  const logged = name === undefined ? undefined : series.get(name.key);
  const value = logged === undefined || at === undefined ? undefined : grownAt(logged, at);
  return value === undefined ? undefined : { value: value * name!.scale, from: `${name!.key} at step ${at}` };
}

/** What a run had by a step (undefined: its end) of a total that is known of the whole, by its share of the steps. */
export function shareOfSteps(step: number | undefined, end: number | undefined): number {
  return step === undefined || end === undefined || end === 0 ? 1 : step / end;
}

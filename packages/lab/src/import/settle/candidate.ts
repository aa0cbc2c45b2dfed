import type { Series } from "./series.js";

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

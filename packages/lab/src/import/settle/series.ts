import type { TrackedPoint } from "../source.js";

/** The values of one series, steps ascending. */
export interface Series {
  readonly steps: readonly number[];
  readonly values: readonly number[];
  /** How often its steps went back: the run was resumed from a checkpoint, and what it had from there on is superseded. */
  readonly restarts: number;
}

/** Points that one run's series of use may have together: some 300 MB. All points are kept on disk, whatever their number. */
export const MOST_POINTS = 20_000_000;

export interface SeriesKeeper {
  readonly add: (point: TrackedPoint) => void;
  readonly series: ReadonlyMap<string, Series>;
  readonly overflown: () => boolean;
}

/** Keeps the wanted series of one run in memory, in the order of their steps. */
export function seriesKeeper(wanted: (key: string) => boolean): SeriesKeeper {
  const kept = new Map<string, { steps: number[]; values: number[]; restarts: number }>();
  const judged = new Map<string, boolean>();
  let count = 0;
  return {
    series: kept,
    overflown: () => count > MOST_POINTS,
    add({ key, step, value }) {
      let isWanted = judged.get(key);
      if (isWanted === undefined) {
        isWanted = wanted(key);
        judged.set(key, isWanted);
      }
      if (!isWanted || ++count > MOST_POINTS) return;
      const series = kept.get(key) ?? { steps: [], values: [], restarts: 0 };
      kept.set(key, series);
      const { steps, values } = series;
      const end = steps.length;
      if (end > 0 && step <= steps[end - 1]!) {
        const from = firstAtLeast(steps, step);
        // The same step twice is a value that was corrected.
        if (from < end - 1 || steps[from]! > step) series.restarts++;
        steps.length = from;
        values.length = from;
      }
      steps.push(step);
      values.push(value);
    },
  };
}

/** Place of the first of ascending numbers that is at least `bound`. */
function firstAtLeast(ascending: readonly number[], bound: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle]! < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * A quantity that grows with the steps (tokens, FLOPs) at a step: as logged, between two logged steps in proportion, beyond
 * them along the last or first two. Undefined where there are no finite values.
 */
export function grownAt({ steps, values }: Series, step: number): number | undefined {
  if (steps.length === 0) return undefined;
  const after = firstAtLeast(steps, step);
  if (steps[after] === step) return values[after];
  if (steps.length === 1) return steps[0]! > 0 ? (values[0]! * step) / steps[0]! : undefined;
  const right = Math.min(Math.max(after, 1), steps.length - 1);
  const [s0, s1, v0, v1] = [steps[right - 1]!, steps[right]!, values[right - 1]!, values[right]!];
  return v0 + ((v1 - v0) * (step - s0)) / (s1 - s0);
}

/** Without what is no finite number; and whether it ends so. */
export function finite({ steps, values, restarts }: Series): { readonly series: Series; readonly endsOdd: boolean } {
  const endsOdd = values.length > 0 && !Number.isFinite(values.at(-1));
  if (values.every((value) => Number.isFinite(value))) return { series: { steps, values, restarts }, endsOdd };
  const places = values.flatMap((value, i) => (Number.isFinite(value) ? [i] : []));
  return {
    series: { steps: places.map((i) => steps[i]!), values: places.map((i) => values[i]!), restarts },
    endsOdd,
  };
}

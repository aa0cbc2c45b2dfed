/** Tick positions for logarithmic axes that span anything from a tenth of a decade to twenty of them. */

const mantissas: readonly (readonly number[])[] = [
  [1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9],
  [1, 2, 3, 4, 5, 6, 8],
  [1, 2, 5],
  [1, 3],
];

function linearTicks(low: number, high: number, most: number): number[] {
  const power = 10 ** Math.floor(Math.log10((high - low) / Math.max(1, most)));
  for (const factor of [1, 2, 2.5, 5, 10, 20, 50]) {
    const step = factor * power;
    const first = Math.ceil(low / step - 1e-9);
    const last = Math.floor(high / step + 1e-9);
    if (last - first + 1 <= most) {
      return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
    }
  }
  return [];
}

/**
 * At most `most` round values in [low, high], dense enough to read a log axis by: mantissas 1-2-5 and the like where the
 * range is short, whole or skipped decades where it is long, and equal steps where it is so short that it is nearly linear.
 * @param low positive, smaller than high
 */
export function logTicks(low: number, high: number, most: number): number[] {
  if (!(low > 0) || !(high > low)) return [];
  const first = Math.floor(Math.log10(low));
  const last = Math.ceil(Math.log10(high));
  if (high / low < 2) return linearTicks(low, high, most);
  const round = (set: readonly number[]): number[] =>
    Array.from({ length: last - first + 1 }, (_, index) =>
      set.map((mantissa) => Number(`${mantissa}e${first + index}`)),
    )
      .flat()
      .filter((value) => value >= low * (1 - 1e-9) && value <= high * (1 + 1e-9));
  for (const set of mantissas) {
    const ticks = round(set);
    if (ticks.length <= most && ticks.length >= Math.min(3, most)) return ticks;
  }
  for (let every = 1; ; every += 1) {
    const ticks = round([1]).filter((value) => Math.round(Math.log10(value)) % every === 0);
    if (ticks.length > most) continue;
    if (ticks.length >= 2) return ticks;
    // Little room, and one decade at the most: two of another mantissa, else the outer ones of 1-2-5; equal steps would crowd at the end.
    const pair = [2, 3, 5].map((mantissa) => round([mantissa])).find(({ length }) => length >= 2 && length <= most);
    const [outer = low, ...others] = round([1, 2, 5]);
    const end = others.at(-1);
    return pair ?? (end !== undefined && end / outer > 3 ? [outer, end] : linearTicks(low, high, most));
  }
}

/** At most `most` round, equally spaced values in [low, high]. */
export function evenTicks(low: number, high: number, most: number): number[] {
  return high > low ? linearTicks(low, high, most) : [];
}

/** Smallest interval around all finite positive values, widened by `share` of its length on the log scale at each end. */
export function logDomain(values: Iterable<number>, share = 0.05): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = 0;
  for (const value of values) {
    if (!(value > 0) || !Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (high === 0) return [1, 10];
  // One single value still gets an axis: a fifth of a decade on either side.
  const margin = high > low ? (high / low) ** share : 10 ** 0.2;
  return [low / margin, high * margin];
}

/** Smallest interval around all finite values, widened by `share` of its length at each end. */
export function evenDomain(values: Iterable<number>, share = 0.05): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (high < low) return [0, 1];
  const margin = high > low ? (high - low) * share : Math.max(Math.abs(high) * 0.05, 1e-6);
  return [low - margin, high + margin];
}

/** `count` values from low to high, equally spaced on the log scale, both ends included. */
export function logSpace(low: number, high: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => low * (high / low) ** (index / (count - 1)));
}

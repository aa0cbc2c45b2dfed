import type { Interval } from "../fit/result.js";
import { createRandom, type Random } from "../numerics/random.js";
import { median } from "../numerics/statistics.js";

/** A question whose true answer is known, because the law that the runs obey was planted. */
export interface CoverageCase<Quantity extends string = string> {
  /** What every quantity truly is. */
  readonly truth: Readonly<Record<Quantity, number>>;
  /**
   * One simulated study and its nominal 95 % intervals; a quantity may be left out where the procedure gives no
   * interval. May throw IsoflopError where the procedure refuses the study.
   */
  intervals(random: Random): Readonly<Partial<Record<Quantity, Interval | undefined>>>;
}

/** How often intervals held the truth. */
export interface Coverage {
  readonly quantity: string;
  /** Studies that gave an interval. */
  readonly studies: number;
  /** Of these: truth inside, below the interval, above it. */
  readonly inside: number;
  readonly below: number;
  readonly above: number;
  /** inside / studies, with its own 95 % interval (Wilson 1927). */
  readonly share: number;
  readonly share95: Interval;
  /** Median of ln(high / low), or of high - low where an interval reaches zero or below. */
  readonly medianWidth: number;
}

/** How many studies to simulate, and from which streams. */
export interface CoverageOptions {
  /** Simulated studies; default 1000. */
  readonly studies?: number;
  /** Study i draws from seed + i alone, so that any one can be made again. */
  readonly seed?: number;
  /** Whether to count an error as a study that gave no interval. Default: IsoflopError only; anything else is thrown. */
  readonly refused?: (error: unknown) => boolean;
}

/**
 * Share of simulated studies whose intervals hold the planted truth: what "95 %" is worth (Efron & Tibshirani 1993, An
 * Introduction to the Bootstrap, section 14.3).
 */
export function measureCoverage<Quantity extends string>(
  planted: CoverageCase<Quantity>,
  options: CoverageOptions = {},
): { readonly coverage: readonly Coverage[]; readonly refusals: number } {
  const { studies = 1000, seed = 0, refused = isRefusal } = options;
  const names = Object.keys(planted.truth) as Quantity[];
  const kept = new Map<Quantity, Interval[]>(names.map((name) => [name, []]));
  let refusals = 0;
  for (let i = 0; i < studies; i++) {
    try {
      const intervals = planted.intervals(createRandom(seed + i));
      for (const name of names) {
        const interval = intervals[name];
        if (interval) kept.get(name)!.push(interval);
      }
    } catch (error) {
      if (!refused(error)) throw error;
      refusals++;
    }
  }
  return { coverage: names.map((name) => summarise(name, planted.truth[name], kept.get(name)!)), refusals };
}

function isRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === "IsoflopError";
}

function summarise(quantity: string, truth: number, intervals: readonly Interval[]): Coverage {
  const below = intervals.filter(([low]) => truth < low).length;
  const above = intervals.filter(([, high]) => truth > high).length;
  const studies = intervals.length;
  const inside = studies - below - above;
  const positive = intervals.every(([low]) => low > 0);
  const widths = intervals.map(([low, high]) => (positive ? Math.log(high / low) : high - low));
  return {
    quantity,
    studies,
    inside,
    below,
    above,
    share: inside / studies,
    share95: wilsonInterval(inside, studies),
    medianWidth: median(widths),
  };
}

/** 95 % interval of a binomial share (Wilson 1927, J. Am. Stat. Assoc. 22, 209). */
export function wilsonInterval(successes: number, trials: number): Interval {
  const z = 1.959964;
  const share = successes / trials;
  const centre = share + z ** 2 / (2 * trials);
  const half = z * Math.sqrt((share * (1 - share)) / trials + z ** 2 / (4 * trials ** 2));
  const scale = 1 + z ** 2 / trials;
  return [(centre - half) / scale, (centre + half) / scale];
}

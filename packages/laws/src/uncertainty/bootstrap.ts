import type { FitResult, Interval } from "../fit/result.js";
import { createRandom, type Random } from "../numerics/random.js";
import { central95, standardDeviation } from "../numerics/statistics.js";

/**
 * What a resample draws anew. "rows": observations. "runs": whole training runs with all their observations, for
 * checkpoints of one run are not independent. "noise": every loss, by its noise from seed to seed.
 */
export type BootstrapOver = "rows" | "runs" | "noise";

/**
 * Standard deviation of the loss from seed to seed (nats per token) at given losses. Between them ln sd is linear in ln
 * loss, beyond them it stays (as Porian et al. 2024 interpolate theirs). Ascending in loss.
 */
export type SeedNoise = readonly { readonly loss: number; readonly sd: number }[];

/** How many resamples, of what, and from which stream. Zero resamples: no intervals. */
export interface BootstrapOptions {
  /** Default: "runs" where several observations share a run, otherwise "rows" (Approach 2: see its own options). */
  readonly over?: BootstrapOver;
  /** For over "noise"; default: estimated from runs that differ in nothing but their seed. */
  readonly noise?: SeedNoise;
  /** Default 1000. */
  readonly resamples?: number;
  /** Default: a generator seeded with 0. */
  readonly random?: Random;
}

export interface BootstrapDraws {
  readonly names: readonly string[];
  readonly rows: readonly (readonly number[])[];
  /** Resamples whose refit failed or gave a number that is not finite. */
  readonly failed: number;
  readonly attempted: number;
}

/** Runs the refit once for each resample, and keeps its row of values. */
export function bootstrap(
  names: readonly string[],
  options: BootstrapOptions,
  refit: (random: Random) => readonly number[] | undefined,
): BootstrapDraws {
  const attempted = options.resamples ?? 1000;
  const random = options.random ?? createRandom(0);
  const rows: (readonly number[])[] = [];
  for (let i = 0; i < attempted; i++) {
    const row = refit(random);
    if (row?.every(Number.isFinite)) rows.push(row);
  }
  return { names, rows, failed: attempted - rows.length, attempted };
}

/** Draws each stratum's members with replacement, as many as it has; fills how often each was drawn. */
export function resampleCounts(strata: readonly (readonly number[])[], random: Random, counts: Float64Array): void {
  counts.fill(0);
  for (const stratum of strata) {
    for (let k = 0; k < stratum.length; k++) {
      const drawn = stratum[random.integer(stratum.length)]!;
      counts[drawn] = counts[drawn]! + 1;
    }
  }
}

/** Fewer draws than this give no percentile worth printing. */
export const FEWEST_DRAWS = 20;

/** Standard deviation and percentiles 2.5 and 97.5 of every column. */
export function summariseDraws(draws: BootstrapDraws): Pick<FitResult, "standardErrors" | "intervals95" | "draws"> {
  const standardErrors: Record<string, number> = {};
  const intervals95: Record<string, Interval> = {};
  if (draws.rows.length >= FEWEST_DRAWS) {
    draws.names.forEach((name, column) => {
      const values = draws.rows.map((row) => row[column]!);
      standardErrors[name] = standardDeviation(values);
      intervals95[name] = central95(values);
    });
  }
  return { standardErrors, intervals95, draws: { names: draws.names, rows: draws.rows } };
}

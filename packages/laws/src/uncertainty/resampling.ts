import { groupByBudget } from "../fit/budgets.js";
import type { Random } from "../numerics/random.js";
import type { RunRecord } from "../record.js";
import { type BootstrapOptions, type BootstrapOver, resampleCounts } from "./bootstrap.js";
import { noiseAt, seedNoiseOf } from "./seedNoise.js";

/** How the resamples of one fit are drawn. */
export interface Resampler {
  readonly over: BootstrapOver;
  /** Rows drawn within their budgets. */
  readonly stratified: boolean;
  /** Fills how often each record counts; over noise also what is added to its ln loss, which otherwise stays 0. */
  draw(random: Random, counts: Float64Array, shifts: Float64Array): void;
}

export interface ResamplingOptions extends BootstrapOptions {
  /** Rows only: draw within budgets where every run names one (default), or over all rows. */
  readonly stratify?: boolean;
}

/**
 * Rows and runs are drawn with replacement, as many as there are (Efron & Tibshirani 1993, chapters 6 and 8); seed noise
 * is added to every loss, as Porian et al. 2024 do, in ln loss so that a loss stays positive.
 * @throws IsoflopError "bad-noise", "no-replicates" for over "noise"
 */
export function createResampler(records: readonly RunRecord[], options: ResamplingOptions): Resampler {
  const over = options.over ?? (options.noise ? "noise" : dependentRows(records) > 0 ? "runs" : "rows");
  if (over === "noise") return noiseResampler(records, options);
  if (over === "runs") {
    const clusters = clustersOf(records);
    return {
      over,
      stratified: false,
      draw(random, counts) {
        counts.fill(0);
        for (let k = 0; k < clusters.length; k++) {
          for (const i of clusters[random.integer(clusters.length)]!) counts[i] = counts[i]! + 1;
        }
      },
    };
  }
  const stratified = (options.stratify ?? true) && records.every((r) => r.budget !== undefined);
  if (!stratified) {
    const runs = records.length;
    return {
      over,
      stratified,
      draw(random, counts) {
        counts.fill(0);
        for (let k = 0; k < runs; k++) {
          const drawn = random.integer(runs);
          counts[drawn] = counts[drawn]! + 1;
        }
      },
    };
  }
  const strata = groupByBudget(records).groups.map((group) => group.members);
  return { over, stratified, draw: (random, counts) => resampleCounts(strata, random, counts) };
}

function noiseResampler(records: readonly RunRecord[], options: ResamplingOptions): Resampler {
  const noise = seedNoiseOf(records, options.noise);
  const spreads = Float64Array.from(records, (r) => noiseAt(noise, r.loss) / r.loss);
  return {
    over: "noise",
    stratified: false,
    draw(random, counts, shifts) {
      counts.fill(1);
      for (let i = 0; i < shifts.length; i++) shifts[i] = spreads[i]! * random.normal();
    },
  };
}

/** Indices of the observations of each training run; an observation that names no run is one of its own. */
function clustersOf(records: readonly RunRecord[]): number[][] {
  const byRun = new Map<string, number[]>();
  const clusters: number[][] = [];
  records.forEach(({ run }, i) => {
    const known = run === undefined ? undefined : byRun.get(run);
    if (known) known.push(i);
    else {
      const cluster = [i];
      clusters.push(cluster);
      if (run !== undefined) byRun.set(run, cluster);
    }
  });
  return clusters;
}

/** Observations beyond the first of their training run. */
export function dependentRows(records: readonly RunRecord[]): number {
  const seen = new Set<string>();
  let repeated = 0;
  for (const { run } of records) {
    if (run === undefined) continue;
    if (seen.has(run)) repeated++;
    seen.add(run);
  }
  return repeated;
}

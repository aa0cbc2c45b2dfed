import type { Random } from "../numerics/random.js";
import type { RunRecord } from "../record.js";
import { type BootstrapOptions, type BootstrapOver, resampleCounts } from "../uncertainty/bootstrap.js";
import { noiseAt, seedNoiseOf } from "../uncertainty/seedNoise.js";
import type { FitWarning } from "./result.js";
import { warn } from "./warnings.js";

/** One resample: how often each observation counts, and its ln loss. Both are overwritten by the next. */
export interface Resample {
  readonly weights: Float64Array;
  readonly logLoss: Float64Array;
}

export interface Resampler {
  readonly over: BootstrapOver;
  readonly warnings: readonly FitWarning[];
  draw(random: Random): Resample;
}

/**
 * What a bootstrap draws anew, as its options say: rows, whole runs, or every loss by its noise from seed to seed.
 * @throws IsoflopError "bad-noise", "no-replicates"
 */
export function resampler(records: readonly RunRecord[], options: BootstrapOptions): Resampler {
  const runs = runsOf(records);
  const dependent = runs.length < records.length;
  const over = options.over ?? (dependent ? "runs" : "rows");
  const weights = new Float64Array(records.length).fill(1);
  const logLoss = Float64Array.from(records, (r) => Math.log(r.loss));
  const measured = logLoss.slice();
  const warnings = dependent ? [dependentRows(records.length, runs.length, over)] : [];
  if (over === "noise") {
    const noise = seedNoiseOf(records, options.noise);
    const relative = records.map((r) => noiseAt(noise, r.loss) / r.loss);
    return {
      over,
      warnings,
      draw(random) {
        for (let i = 0; i < logLoss.length; i++) logLoss[i] = measured[i]! + relative[i]! * random.normal();
        return { weights, logLoss };
      },
    };
  }
  const units = over === "runs" ? runs : records.map((_, i) => [i]);
  const all = [units.map((_, i) => i)];
  const counts = new Float64Array(units.length);
  return {
    over,
    warnings,
    draw(random) {
      resampleCounts(all, random, counts);
      units.forEach((members, u) => {
        for (const i of members) weights[i] = counts[u]!;
      });
      return { weights, logLoss };
    },
  };
}

/** Indices of the observations of each run; an observation without a run is one by itself. */
function runsOf(records: readonly RunRecord[]): number[][] {
  const groups = new Map<string, number[]>();
  const alone: number[][] = [];
  records.forEach(({ run }, i) => {
    const group = run === undefined ? undefined : groups.get(run);
    if (group) group.push(i);
    else if (run === undefined) alone.push([i]);
    else groups.set(run, [i]);
  });
  return [...groups.values(), ...alone];
}

function dependentRows(rows: number, runs: number, over: BootstrapOver): FitWarning {
  const consequence =
    over === "runs" ? "they were resampled run by run" : `resampled over ${over}, the intervals are too narrow`;
  return warn("dependent-rows", `${rows} observations come from ${runs} runs: ${consequence}.`);
}

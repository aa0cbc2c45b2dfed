import { IsoflopError } from "../error.js";
import { mean } from "../numerics/statistics.js";
import {
  type BootstrapDraws,
  type BootstrapOptions,
  type BootstrapOver,
  bootstrap,
  type SeedNoise,
} from "../uncertainty/bootstrap.js";
import { createCounter, dependentRows, fewerOfSquares } from "../uncertainty/resampling.js";
import { noiseAt, seedNoiseOf } from "../uncertainty/seedNoise.js";
import type { LawFitOptions } from "./fitLaw.js";
import type { LawProblem } from "./lawObjective.js";
import { descend } from "./lawSearch.js";

export interface LawDraws extends BootstrapDraws {
  /** What was drawn. */
  readonly over: BootstrapOver;
  /** Rows beyond the first of their training run. */
  readonly dependent: number;
}

/**
 * Refits from the optimum to data drawn anew: whole rows, whole training runs, or every y with its seed noise. Each draw
 * has all parameters, held ones included. A refit stays in the basin where it starts.
 * @throws IsoflopError "no-replicates", "bad-noise"
 */
export function bootstrapLaw(
  problem: LawProblem,
  best: readonly number[],
  path: readonly number[],
  options: BootstrapOptions & Pick<LawFitOptions, "loss">,
): LawDraws {
  const { rows, space, law } = problem;
  const names = Object.keys(law.parameters);
  const dependent = dependentRows(rows);
  const over = options.over ?? (options.noise ? "noise" : dependent > 0 ? "runs" : "rows");
  const weights = new Float64Array(rows.length).fill(1);
  const noisy = { ...problem, target: Float64Array.from(problem.target) };
  const sd = over === "noise" && (options.resamples ?? 1) > 0 ? noiseOf(problem, options.noise) : undefined;
  const units = over === "runs" ? rows.length - dependent : rows.length;
  const fewer = (options.loss ?? "mse") === "mse" ? fewerOfSquares(units, space.members.length) : 0;
  const count = over === "noise" ? undefined : createCounter(rows, over, fewer);

  const draws = bootstrap(names, options, (random) => {
    if (sd) {
      noisy.target.set(problem.target);
      for (let i = 0; i < rows.length; i++) noisy.target[i] = problem.target[i]! + sd[i]! * random.normal();
    } else count!(random, weights);
    const refit = descend(sd ? noisy : problem, weights, best, path, 60);
    const p = space.toParameters(refit.x);
    return names.map((name) => p[name]!);
  });
  return { ...draws, over, dependent };
}

/** Standard deviation of each row's target from seed to seed: as given, or pooled over rows of equal inputs. */
function noiseOf({ rows, law, target }: LawProblem, noise: SeedNoise | undefined): number[] {
  const log = law.residuals === "log";
  if (noise) {
    const checked = seedNoiseOf([], noise);
    return rows.map(({ y }) => noiseAt(checked, y) / (log ? y : 1));
  }
  const names = Object.keys(law.inputs);
  const groups = new Map<string, number[]>();
  rows.forEach(({ inputs }, i) => {
    const key = names.map((name) => inputs[name]).join("/");
    groups.set(key, [...(groups.get(key) ?? []), target[i]!]);
  });
  let squares = 0;
  let degrees = 0;
  for (const values of groups.values()) {
    const centre = mean(values);
    for (const value of values) squares += (value - centre) ** 2;
    degrees += values.length - 1;
  }
  if (degrees > 0) return rows.map(() => Math.sqrt(squares / degrees));
  throw new IsoflopError({
    code: "no-replicates",
    message: "No two rows have the same inputs: the noise from seed to seed cannot be told.",
    hint: "Give it (noise), train second seeds, or resample rows or runs.",
  });
}

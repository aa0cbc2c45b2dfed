import type { ParametricFit } from "../fit/parametric.js";
import { fromChinchilla, toChinchilla } from "../fit/parametricData.js";
import { parametricProblem } from "../fit/parametricFit.js";
import { chinchilla } from "../laws/chinchilla.js";
import type { Random } from "../numerics/random.js";
import { standardDeviation } from "../numerics/statistics.js";
import type { RunRecord } from "../record.js";
import { AXES, type Place, placer, type RunPoint } from "./nextDesignDrift.js";

/** What a simulation draws. */
export interface RefitOptions {
  /** C at which the refits are asked. */
  readonly target: number;
  /** Standard deviations in ln loss: of one run, and of the law's drift over an e-fold. */
  readonly noise: number;
  readonly drift: number;
  readonly refits: number;
  readonly random: Random;
}

/** Spread of simulated fits: standard deviations of ln L at the optimum and of ln N_opt (infinite where a fit left the numbers), and how many fits made them. */
export interface RefitSpread {
  readonly loss: number;
  readonly parameters: number;
  readonly refits: number;
}

/**
 * Trains the runs, those there are and those added, over and over on paper: losses of the fitted law with noise and drift, fitted anew
 * as the fit was. What the information matrix only reckons to first order, this counts.
 */
export function simulateRefits(
  records: readonly RunRecord[],
  added: readonly RunPoint[],
  fit: ParametricFit,
  { target, noise, drift, refits, random }: RefitOptions,
): RefitSpread {
  const law = fit.parameters;
  const placeOf = placer(law, fit.compute);
  const runs: readonly RunPoint[] = [...records, ...added];
  const walks = walksOf(runs.map(placeOf), placeOf(chinchilla.optimum(law, target, fit.compute)));
  const exact = runs.map((run) => Math.log(chinchilla.loss(law, run.parameters, run.tokens)));
  const [losses, sizes]: [number[], number[]] = [[], []];
  for (let i = 0; i < refits; i++) {
    const wander = drift > 0 ? walks(random) : undefined;
    const made = runs.map(({ parameters, tokens }, k): RunRecord => {
      const logLoss = exact[k]! + noise * random.normal() + (wander ? drift * wander[k]! : 0);
      return { id: String(k), parameters, tokens, flops: 1, loss: Math.exp(logLoss) };
    });
    const problem = parametricProblem(made, fit.setting);
    const { theta, converged } = problem.descend(fromChinchilla(problem.data, law));
    if (!converged) continue;
    const { loss, parameters } = chinchilla.optimum(toChinchilla(problem.data, theta), target, fit.compute);
    if (!(loss! > 0 && parameters > 0)) continue;
    losses.push(Math.log(loss!));
    sizes.push(Math.log(parameters));
  }
  return { loss: spreadOf(losses), parameters: spreadOf(sizes), refits: losses.length };
}

/** Where a refit leaves the numbers, the spread has none either. */
function spreadOf(values: readonly number[]): number {
  return values.every(Number.isFinite) ? standardDeviation(values) : Number.POSITIVE_INFINITY;
}

/** Draws of the three random walks at the runs' places, for a drift of 1: independent steps from the target outwards. */
function walksOf(places: readonly Place[], at: Place): (random: Random) => Float64Array {
  const sides = AXES.flatMap((axis) =>
    [1, -1].map((side) =>
      places
        .map((place, run) => ({ run, distance: side * (place[axis] - at[axis]) }))
        .filter(({ distance }) => distance > 0)
        .sort((p, q) => p.distance - q.distance),
    ),
  );
  return (random) => {
    const sum = new Float64Array(places.length);
    for (const side of sides) {
      let [position, from] = [0, 0];
      for (const { run, distance } of side) {
        if (distance > from) position += Math.sqrt(distance - from) * random.normal();
        from = distance;
        sum[run] = sum[run]! + position;
      }
    }
    return sum;
  };
}

import type { Law } from "../laws/law.js";
import { choleskySolve } from "../numerics/cholesky.js";
import { quantile } from "../numerics/statistics.js";
import { clustersOf } from "../uncertainty/resampling.js";
import type { LawFit } from "./fitLaw.js";
import { type LawLoss, type LawProblem, lawObjective, lawProblem } from "./lawObjective.js";
import type { LawRow } from "./lawRows.js";
import { outputScale } from "./lawRows.js";
import { deltaPath, descend } from "./lawSearch.js";
import { LOG_LIMIT, searchSpace } from "./lawSpace.js";
import { clusteredRises95, objectiveRise95 } from "./objectiveRise.js";
import type { Interval } from "./result.js";

/** What a profile can be told. */
export interface LawProfileOptions<Name extends string = string> {
  /** Default: every free parameter. */
  readonly names?: readonly Name[];
  /**
   * "unequal" (default): rows may err by different sizes, and rows of one run together, as under the bootstrap. "equal": all
   * err alike and independently, which gives Student's intervals of a regression, and far too narrow ones where it is not so.
   */
  readonly errors?: "unequal" | "equal";
}

/**
 * 95 % intervals by profile likelihood: a parameter is moved and held, the others are fitted anew, until the objective
 * has risen by what a likelihood ratio allows (objectiveRise.ts). Unlike a bootstrap it sees a likelihood that is
 * lopsided or open (under Huber's loss of small delta and absolute deviations its width rests on a kernel estimate, and may
 * be a third too small where rows err very differently: compare the bootstrap): an end that no value of the parameter reaches is its bound, or 0 or Infinity where it has none.
 * @param rows those that the fit was made on
 */
export function profileIntervals<Name extends string, Input extends string>(
  law: Law<Name, Input>,
  rows: readonly LawRow<Input>[],
  fit: LawFit<Name>,
  options: LawProfileOptions<Name> = {},
): Readonly<Record<string, Interval>> {
  const { names, errors = "unequal" } = options;
  const residuals = fit.diagnostics.residualsOf === "y" ? "linear" : "log";
  const general = { ...(law as unknown as Law), residuals } as Law;
  const constraints = { fixed: fit.fixed, tied: fit.tied };
  const problem = lawProblem(general, searchSpace(general, constraints), rows);
  const loss = fit.diagnostics.residualLoss as LawLoss;
  const scale = residuals === "log" ? 1 : outputScale(general, rows);
  const given = deltaPath(loss, Number(fit.diagnostics.delta), scale).at(-1)!;
  // Far below the residuals' spread delta changes no interval, and makes every refit hard.
  const delta = Math.max(
    given,
    0.01 *
      quantile(
        fit.residuals.map(({ residual }) => Math.abs(residual)),
        0.5,
      ),
  );
  const once = new Float64Array(rows.length).fill(1);
  const start = problem.space.toVariables(fit.parameters);
  const best = descend(problem, once, start, [delta], 100).x;
  const rises =
    errors === "unequal"
      ? clusteredRises95(problem, best, delta, clustersOf(rows))
      : best.map(() => objectiveRise95(problem, best, delta));
  const profile = profiler(problem, best, delta, rises);
  const intervals: Record<string, Interval> = {};
  problem.space.members.forEach((group, k) => {
    if (names !== undefined && !group.some((name) => (names as readonly string[]).includes(name))) return;
    const ends = ([-1, 1] as const).map((sign) => profile(k, sign));
    const unit = (v: number) => (problem.space.logarithmic[k] ? Math.exp(v) : v);
    for (const name of group) intervals[name] = [unit(ends[0]!), unit(ends[1]!)];
  });
  return intervals;
}

/** Where the profile of variable k crosses its threshold, below (-1) or above (1) the optimum. */
function profiler(problem: LawProblem, best: readonly number[], delta: number, rises: readonly number[]) {
  const { space, rows } = problem;
  const n = best.length;
  const once = new Float64Array(rows.length).fill(1);
  const objective = lawObjective(problem, once, delta, false);
  const metric = new Float64Array(n * n);
  const least = objective.derivatives(Float64Array.from(best), new Float64Array(n), new Float64Array(n * n), metric);

  return (k: number, sign: -1 | 1): number => {
    const limit = sign < 0 ? space.lower[k]! : space.upper[k]!;
    const rise = rises[k]!;
    if (rise === 0) return best[k]!;
    let from: readonly number[] = best;
    /** Square root of the rise over its threshold: near the optimum a straight line through 0. */
    const height = (v: number) => {
      const held = { ...problem, space: { ...space, lower: pin(space.lower, k, v), upper: pin(space.upper, k, v) } };
      const found = descend(held, once, pin(from, k, v), [delta], 100);
      if (Number.isFinite(found.value)) from = found.x;
      return Math.sqrt(Math.max(0, found.value - least) / rise) - 1;
    };
    let inner = best[k]!;
    let innerHeight = -1;
    let step = standardWidth(metric, n, k, rise) || 0.1;
    for (let i = 0; i < 40; i++) {
      const outer = sign < 0 ? Math.max(limit, inner - step) : Math.min(limit, inner + step);
      const outerHeight = height(outer);
      if (!(outerHeight < 0)) return crossing(height, inner, innerHeight, outer, outerHeight);
      if (outer === limit) break;
      inner = outer;
      innerHeight = outerHeight;
      step *= 1.6;
    }
    // A logarithm's outermost value stands for no bound at all.
    return space.logarithmic[k] && Math.abs(limit) >= LOG_LIMIT ? sign * Number.POSITIVE_INFINITY : limit;
  };
}

function pin(values: readonly number[], k: number, v: number): number[] {
  return values.map((value, i) => (i === k ? v : value));
}

/** Half the interval by the quadratic that the Gauss-Newton matrix draws; 0 where it is singular. */
function standardWidth(metric: Float64Array, n: number, k: number, rise: number): number {
  const unit = Float64Array.from({ length: n }, (_, i) => (i === k ? 1 : 0));
  return choleskySolve(Float64Array.from(metric), unit, n) && unit[k]! > 0 ? Math.sqrt(2 * rise * unit[k]!) : 0;
}

/** Root between two points of opposite sign: regula falsi, Illinois variant. */
function crossing(f: (v: number) => number, a: number, fa: number, b: number, fb: number): number {
  let [low, atLow, high, atHigh] = [a, fa, b, Number.isFinite(fb) ? fb : 1];
  let middle = b;
  for (let i = 0; i < 40 && Math.abs(high - low) > 1e-7 * (Math.abs(low) + Math.abs(high)); i++) {
    middle = low - (atLow * (high - low)) / (atHigh - atLow);
    const value = f(middle);
    if (Math.abs(value) < 1e-6) break;
    if (value < 0) {
      [low, atLow] = [middle, value];
      atHigh /= 2;
    } else {
      [high, atHigh] = [middle, Number.isFinite(value) ? value : 1];
      atLow /= 2;
    }
  }
  return middle;
}

import type { Law } from "../laws/law.js";
import { choleskySolve } from "../numerics/cholesky.js";
import { quantile } from "../numerics/statistics.js";
import { clustersOf } from "../uncertainty/resampling.js";
import type { LawFit } from "./fitLaw.js";
import { type LawLoss, lawObjective, lawProblem } from "./lawObjective.js";
import type { LawRow } from "./lawRows.js";
import { outputScale } from "./lawRows.js";
import { deltaPath, descend } from "./lawSearch.js";
import { LOG_LIMIT, type SearchSpace, searchSpace } from "./lawSpace.js";
import { clusteredRises95, objectiveRise95 } from "./objectiveRise.js";
import type { Interval } from "./result.js";
import { variableProfile } from "./variableProfile.js";

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
  const { space } = problem;
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
  const best = descend(problem, once, space.toVariables(fit.parameters), [delta], 100).x;
  const n = best.length;
  const metric = new Float64Array(n * n);
  const least = lawObjective(problem, once, delta, false).derivatives(
    Float64Array.from(best),
    new Float64Array(n),
    new Float64Array(n * n),
    metric,
  );
  const rises =
    errors === "unequal"
      ? clusteredRises95(problem, best, delta, clustersOf(rows))
      : best.map(() => objectiveRise95(problem, best, delta));
  const search = {
    best,
    least,
    lower: space.lower,
    upper: space.upper,
    minimise: (lower: readonly number[], upper: readonly number[], from: readonly number[]) =>
      descend({ ...problem, space: { ...space, lower, upper } }, once, from, [delta], 100),
  };
  const intervals: Record<string, Interval> = {};
  space.members.forEach((group, k) => {
    if (names !== undefined && !group.some((name) => (names as readonly string[]).includes(name))) return;
    const [low, high] = variableProfile(search, k, rises[k]!, standardWidth(metric, n, k, rises[k]!)).ends;
    const unit = (v: number) => (space.logarithmic[k] ? Math.exp(v) : v);
    for (const name of group)
      intervals[name] = [unit(low ?? limitOf(space, k, -1)), unit(high ?? limitOf(space, k, 1))];
  });
  return intervals;
}

/** A variable's bound; a logarithm's outermost value stands for no bound at all. */
function limitOf(space: SearchSpace, k: number, sign: -1 | 1): number {
  const limit = sign < 0 ? space.lower[k]! : space.upper[k]!;
  return space.logarithmic[k] && Math.abs(limit) >= LOG_LIMIT ? sign * Number.POSITIVE_INFINITY : limit;
}

/** Half the interval by the quadratic that the Gauss-Newton matrix draws; 0 where it is singular. */
function standardWidth(metric: Float64Array, n: number, k: number, rise: number): number {
  const unit = Float64Array.from({ length: n }, (_, i) => (i === k ? 1 : 0));
  return choleskySolve(Float64Array.from(metric), unit, n) && unit[k]! > 0 ? Math.sqrt(2 * rise * unit[k]!) : 0;
}

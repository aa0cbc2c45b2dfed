import { quantile } from "../numerics/statistics.js";
import { studentT975 } from "../numerics/studentT.js";
import { type LawProblem, residualsAt } from "./lawObjective.js";

/**
 * How far the minimised sum may rise before one parameter lies at the edge of its 95 % interval. The likelihood ratio of an M-estimator (Schrader & Hettmansperger 1980): 2 (rho sum - its minimum) E psi' / E psi^2 is
 * chi-squared with one degree of freedom. With squares this is the F interval, E psi' = 1 and E psi^2 the variance. For
 * Huber's loss, E psi' is the share of residuals within delta; where delta is smaller than the residuals' spacing it
 * follows from the density at 0, estimated over a width of Silverman's rule.
 */
export function objectiveRise95(problem: LawProblem, x: readonly number[], delta: number): number {
  const residuals = residualsAt(problem, problem.space.toParameters(x));
  const count = residuals.length;
  const degrees = count - problem.space.members.length;
  const sizes = residuals.map(Math.abs);
  const spread = 1.4826 * quantile(sizes, 0.5);
  const width = Math.max(delta, 1.06 * spread * count ** -0.2);
  const squares = sizes.reduce((sum, r) => sum + Math.min(r, delta) ** 2, 0) / Math.max(degrees, 1);
  if (delta === Number.POSITIVE_INFINITY) return (studentT975(Math.max(degrees, 1)) ** 2 * squares) / 2;
  const within = sizes.filter((r) => r <= width).length / count;
  return (studentT975(Math.max(degrees, 1)) ** 2 * squares) / (2 * within * (delta / width));
}

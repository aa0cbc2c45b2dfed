import { leastSquares } from "../numerics/leastSquares.js";
import { quantile } from "../numerics/statistics.js";
import { studentT975 } from "../numerics/studentT.js";
import { jacobianAt, type LawProblem, residualsAt } from "./lawObjective.js";

/**
 * How far the minimised sum may rise before one parameter lies at the edge of its 95 % interval. By the likelihood ratio
 * of an M-estimator (Schrader & Hettmansperger 1980): 2 (rho sum - its minimum) E psi' / E psi^2 is chi-squared with one
 * degree of freedom. With squares this is the F interval, E psi' = 1 and E psi^2 the variance. For Huber's loss, E psi'
 * is the share of residuals within delta; where delta is smaller than the residuals' spacing it follows from the density
 * at 0, estimated over a width of Silverman's rule.
 */
export function objectiveRise95(problem: LawProblem, x: readonly number[], delta: number): number {
  const residuals = residualsAt(problem, problem.space.toParameters(x));
  return equalRise95(residuals, problem.space.members.length, delta);
}

/** The same of residuals that some variables leave. */
export function equalRise95(residuals: Float64Array, variables: number, delta: number): number {
  const degrees = residuals.length - variables;
  const squares = residuals.reduce((sum, r) => sum + Math.min(Math.abs(r), delta) ** 2, 0) / Math.max(degrees, 1);
  return (studentT975(Math.max(degrees, 1)) ** 2 * squares) / (2 * slopeOfPsi(residuals, delta));
}

/**
 * The same rise for each variable where errors may differ in size from row to row and rows of one run share theirs: the
 * ratio's scale is then [B M B]_kk / B_kk (Rotnitzky & Jewell 1990). M is the sum over runs of the outer products of their
 * scores psi g, each divided by sqrt(1 - leverage) (HC2 of MacKinnon & White 1985); B the inverse of the sum of psi' g g',
 * for a small delta by Powell's kernel (1991): of the rows whose residuals lie within the width, since rows that err
 * more say less.
 * @param clusters rows of each run
 */
export function clusteredRises95(
  problem: LawProblem,
  x: readonly number[],
  delta: number,
  clusters: readonly (readonly number[])[],
): number[] {
  const residuals = residualsAt(problem, problem.space.toParameters(x));
  return unequalRises95(residuals, jacobianAt(problem, x), x.length, delta, clusters);
}

/**
 * The same of residuals and their derivatives by the variables.
 * @param jacobian row-major: residuals x variables
 */
export function unequalRises95(
  residuals: Float64Array,
  jacobian: Float64Array,
  n: number,
  delta: number,
  clusters: readonly (readonly number[])[],
): number[] {
  const variables = Array.from({ length: n }, (_, k) => k);
  const columns = variables.map((k) => Float64Array.from(residuals, (_r, i) => jacobian[i * n + k]!));
  const width = kernelWidth(residuals, delta);
  const share = delta === width ? 1 : delta / width;
  const weights = residuals.map((r) => (Math.abs(r) <= width ? share : 0));
  const bread = leastSquares(columns, residuals, weights)?.unscaledCovariance;
  if (bread === undefined) return variables.map(() => equalRise95(residuals, n, delta));
  const spread = new Float64Array(n);
  for (const cluster of clusters) {
    const moved = new Float64Array(n);
    for (const i of cluster) {
      // B g, by which row i moves the variables.
      const pull = bread.map((row) => row.reduce((sum, b, k) => sum + b * jacobian[i * n + k]!, 0));
      const leverage = weights[i]! * pull.reduce((sum, v, k) => sum + v * jacobian[i * n + k]!, 0);
      const r = residuals[i]!;
      const score = (Math.sign(r) * Math.min(Math.abs(r), delta)) / Math.sqrt(Math.max(1 - leverage, 0.01));
      for (let k = 0; k < n; k++) moved[k] = moved[k]! + score * pull[k]!;
    }
    for (let k = 0; k < n; k++) spread[k] = spread[k]! + moved[k]! ** 2;
  }
  const t = studentT975(Math.max(clusters.length - n, 1));
  return variables.map((k) => (t ** 2 * spread[k]!) / (2 * bread[k]![k]!));
}

/** E psi': 1 for squares. */
function slopeOfPsi(residuals: Float64Array, delta: number): number {
  const width = kernelWidth(residuals, delta);
  if (width === delta) return delta === Number.POSITIVE_INFINITY ? 1 : shareWithin(residuals, delta);
  return (shareWithin(residuals, width) * delta) / width;
}

function shareWithin(residuals: Float64Array, width: number): number {
  return residuals.filter((r) => Math.abs(r) <= width).length / residuals.length;
}

/** Half the width over which the density at 0 is estimated: Silverman's rule, and delta at the least. */
export function kernelWidth(residuals: Float64Array, delta: number): number {
  const spread = 1.4826 * quantile(residuals.map(Math.abs), 0.5);
  return Math.max(delta, 1.06 * spread * residuals.length ** -0.2);
}

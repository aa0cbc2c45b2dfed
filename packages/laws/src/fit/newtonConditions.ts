import type { NewtonProblem } from "../numerics/boundedNewton.js";
import { choleskySolve } from "../numerics/cholesky.js";
import { conditionNumber } from "../numerics/symmetricEigenvalues.js";

/** What an objective's derivatives say of the point where a search of it ended. */
export interface NewtonConditions {
  /** Cosine between the residuals and the gradient of any variable off its bounds, the largest, as MINPACK has it: 0 at a minimum. */
  readonly relativeGradient: number;
  /** Condition number of the Gauss-Newton matrix, each variable scaled to a unit diagonal; of the variables that may move. */
  readonly conditionNumber: number;
  /** Whether a variable lies at a bound; one that is held (both bounds alike) does not. */
  readonly atBound: readonly boolean[];
  /** Variance of a function of the variables with this gradient, in units of the residuals' variance; Infinity where they do not determine it. */
  variance(gradient: ArrayLike<number>): number;
}

/** An objective smaller than this (residuals of 1e-10) is zero but for rounding: its gradient says nothing. */
const EXACT = 1e-20;

export function conditionsAt(problem: NewtonProblem, x: ArrayLike<number>): NewtonConditions {
  const n = x.length;
  const gradient = new Float64Array(n);
  const metric = new Float64Array(n * n);
  const value = problem.derivatives(Float64Array.from(x), gradient, new Float64Array(n * n), metric);
  const held = Array.from(x, (_, k) => problem.lower[k] === problem.upper[k]);
  const atBound = Array.from(x, (v, k) => !held[k] && (v <= problem.lower[k]! || v >= problem.upper[k]!));
  const length = (k: number) => Math.sqrt(metric[k * (n + 1)]!);
  const interior = [...held.keys()].filter((k) => !held[k] && !atBound[k] && length(k) > 0);
  const moving = [...held.keys()].filter((k) => !held[k]);
  const m = moving.length;
  const scaled = Float64Array.from({ length: m * m }, (_, i) => {
    const [p, q] = [moving[Math.floor(i / m)]!, moving[i % m]!];
    return metric[p * n + q]! / (length(p) * length(q) || 1);
  });
  return {
    relativeGradient:
      value <= EXACT
        ? 0
        : Math.max(0, ...interior.map((k) => Math.abs(gradient[k]!) / (Math.sqrt(2 * value) * length(k)))),
    conditionNumber: m === 0 ? 1 : conditionNumber(scaled, m),
    atBound,
    variance(of) {
      const size = interior.length;
      const matrix = Float64Array.from({ length: size * size }, (_, i) => {
        return metric[interior[Math.floor(i / size)]! * n + interior[i % size]!]!;
      });
      const given = interior.map((k) => of[k]!);
      const solution = Float64Array.from(given);
      if (!choleskySolve(matrix, solution, size)) return Number.POSITIVE_INFINITY;
      return given.reduce((sum, v, k) => sum + v * solution[k]!, 0);
    },
  };
}

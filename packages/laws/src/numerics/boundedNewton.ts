import { choleskySolve } from "./cholesky.js";

/** A smooth function of few variables with box bounds. Matrices are row-major, dimension x dimension. */
export interface NewtonProblem {
  readonly lower: readonly number[];
  readonly upper: readonly number[];
  value(x: Float64Array): number;
  /**
   * Fills the gradient, the Hessian (or an approximation, possibly indefinite) and a positive semidefinite metric,
   * typically the Gauss-Newton matrix, in whose units the damping is measured; returns the value.
   */
  derivatives(x: Float64Array, gradient: Float64Array, hessian: Float64Array, metric: Float64Array): number;
}

export interface NewtonResult {
  readonly x: readonly number[];
  readonly value: number;
  /** False when the iterations ran out while the value was still falling. */
  readonly converged: boolean;
  readonly iterations: number;
}

export interface NewtonOptions {
  readonly maxIterations?: number;
  /** Stop when the quadratic model promises a relative decrease smaller than this. */
  readonly tolerance?: number;
}

/**
 * Damped Newton method with box bounds: steps solve (H + lambda M) p = -g over the variables that are not held at a
 * bound by their gradient, and lambda adapts as in Levenberg-Marquardt (Nocedal & Wright 2006, sections 10.3 and 16.7).
 * Damping by the problem's own metric makes the method indifferent to the variables' units. Descends monotonically.
 */
export function minimiseBounded(
  problem: NewtonProblem,
  start: ArrayLike<number>,
  options: NewtonOptions = {},
): NewtonResult {
  const { maxIterations = 200, tolerance = 1e-14 } = options;
  const n = start.length;
  const clamp = (value: number, i: number) => Math.min(Math.max(value, problem.lower[i]!), problem.upper[i]!);
  let x = Float64Array.from(start, clamp);
  let trial = new Float64Array(n);
  const gradient = new Float64Array(n);
  const hessian = new Float64Array(n * n);
  const metric = new Float64Array(n * n);
  let value = problem.derivatives(x, gradient, hessian, metric);
  let damping = 1e-3;
  let small = 0;

  for (let iteration = 1; iteration <= maxIterations; iteration++) {
    const free: number[] = [];
    for (let i = 0; i < n; i++) {
      const atLower = x[i]! <= problem.lower[i]! && gradient[i]! > 0;
      const atUpper = x[i]! >= problem.upper[i]! && gradient[i]! < 0;
      if (!atLower && !atUpper) free.push(i);
    }
    const m = free.length;
    if (m === 0 || free.every((i) => gradient[i] === 0)) return finish(true, iteration);

    let accepted = false;
    while (damping < 1e16) {
      const matrix = new Float64Array(m * m);
      const step = Float64Array.from(free, (i) => -gradient[i]!);
      for (let r = 0; r < m; r++) {
        for (let c = 0; c < m; c++) {
          const k = free[r]! * n + free[c]!;
          matrix[r * m + c] = hessian[k]! + damping * metric[k]!;
        }
        // A ridge far below the metric's own scale keeps flat directions (a vanished amplitude's exponent) solvable.
        const diagonal = free[r]! * n + free[r]!;
        matrix[r * m + r] = matrix[r * m + r]! + (1e-12 + 1e-6 * damping) * (metric[diagonal]! + 1e-30);
      }
      if (choleskySolve(matrix, step, m)) {
        let slope = 0;
        trial.set(x);
        for (let r = 0; r < m; r++) {
          const i = free[r]!;
          trial[i] = clamp(x[i]! + step[r]!, i);
          slope += gradient[i]! * (trial[i]! - x[i]!);
        }
        const candidate = problem.value(trial);
        if (candidate < value && slope < 0) {
          const decrease = value - candidate;
          [x, trial] = [trial, x];
          value = problem.derivatives(x, gradient, hessian, metric);
          damping = Math.max(damping / 8, 1e-12);
          // Two tiny decreases in a row: one alone may be a step cut short by a bound or by the damping.
          small = decrease <= tolerance * (value + 1e-300) ? small + 1 : 0;
          if (small >= 2) return finish(true, iteration);
          accepted = true;
          break;
        }
        // The model promises less than rounding can show: the point is as good as the arithmetic.
        if (Math.abs(slope) <= tolerance * (Math.abs(value) + 1e-300)) return finish(true, iteration);
      }
      damping *= damping < 1 ? 10 : 4;
    }
    if (!accepted) return finish(true, iteration);
  }
  return finish(false, maxIterations);

  function finish(converged: boolean, iterations: number): NewtonResult {
    return { x: Array.from(x), value, converged, iterations };
  }
}

import type { Law } from "../laws/law.js";
import type { NewtonProblem } from "../numerics/boundedNewton.js";
import type { LawRow } from "./lawRows.js";
import type { SearchSpace } from "./lawSpace.js";

/** What is minimised over the residuals: sum of Huber(delta), mean absolute, or mean square. */
export type LawLoss = "huber" | "lad" | "mse";

/** A law, its rows and its variables, ready to be minimised. */
export interface LawProblem {
  readonly law: Law;
  readonly space: SearchSpace;
  readonly rows: readonly LawRow[];
  /** What is compared with the law: y, or ln y. */
  readonly target: Float64Array;
}

export function lawProblem(law: Law, space: SearchSpace, rows: readonly LawRow[]): LawProblem {
  const log = law.residuals === "log";
  return { law, space, rows, target: Float64Array.from(rows, ({ y }) => (log ? Math.log(y) : y)) };
}

/** Prediction minus measurement, in ln y or in y. NaN where the law has no value or, for logarithms, no positive one. */
export function residualsAt(problem: LawProblem, parameters: Readonly<Record<string, number>>): Float64Array {
  const { law, rows, target } = problem;
  const log = law.residuals === "log";
  return target.map((t, i) => {
    const value = law.value(parameters, rows[i]!.inputs);
    return (log ? Math.log(value) : value) - t;
  });
}

/** d(residual) / d(variable), row-major: rows x variables. */
export function jacobianAt(problem: LawProblem, x: ArrayLike<number>): Float64Array {
  const { law, space, rows } = problem;
  const n = space.members.length;
  const parameters = space.toParameters(x);
  const jacobian = new Float64Array(rows.length * n);
  const log = law.residuals === "log";
  const chain = space.members.map(([leader], k) => (space.logarithmic[k] ? parameters[leader!]! : 1));
  rows.forEach(({ inputs }, i) => {
    const gradient = law.gradient(parameters, inputs);
    const per = log ? 1 / law.value(parameters, inputs) : 1;
    for (let k = 0; k < n; k++) {
      let sum = 0;
      for (const name of space.members[k]!) sum += gradient[name]!;
      jacobian[i * n + k] = sum * chain[k]! * per;
    }
  });
  return jacobian;
}

/**
 * The sum over rows of weight times Huber(delta) of the residual; delta = Infinity gives half the sum of squares. The
 * metric is the Gauss-Newton matrix with Huber's weights min(1, delta/|r|). The Hessian adds the curvature of the law,
 * sum psi(r) d2r, as the forward difference of sum psi g with psi held: exact enough for Newton's method, and a law then
 * needs no second derivatives. Without `curvature` it is the Gauss-Newton matrix.
 */
export function lawObjective(
  problem: LawProblem,
  weights: Float64Array,
  delta: number,
  curvature: boolean,
): NewtonProblem {
  const { space, rows } = problem;
  const n = space.members.length;
  const psi = new Float64Array(rows.length);
  let residuals: Float64Array = new Float64Array(rows.length);
  const value = (x: Float64Array) => {
    residuals = residualsAt(problem, space.toParameters(x));
    let sum = 0;
    for (let i = 0; i < residuals.length; i++) {
      const weight = weights[i]!;
      if (weight === 0) continue;
      const size = Math.abs(residuals[i]!);
      sum += weight * (size <= delta ? 0.5 * size * size : delta * (size - 0.5 * delta));
    }
    return sum;
  };
  return {
    lower: space.lower,
    upper: space.upper,
    value,
    derivatives(x, gradient, hessian, metric) {
      const sum = value(x);
      const jacobian = jacobianAt(problem, x);
      gradient.fill(0);
      hessian.fill(0);
      metric.fill(0);
      for (let i = 0; i < rows.length; i++) {
        const weight = weights[i]!;
        const r = residuals[i]!;
        const inside = Math.abs(r) <= delta;
        psi[i] = weight * (inside ? r : Math.sign(r) * delta);
        if (weight === 0) continue;
        const touching = inside ? weight : (weight * delta) / Math.abs(r);
        const own = !curvature || inside ? touching : 0;
        for (let a = 0; a < n; a++) {
          const ga = jacobian[i * n + a]!;
          gradient[a] = gradient[a]! + psi[i]! * ga;
          for (let b = 0; b <= a; b++) {
            const product = ga * jacobian[i * n + b]!;
            hessian[a * n + b] = hessian[a * n + b]! + own * product;
            metric[a * n + b] = metric[a * n + b]! + touching * product;
          }
        }
      }
      mirror(hessian, n);
      mirror(metric, n);
      if (curvature) addCurvature(problem, x, psi, gradient, hessian, metric);
      return sum;
    },
  };
}

/** Adds sum psi d2r to the Hessian. */
function addCurvature(
  problem: LawProblem,
  x: Float64Array,
  psi: Float64Array,
  gradient: Float64Array,
  hessian: Float64Array,
  metric: Float64Array,
): void {
  const { space, rows } = problem;
  const n = gradient.length;
  const moved = Float64Array.from(x);
  const second = new Float64Array(n * n);
  for (let k = 0; k < n; k++) {
    // A step that moves a typical residual little, also for a variable that is 0 now.
    const reach = Math.sqrt(rows.length / (metric[k * n + k]! + 1e-300));
    const step = 1e-5 * (space.logarithmic[k] ? 1 : Math.max(Math.abs(x[k]!), Math.min(1e-2 * reach, 1)));
    moved[k] = x[k]! + step;
    const jacobian = jacobianAt(problem, moved);
    for (let a = 0; a < n; a++) {
      let sum = 0;
      for (let i = 0; i < rows.length; i++) sum += psi[i]! * jacobian[i * n + a]!;
      second[a * n + k] = (sum - gradient[a]!) / step;
    }
    moved[k] = x[k]!;
  }
  // Beyond the law's domain the difference is no number: then the Gauss-Newton part has to do.
  if (!second.every(Number.isFinite)) return;
  for (let a = 0; a < n; a++) {
    for (let b = 0; b < n; b++) {
      hessian[a * n + b] = hessian[a * n + b]! + (second[a * n + b]! + second[b * n + a]!) / 2;
    }
  }
}

/** Copies the lower triangle to the upper. */
function mirror(matrix: Float64Array, n: number): void {
  for (let a = 0; a < n; a++) for (let b = 0; b < a; b++) matrix[b * n + a] = matrix[a * n + b]!;
}

/** The objective as it is reported: sum of Huber(delta), mean |r|, or mean r^2. */
export function reportedObjective(residuals: ArrayLike<number>, loss: LawLoss, delta: number): number {
  let sum = 0;
  for (let i = 0; i < residuals.length; i++) {
    const size = Math.abs(residuals[i]!);
    if (loss === "huber") sum += size <= delta ? 0.5 * size * size : delta * (size - 0.5 * delta);
    else sum += loss === "lad" ? size : size * size;
  }
  return loss === "huber" ? sum : sum / residuals.length;
}

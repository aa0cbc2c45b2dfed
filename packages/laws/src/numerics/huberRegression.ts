import { choleskySolve } from "./cholesky.js";
import { COLUMNS, evaluate, type LinearResiduals, type StepModel, sumOfHuber, touchingMetric } from "./huberSums.js";

/** When a regression is done. */
export interface Accuracy {
  /** A promised decrease smaller than this ends it. */
  tolerance: number;
  /** And so does one smaller than this share of the decrease so far. */
  share: number;
  /** Size of the residuals that delta must tell apart: where it is far below this, larger deltas lead to it. */
  spread: number;
}

/** Minimises sum_i w_i Huber_delta(t_i(p)) + linear . p + p' curvature p / 2; fills p, returns the decrease from p = 0. */
export type HuberRegression = (
  rows: LinearResiduals,
  delta: number,
  model: StepModel,
  p: Float64Array,
  accuracy: Accuracy,
) => number;

const MAX_ITERATIONS = 60;
/** The first delta, as a share of the residuals that are to be told apart; how far above the wanted one is near; the pace. */
const START = 0.25;
const NEAR = 3;
const PACE = 10;
/** Cuts of a step that overshoots. */
const CUTS = 6;
const SQUARE = COLUMNS * COLUMNS;

/**
 * Huber regression by Newton's method on its pieces, which ends exactly once the set of residuals within delta stays
 * (Madsen & Nielsen 1990, BIT 30, 682). A step that does not descend is cut at the zero of the slope along it; failing
 * that, it is damped by the quadratic that touches the objective from above, as in iteratively reweighted least squares.
 * Where delta is far below the residuals, larger ones lead to it (Madsen & Nielsen 1993, SIAM J. Optim. 3, 223). The
 * scratch space is allocated once, for at most `capacity` rows.
 */
export function createHuberRegression(capacity: number): HuberRegression {
  const inside = new Int32Array(capacity);
  const vector = () => new Float64Array(COLUMNS);
  const [p, trial, gradient, uphill, right] = [vector(), vector(), vector(), vector(), vector()];
  const [hessian, metric, matrix] = [new Float64Array(SQUARE), new Float64Array(SQUARE), new Float64Array(SQUARE)];
  const free = new Int32Array(COLUMNS);

  /** Fills `trial` with the Newton step's end from p; false where the matrix is not positive definite. */
  function propose(model: StepModel, damping: number): boolean {
    let m = 0;
    for (let i = 0; i < COLUMNS; i++) {
      if (p[i]! <= model.lower[i]! && gradient[i]! >= 0) continue;
      if (p[i]! >= model.upper[i]! && gradient[i]! <= 0) continue;
      free[m++] = i;
    }
    for (let r = 0; r < m; r++) {
      right[r] = -gradient[free[r]!]!;
      for (let c = 0; c <= r; c++) {
        const k = free[r]! * COLUMNS + free[c]!;
        matrix[r * m + c] = hessian[k]! + damping * metric[k]!;
      }
      // Flat directions (a vanished amplitude's exponent) stay solvable.
      if (damping > 0) matrix[r * m + r]! += 1e-6 * damping * metric[free[r]! * (COLUMNS + 1)]! + 1e-300;
    }
    trial.set(p);
    if (m > 0 && !choleskySolve(matrix, right, m)) return false;
    for (let r = 0; r < m; r++) {
      const i = free[r]!;
      trial[i] = Math.min(Math.max(p[i]! + right[r]!, model.lower[i]!), model.upper[i]!);
    }
    return true;
  }

  function slopeAlong(at: Float64Array): number {
    let slope = 0;
    for (let i = 0; i < COLUMNS; i++) slope += at[i]! * (trial[i]! - p[i]!);
    return slope;
  }

  /** From p to the minimum at one delta; `scale` multiplies the model's own terms. Returns the value there. */
  function solve(rows: LinearResiduals, delta: number, model: StepModel, scale: number, accuracy: Accuracy): number {
    const at = (x: Float64Array) => evaluate(rows, delta, model, scale, x, gradient, hessian, inside);
    const initial = at(p);
    let value = initial;
    let damping = 0;
    let measured = false;
    for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
      const definite = propose(model, damping);
      const slope = definite ? slopeAlong(gradient) : 1;
      if (slope <= 0 && -slope <= Math.max(accuracy.tolerance * scale, accuracy.share * (initial - value)))
        return value;
      let candidate = Number.POSITIVE_INFINITY;
      if (slope < 0) {
        uphill.set(gradient);
        candidate = at(trial);
        for (let cut = 0; cut < CUTS && !(candidate < value); cut++) {
          // The objective is convex along the step: where its slope has turned, the minimum lies before.
          const end = slopeAlong(gradient);
          if (!(end > 0)) break;
          const begin = slopeAlong(uphill);
          const share = Math.max(begin / (begin - end), 0.1);
          for (let i = 0; i < COLUMNS; i++) trial[i] = p[i]! + share * (trial[i]! - p[i]!);
          candidate = at(trial);
        }
      }
      if (!(candidate < value)) {
        if (slope < 0) at(p);
        if (!measured) touchingMetric(rows, delta, p, metric);
        measured = true;
        damping = Math.max(damping * 10, 1e-7);
        continue;
      }
      // A decrease as the quadratic promised: no residual crossed delta, and this is the piece's minimum.
      const exact = damping === 0 && Math.abs(value - candidate + slope / 2) <= 1e-9 * -slope;
      p.set(trial);
      value = candidate;
      if (exact && interior(model)) return value;
      damping = damping > 1e-7 ? damping / 10 : 0;
    }
    return value;
  }

  /**
   * Moves p, the minimum at one delta, to where the minimum at a smaller one lies as long as the same residuals are within
   * it: those shrink in proportion, which keeps them within (Madsen & Nielsen 1993, section 3).
   */
  function follow(rows: LinearResiduals, delta: number, next: number, model: StepModel, target: number): void {
    evaluate(rows, delta, model, delta / target, p, gradient, hessian, inside);
    gradient.fill(0);
    for (let i = 0; i < rows.count; i++) {
      let t = rows.residual[i]!;
      for (let k = 0; k < COLUMNS; k++) t += rows.columns[k]![i]! * p[k]!;
      if (Math.abs(t) > delta) continue;
      for (let k = 0; k < COLUMNS; k++) gradient[k]! += rows.weight[i]! * t * rows.columns[k]![i]!;
    }
    for (let k = 0; k < COLUMNS; k++) {
      const bound = p[k]! <= model.lower[k]! || p[k]! >= model.upper[k]!;
      gradient[k] = bound ? 0 : gradient[k]! * (1 - next / delta);
    }
    if (propose(model, 0)) p.set(trial);
  }

  /** No coordinate at a bound: the step was not cut short. */
  function interior(model: StepModel): boolean {
    for (let i = 0; i < COLUMNS; i++) {
      if (model.lower[i] !== model.upper[i] && (p[i]! <= model.lower[i]! || p[i]! >= model.upper[i]!)) return false;
    }
    return true;
  }

  return (rows, delta, model, out, accuracy) => {
    p.fill(0);
    const before = sumOfHuber(rows, delta);
    let step = accuracy.spread * START;
    while (step > NEAR * delta) {
      solve(rows, step, model, step / delta, accuracy);
      const next = Math.max(step / PACE, delta);
      follow(rows, step, next, model, delta);
      step = next;
    }
    const after = solve(rows, delta, model, 1, accuracy);
    out.set(p);
    return before - after;
  };
}

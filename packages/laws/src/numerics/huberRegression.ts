import { choleskySolve } from "./cholesky.js";

/** Number of columns; unused ones are held by bounds of zero. */
export const COLUMNS = 5;
type Columns = readonly [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];

/** Residuals that are linear in a step p: t_i(p) = residual_i + sum_k columns[k]_i p_k, for i < count. */
export interface LinearResiduals {
  readonly count: number;
  readonly weight: Float64Array;
  readonly residual: Float64Array;
  readonly columns: Columns;
}

/** Further terms of the objective, linear . p + p' curvature p / 2 (5, and 5 x 5 row-major), and the box that holds p. */
export interface StepModel {
  readonly linear: Float64Array;
  readonly curvature: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

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

/** Value, gradient and Hessian (lower triangle) at p. `inside` is scratch. In scalars: here the bootstrap spends its time. */
function evaluate(
  rows: LinearResiduals,
  delta: number,
  model: StepModel,
  scale: number,
  p: Float64Array,
  gradient: Float64Array,
  hessian: Float64Array,
  inside: Int32Array,
): number {
  const { residual, weight, columns, count } = rows;
  const [c0, c1, c2, c3, c4] = columns;
  const p0 = p[0]!;
  const p1 = p[1]!;
  const p2 = p[2]!;
  const p3 = p[3]!;
  const p4 = p[4]!;
  let value = 0;
  let g0 = 0;
  let g1 = 0;
  let g2 = 0;
  let g3 = 0;
  let g4 = 0;
  let members = 0;
  for (let i = 0; i < count; i++) {
    const a = c0[i]!;
    const b = c1[i]!;
    const c = c2[i]!;
    const d = c3[i]!;
    const e = c4[i]!;
    const t = residual[i]! + a * p0 + b * p1 + c * p2 + d * p3 + e * p4;
    const size = Math.abs(t);
    let pull = weight[i]! * t;
    if (size <= delta) {
      value += 0.5 * pull * t;
      inside[members++] = i;
    } else {
      // The sign by division: a branch on it would be guessed wrong every other time.
      pull *= delta / size;
      value += pull * t - 0.5 * weight[i]! * delta * delta;
    }
    g0 += pull * a;
    g1 += pull * b;
    g2 += pull * c;
    g3 += pull * d;
    g4 += pull * e;
  }
  let h00 = 0;
  let h10 = 0;
  let h11 = 0;
  let h20 = 0;
  let h21 = 0;
  let h22 = 0;
  let h30 = 0;
  let h31 = 0;
  let h32 = 0;
  let h33 = 0;
  let h40 = 0;
  let h41 = 0;
  let h42 = 0;
  let h43 = 0;
  let h44 = 0;
  for (let k = 0; k < members; k++) {
    const i = inside[k]!;
    const w = weight[i]!;
    const a = c0[i]!;
    const b = c1[i]!;
    const c = c2[i]!;
    const d = c3[i]!;
    const e = c4[i]!;
    const wa = w * a;
    const wb = w * b;
    const wc = w * c;
    const wd = w * d;
    h00 += wa * a;
    h10 += wa * b;
    h11 += wb * b;
    h20 += wa * c;
    h21 += wb * c;
    h22 += wc * c;
    h30 += wa * d;
    h31 += wb * d;
    h32 += wc * d;
    h33 += wd * d;
    h40 += wa * e;
    h41 += wb * e;
    h42 += wc * e;
    h43 += wd * e;
    h44 += w * e * e;
  }
  hessian[0] = h00;
  hessian[5] = h10;
  hessian[6] = h11;
  hessian[10] = h20;
  hessian[11] = h21;
  hessian[12] = h22;
  hessian[15] = h30;
  hessian[16] = h31;
  hessian[17] = h32;
  hessian[18] = h33;
  hessian[20] = h40;
  hessian[21] = h41;
  hessian[22] = h42;
  hessian[23] = h43;
  hessian[24] = h44;
  gradient[0] = g0;
  gradient[1] = g1;
  gradient[2] = g2;
  gradient[3] = g3;
  gradient[4] = g4;
  const { linear, curvature } = model;
  for (let r = 0; r < COLUMNS; r++) {
    let bend = 0;
    for (let s = 0; s < COLUMNS; s++) bend += curvature[r * COLUMNS + s]! * p[s]!;
    value += scale * p[r]! * (linear[r]! + 0.5 * bend);
    gradient[r]! += scale * (linear[r]! + bend);
    for (let s = 0; s <= r; s++) hessian[r * COLUMNS + s]! += scale * curvature[r * COLUMNS + s]!;
  }
  return value;
}

function sumOfHuber(rows: LinearResiduals, delta: number): number {
  let sum = 0;
  for (let i = 0; i < rows.count; i++) {
    const size = Math.abs(rows.residual[i]!);
    sum += rows.weight[i]! * (size <= delta ? 0.5 * size * size : delta * (size - 0.5 * delta));
  }
  return sum;
}

/** sum_i w_i min(1, delta / |t_i|) c_i c_i' (5 x 5): the quadratic that touches the objective from above at p. */
export function touchingMetric(rows: LinearResiduals, delta: number, p: Float64Array, metric: Float64Array): void {
  const { columns } = rows;
  metric.fill(0);
  for (let i = 0; i < rows.count; i++) {
    let t = rows.residual[i]!;
    for (let k = 0; k < COLUMNS; k++) t += columns[k]![i]! * p[k]!;
    const size = Math.abs(t);
    const weight = rows.weight[i]! * (size <= delta ? 1 : delta / size);
    for (let r = 0; r < COLUMNS; r++) {
      const product = weight * columns[r]![i]!;
      for (let s = 0; s <= r; s++) metric[r * COLUMNS + s]! += product * columns[s]![i]!;
    }
  }
  for (let r = 0; r < COLUMNS; r++) {
    for (let s = 0; s < r; s++) metric[s * COLUMNS + r] = metric[r * COLUMNS + s]!;
  }
}

import { choleskySolve } from "./cholesky.js";
import { changeFromPiece, type Piece, type PiecedResiduals, pieceAt } from "./huberPieces.js";
import { COLUMNS, copy, ROW, sumOfHuber, touchingMetric } from "./huberSums.js";

// The compiler knows a module's own constants, and looks imported ones up at every use.
const SIZE = COLUMNS;
const CELLS = ROW;

/** Further terms of the objective, linear . p + p' curvature p / 2 (5, and 5 x 5 row-major), and the box that holds p. */
export interface StepModel {
  readonly linear: Float64Array;
  readonly curvature: Float64Array;
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** When a regression is done. */
export interface Accuracy {
  /** A promised decrease smaller than this ends it. */
  tolerance: number;
  /** And so does one smaller than this share of the decrease so far. */
  share: number;
  /** Size of the residuals that delta must tell apart: where it is far below this, larger deltas lead to it. */
  spread: number;
}

/**
 * Minimises sum_i w_i Huber_delta(t_i(p)) + linear . p + p' curvature p / 2 from p, which becomes the minimum.
 * @param before the sum at p = 0, where p is not 0
 * @returns the decrease from p = 0
 */
export type HuberRegression = (
  rows: PiecedResiduals,
  delta: number,
  model: StepModel,
  p: Float64Array,
  accuracy: Accuracy,
  before?: number,
) => number;

const MAX_ITERATIONS = 60;
/** The first delta, as a share of the residuals that are to be told apart; how far above the wanted one is near; the pace. */
const START = 0.25;
const NEAR = 3;
const PACE = 10;
/** Cuts of a step that overshoots. */
const CUTS = 6;
const SQUARE = SIZE * SIZE;

/**
 * Huber regression by Newton's method on its pieces, which ends exactly once the set of residuals within delta stays
 * (Madsen & Nielsen 1990, BIT 30, 682). A step that does not descend is cut at the zero of the slope along it; failing
 * that, it is damped by the quadratic that touches the objective from above, as in iteratively reweighted least squares.
 * Where delta is far below the residuals, larger ones lead to it (Madsen & Nielsen 1993, SIAM J. Optim. 3, 223).
 */
export function createHuberRegression(): HuberRegression {
  const vector = () => new Float64Array(SIZE);
  const [p, trial, gradient, uphill, right] = [vector(), vector(), vector(), vector(), vector()];
  const [hessian, metric, matrix] = [new Float64Array(SQUARE), new Float64Array(SQUARE), new Float64Array(SQUARE)];
  const free = new Int32Array(SIZE);

  /** Fills `trial` with the Newton step's end from p; false where the matrix is not positive definite. */
  function propose(model: StepModel, damping: number): boolean {
    let m = 0;
    for (let i = 0; i < SIZE; i++) {
      if (p[i]! <= model.lower[i]! && gradient[i]! >= 0) continue;
      if (p[i]! >= model.upper[i]! && gradient[i]! <= 0) continue;
      free[m++] = i;
    }
    for (let r = 0; r < m; r++) {
      right[r] = -gradient[free[r]!]!;
      for (let c = 0; c <= r; c++) {
        const k = free[r]! * SIZE + free[c]!;
        matrix[r * m + c] = hessian[k]! + damping * metric[k]!;
      }
      // Flat directions (a vanished amplitude's exponent) stay solvable.
      if (damping > 0) matrix[r * m + r]! += 1e-6 * damping * metric[free[r]! * (SIZE + 1)]! + 1e-300;
    }
    copy(p, trial);
    if (m > 0 && !choleskySolve(matrix, right, m)) return false;
    for (let r = 0; r < m; r++) {
      const i = free[r]!;
      trial[i] = Math.min(Math.max(p[i]! + right[r]!, model.lower[i]!), model.upper[i]!);
    }
    return true;
  }

  function slopeAlong(at: Float64Array): number {
    let slope = 0;
    for (let i = 0; i < SIZE; i++) slope += at[i]! * (trial[i]! - p[i]!);
    return slope;
  }

  /** Fills gradient and Hessian (lower triangle) at x; returns the value less `origin`. */
  function evaluate(rows: PiecedResiduals, model: StepModel, scale: number, x: Float64Array, origin: number): number {
    const { piece } = rows;
    let value = changeFromPiece(rows, x, gradient, hessian);
    if (Number.isNaN(value)) {
      pieceAt(rows, piece.delta, x);
      copyPiece(piece);
      value = 0;
    }
    return addModel(model, scale, x, value + piece.value - origin);
  }

  function copyPiece(piece: Piece): void {
    copy(piece.gradient, gradient);
    copy(piece.hessian, hessian);
  }

  function isAt(piece: Piece, delta: number): boolean {
    for (let i = 0; i < SIZE; i++) if (piece.p[i] !== p[i]) return false;
    return piece.delta === delta;
  }

  function addModel(model: StepModel, scale: number, x: Float64Array, sum: number): number {
    const { linear, curvature } = model;
    let value = sum;
    for (let r = 0; r < SIZE; r++) {
      let bend = 0;
      for (let s = 0; s < SIZE; s++) bend += curvature[r * SIZE + s]! * x[s]!;
      value += scale * x[r]! * (linear[r]! + 0.5 * bend);
      gradient[r]! += scale * (linear[r]! + bend);
      for (let s = 0; s <= r; s++) hessian[r * SIZE + s]! += scale * curvature[r * SIZE + s]!;
    }
    return value;
  }

  /**
   * From p to the minimum at one delta; `scale` multiplies the model's own terms. Returns the value there less `before`,
   * or less that at p where none is given.
   */
  function solve(
    rows: PiecedResiduals,
    delta: number,
    model: StepModel,
    scale: number,
    accuracy: Accuracy,
    before?: number,
  ): number {
    const { piece } = rows;
    if (!isAt(piece, delta)) pieceAt(rows, delta, p);
    const origin = before ?? piece.value;
    const at = (x: Float64Array) => evaluate(rows, model, scale, x, origin);
    copyPiece(piece);
    const initial = addModel(model, scale, p, piece.value - origin);
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
        copy(gradient, uphill);
        candidate = at(trial);
        for (let cut = 0; cut < CUTS && !(candidate < value); cut++) {
          // The objective is convex along the step: where its slope has turned, the minimum lies before.
          const end = slopeAlong(gradient);
          if (!(end > 0)) break;
          const begin = slopeAlong(uphill);
          const share = Math.max(begin / (begin - end), 0.1);
          for (let i = 0; i < SIZE; i++) trial[i] = p[i]! + share * (trial[i]! - p[i]!);
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
      copy(trial, p);
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
  function follow(rows: PiecedResiduals, delta: number, next: number, model: StepModel, target: number): void {
    evaluate(rows, model, delta / target, p, 0);
    gradient.fill(0);
    const { cells, count } = rows;
    const end = count * CELLS;
    for (let o = 0; o < end; o += CELLS) {
      let t = cells[o]!;
      for (let k = 0; k < SIZE; k++) t += cells[o + 1 + k]! * p[k]!;
      if (Math.abs(t) > delta) continue;
      for (let k = 0; k < SIZE; k++) gradient[k]! += cells[o + 6]! * t * cells[o + 1 + k]!;
    }
    for (let k = 0; k < SIZE; k++) {
      const bound = p[k]! <= model.lower[k]! || p[k]! >= model.upper[k]!;
      gradient[k] = bound ? 0 : gradient[k]! * (1 - next / delta);
    }
    if (propose(model, 0)) copy(trial, p);
  }

  /** No coordinate at a bound: the step was not cut short. */
  function interior(model: StepModel): boolean {
    for (let i = 0; i < SIZE; i++) {
      if (model.lower[i] !== model.upper[i] && (p[i]! <= model.lower[i]! || p[i]! >= model.upper[i]!)) return false;
    }
    return true;
  }

  return (rows, delta, model, inOut, accuracy, before) => {
    copy(inOut, p);
    let origin = before;
    let step = accuracy.spread * START;
    if (step > NEAR * delta) origin ??= sumOfHuber(rows, delta);
    while (step > NEAR * delta) {
      solve(rows, step, model, step / delta, accuracy);
      const next = Math.max(step / PACE, delta);
      follow(rows, step, next, model, delta);
      step = next;
    }
    const after = solve(rows, delta, model, 1, accuracy, origin);
    copy(p, inOut);
    return -after;
  };
}

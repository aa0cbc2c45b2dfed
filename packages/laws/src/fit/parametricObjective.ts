import { newPiece, type PiecedResiduals, pieceAt } from "../numerics/huberPieces.js";
import { COLUMNS, ROW } from "../numerics/huberSums.js";
import { EXP_REACH, LOG_REACH, log1pNear0, timesExpNear0 } from "../numerics/nearby.js";
import { A, ALPHA, B, BETA, E, type ParametricData } from "./parametricData.js";

// The compiler knows a module's own constants, and looks imported ones up at every use.
const SIZE = COLUMNS;
const CELLS = ROW;
const REACH = LOG_REACH;

/**
 * The rows that a descent works on: those of the data that count at all. The cells of a row are ln N, ln D, ln L, its weight,
 * exp(-alpha ln N) and exp(-beta ln D) at a point nearby if one is known, and 1 / L; the last one is unused.
 */
export interface Rows {
  count: number;
  readonly cells: Float64Array;
  /** What is known of a point nearby, from which a refit's exponentials follow by short series. */
  readonly near: Neighbourhood | undefined;
}

/** A pair of exponents for which the rows hold the terms' shapes. */
export interface Neighbourhood {
  readonly alpha: number;
  readonly beta: number;
  /** Largest |ln N| and |ln D|, as centred. */
  readonly reachN: number;
  readonly reachD: number;
}

/** Residuals r and their gradient in the search variables, at one point. */
export interface Linearisation extends PiecedResiduals {
  count: number;
}

export function newLinearisation(capacity: number): Linearisation {
  return { count: 0, cells: new Float64Array(capacity * CELLS), piece: newPiece(capacity) };
}

/** All rows of the data, each of weight 1 unless said. */
export function rowsOf({ logN, logD, logLoss }: ParametricData, weights?: ArrayLike<number>): Rows {
  const count = logN.length;
  const cells = new Float64Array(count * CELLS);
  for (let i = 0, o = 0; i < count; i++, o += CELLS) {
    cells[o] = logN[i]!;
    cells[o + 1] = logD[i]!;
    cells[o + 2] = logLoss[i]!;
    cells[o + 3] = weights ? weights[i]! : 1;
    cells[o + 6] = Math.exp(-logLoss[i]!);
  }
  return newRows(count, cells, undefined);
}

/** All rows are made here, for the compiler to see objects of one kind only. */
export function newRows(count: number, cells: Float64Array, near: Neighbourhood | undefined): Rows {
  return { count, cells, near };
}

/** The same rows, with what is known of a point nearby. */
export function rowsNear(rows: Rows, alpha: number, beta: number): Rows {
  const cells = rows.cells.slice();
  let reachN = 0;
  let reachD = 0;
  const end = rows.count * CELLS;
  for (let o = 0; o < end; o += CELLS) {
    reachN = Math.max(reachN, Math.abs(cells[o]!));
    reachD = Math.max(reachD, Math.abs(cells[o + 1]!));
    cells[o + 4] = Math.exp(-alpha * cells[o]!);
    cells[o + 5] = Math.exp(-beta * cells[o + 1]!);
  }
  return newRows(rows.count, cells, { alpha, beta, reachN, reachD });
}

const zero = new Float64Array(COLUMNS);

/**
 * Fills residuals, their gradients at theta and the piece of the objective there; returns the objective of Hoffmann et al.
 * 2022, equation 3: the sum of w_i Huber_delta(r_i). delta = Infinity gives half the sum of squares.
 */
export function linearise(rows: Rows, theta: ArrayLike<number>, delta: number, out: Linearisation): number {
  const { count, cells: known } = rows;
  const { cells } = out;
  const a = theta[A]!;
  const b = theta[B]!;
  const e = theta[E]!;
  const end = count * CELLS;
  out.count = count;
  shapes(rows, theta[ALPHA]!, theta[BETA]!, cells);
  const { some } = out.piece;
  let far = 0;
  for (let o = 0; o < end; o += CELLS) {
    const shapeN = cells[o + 1]!;
    const shapeD = cells[o + 2]!;
    const prediction = e + a * shapeN + b * shapeD;
    const inverse = 1 / prediction;
    const z = prediction * known[o + 6]! - 1;
    const u = shapeN * inverse;
    const v = shapeD * inverse;
    cells[o] = log1pNear0(z);
    cells[o + 1] = u;
    cells[o + 2] = v;
    cells[o + 3] = inverse;
    cells[o + 4] = -a * known[o]! * u;
    cells[o + 5] = -b * known[o + 1]! * v;
    cells[o + 6] = known[o + 3]!;
    if (!(Math.abs(z) <= REACH)) some[far++] = o;
  }
  for (let k = 0; k < far; k++) cells[some[k]!] = -Math.log(cells[some[k]! + 3]!) - known[some[k]! + 2]!;
  pieceAt(out, delta, zero);
  return out.piece.value;
}

// Short loops, one thing each: together they would run out of registers, and take half as long again.

/** exp(-alpha ln N) and exp(-beta ln D) into the first two columns. */
function shapes({ count, cells: known, near }: Rows, alpha: number, beta: number, cells: Float64Array): void {
  const stepN = near ? near.alpha - alpha : 0;
  const stepD = near ? near.beta - beta : 0;
  if (near && Math.max(Math.abs(stepN) * near.reachN, Math.abs(stepD) * near.reachD) <= EXP_REACH) {
    timesExpNear0(known, 0, stepN, 4, cells, 1, count);
    timesExpNear0(known, 1, stepD, 5, cells, 2, count);
    return;
  }
  const end = count * CELLS;
  for (let o = 0; o < end; o += CELLS) {
    cells[o + 1] = Math.exp(-alpha * known[o]!);
    cells[o + 2] = Math.exp(-beta * known[o + 1]!);
  }
}

/**
 * Adds to the Hessian of the objective (5 x 5, full) what the residuals' own curvature contributes: sum_i psi_i
 * (d2 prediction_i) / prediction_i, psi = w Huber'. It is in four entries only. (d2 r has - g g' besides, which is of the
 * order of r next to the g g' of J'J.)
 */
export function addResidualCurvature(rows: Rows, at: Linearisation, hessian: Float64Array): void {
  const { cells: known } = rows;
  const { cells, count, piece } = at;
  const { delta } = piece;
  const end = count * CELLS;
  let aAlpha = 0;
  let alphaAlpha = 0;
  let bBeta = 0;
  let betaBeta = 0;
  for (let o = 0; o < end; o += CELLS) {
    const r = cells[o]!;
    const size = Math.abs(r);
    const psi = size <= delta ? cells[o + 6]! * r : (cells[o + 6]! * r * delta) / size;
    const byN = psi * known[o]!;
    const byD = psi * known[o + 1]!;
    aAlpha -= byN * cells[o + 1]!;
    alphaAlpha -= byN * cells[o + 4]!;
    bBeta -= byD * cells[o + 2]!;
    betaBeta -= byD * cells[o + 5]!;
  }
  hessian[A * SIZE + ALPHA]! += aAlpha;
  hessian[ALPHA * SIZE + A]! += aAlpha;
  hessian[ALPHA * SIZE + ALPHA]! += alphaAlpha;
  hessian[B * SIZE + BETA]! += bBeta;
  hessian[BETA * SIZE + B]! += bBeta;
  hessian[BETA * SIZE + BETA]! += betaBeta;
}

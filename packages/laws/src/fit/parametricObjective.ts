import { type LinearResiduals, ROW } from "../numerics/huberSums.js";
import { EXP_REACH, expNear0, log1p } from "../numerics/nearby.js";
import { A, ALPHA, B, BETA, E, type ParametricData } from "./parametricData.js";

// The compiler knows a module's own constants, and looks imported ones up at every use.
const CELLS = ROW;

/**
 * The rows that a descent works on: those of the data that count at all. The cells of a row are ln N, ln D, ln L and its
 * weight; where a point nearby is known, exp(-alpha ln N), exp(-beta ln D) there, and 1 / L; the last one is unused.
 */
export interface Rows {
  count: number;
  readonly cells: Float64Array;
  /** What is known of a point nearby, from which a refit's exponentials follow by short series. */
  readonly near?: Neighbourhood;
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
export interface Linearisation extends LinearResiduals {
  count: number;
  /**
   * What the residuals' own curvature adds to the objective's Hessian: sum_i psi_i (d2 prediction) / prediction, with
   * psi = w Huber'. It has four entries: A alpha, alpha alpha, B beta, beta beta. (d2 r has - g g' besides, which is of the
   * order of r next to the g g' of J'J.)
   */
  readonly curvature: Float64Array;
}

export function newLinearisation(capacity: number): Linearisation {
  return { count: 0, cells: new Float64Array(capacity * CELLS), curvature: new Float64Array(4) };
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
  }
  return { count, cells };
}

/** The same rows, with what is known of a point nearby. */
export function rowsNear(rows: Rows, alpha: number, beta: number): Rows & { readonly near: Neighbourhood } {
  const cells = rows.cells.slice();
  let reachN = 0;
  let reachD = 0;
  const end = rows.count * CELLS;
  for (let o = 0; o < end; o += CELLS) {
    reachN = Math.max(reachN, Math.abs(cells[o]!));
    reachD = Math.max(reachD, Math.abs(cells[o + 1]!));
    cells[o + 4] = Math.exp(-alpha * cells[o]!);
    cells[o + 5] = Math.exp(-beta * cells[o + 1]!);
    cells[o + 6] = Math.exp(-cells[o + 2]!);
  }
  return { count: rows.count, cells, near: { alpha, beta, reachN, reachD } };
}

/**
 * Fills residuals, gradients and curvature at theta; returns the objective of Hoffmann et al. 2022, equation 3: the sum of
 * w_i Huber_delta(r_i). delta = Infinity gives half the sum of squares.
 */
export function linearise(rows: Rows, theta: ArrayLike<number>, delta: number, out: Linearisation): number {
  const { count, cells: known, near } = rows;
  const { cells, curvature } = out;
  const a = theta[A]!;
  const b = theta[B]!;
  const e = theta[E]!;
  const end = count * CELLS;
  out.count = count;
  shapes(rows, theta[ALPHA]!, theta[BETA]!, cells);
  let value = 0;
  let aAlpha = 0;
  let alphaAlpha = 0;
  let bBeta = 0;
  let betaBeta = 0;
  for (let o = 0; o < end; o += CELLS) {
    const logN = known[o]!;
    const logD = known[o + 1]!;
    const weight = known[o + 3]!;
    const prediction = e + a * cells[o + 1]! + b * cells[o + 2]!;
    const r = near ? log1p(prediction * known[o + 6]! - 1) : Math.log(prediction) - known[o + 2]!;
    const inverse = 1 / prediction;
    const u = cells[o + 1]! * inverse;
    const v = cells[o + 2]! * inverse;
    const byAlpha = -a * logN * u;
    const byBeta = -b * logD * v;
    cells[o] = r;
    cells[o + 1] = u;
    cells[o + 2] = v;
    cells[o + 3] = inverse;
    cells[o + 4] = byAlpha;
    cells[o + 5] = byBeta;
    cells[o + 6] = weight;
    const size = Math.abs(r);
    let psi = weight * r;
    if (size <= delta) value += 0.5 * psi * r;
    else {
      // The sign by division: a branch on it would be guessed wrong every other time.
      psi *= delta / size;
      value += weight * delta * (size - 0.5 * delta);
    }
    const byN = psi * logN;
    const byD = psi * logD;
    aAlpha -= byN * u;
    alphaAlpha -= byN * byAlpha;
    bBeta -= byD * v;
    betaBeta -= byD * byBeta;
  }
  curvature[0] = aAlpha;
  curvature[1] = alphaAlpha;
  curvature[2] = bBeta;
  curvature[3] = betaBeta;
  return value;
}

/** exp(-alpha ln N) and exp(-beta ln D) into the first two columns. */
function shapes({ count, cells: known, near }: Rows, alpha: number, beta: number, cells: Float64Array): void {
  const end = count * CELLS;
  if (
    near &&
    Math.max(Math.abs(alpha - near.alpha) * near.reachN, Math.abs(beta - near.beta) * near.reachD) <= EXP_REACH
  ) {
    const stepN = near.alpha - alpha;
    const stepD = near.beta - beta;
    for (let o = 0; o < end; o += CELLS) {
      cells[o + 1] = known[o + 4]! * expNear0(stepN * known[o]!);
      cells[o + 2] = known[o + 5]! * expNear0(stepD * known[o + 1]!);
    }
    return;
  }
  for (let o = 0; o < end; o += CELLS) {
    cells[o + 1] = Math.exp(-alpha * known[o]!);
    cells[o + 2] = Math.exp(-beta * known[o + 1]!);
  }
}

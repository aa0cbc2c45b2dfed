import { choleskySolve } from "../numerics/cholesky.js";
import { COLUMNS, ROW } from "../numerics/huberSums.js";
import { A, ALPHA, B, BETA } from "./parametricData.js";
import { interiorVariables } from "./parametricDiagnostics.js";
import type { ParametricModel } from "./parametricModel.js";
import type { Linearisation, Rows } from "./parametricObjective.js";

// The compiler knows a module's own constants, and looks imported ones up at every use.
const SIZE = COLUMNS;
const SQUARE = SIZE * SIZE;

/** The curved path theta + step + K(step, step) / 2. */
export interface Bend {
  /** Bends a straight step, in place. */
  follow(step: Float64Array): void;
  /** Adds to a function's Hessian (5 x 5, full) what its gradient times K makes of it along the path. */
  addCurvature(gradient: Float64Array, hessian: Float64Array): void;
}

/** A bend longer than this share of the step leaves the series behind (Transtrum & Sethna 2012, equation 15). */
const LONGEST = 0.375;
/** Of many rows so many do. */
const ENOUGH = 500;

/**
 * The path along which residuals change linearly with the step, as far as the parameters can bring that about: most of such
 * a law's curvature is in its parameters and not in the surface that its predictions span (Bates & Watts 1980, JRSS B 42, 1).
 * K(p, p) = - (J'J)^-1 J' r''(p, p), geodesic acceleration (Transtrum & Sethna 2012, arXiv:1201.5885).
 * @param at the residuals and their gradients at theta
 */
export function bendOf(rows: Rows, at: Linearisation, theta: Float64Array, model: ParametricModel): Bend {
  const free = model.ratio === undefined ? interiorVariables(theta, model) : [];
  const metric = new Float64Array(SQUARE);
  // J' r'' by variable and pair of variables, and then K.
  const tensor = new Float64Array(SIZE * SQUARE);
  const column = new Float64Array(SIZE);
  const second = new Float64Array(SQUARE);
  const stride = Math.ceil(at.count / ENOUGH) * ROW;
  for (let o = 0; o < at.count * ROW; o += stride) {
    for (const p of free) column[p] = at.cells[o + 1 + p]!;
    for (let pair = 0; pair < SQUARE; pair++) {
      metric[pair]! += column[Math.floor(pair / SIZE)]! * column[pair % SIZE]!;
    }
    secondDerivatives(column, rows.cells[o]!, rows.cells[o + 1]!, second);
    for (let k = 0; k < SIZE * SQUARE; k++) tensor[k]! += column[Math.floor(k / SQUARE)]! * second[k % SQUARE]!;
  }
  const gram = Float64Array.from(free.flatMap((p) => free.map((q) => metric[p * SIZE + q]!)));
  for (let pair = 0; pair < SQUARE; pair++) {
    const right = Float64Array.from(free, (i) => -tensor[i * SQUARE + pair]!);
    const solved = choleskySolve(gram.slice(), right, free.length);
    free.forEach((i, k) => {
      tensor[i * SQUARE + pair] = solved ? right[k]! : 0;
    });
  }
  const bent = new Float64Array(SIZE);
  const products = new Float64Array(SQUARE);
  return {
    follow(step) {
      let along = 0;
      for (let p = 0; p < SIZE; p++) {
        for (let q = 0; q < SIZE; q++) {
          const product = step[p]! * step[q]!;
          products[p * SIZE + q] = product;
          along += metric[p * SIZE + q]! * product;
        }
      }
      for (let i = 0; i < SIZE; i++) {
        let sum = 0;
        for (let pair = 0; pair < SQUARE; pair++) sum += tensor[i * SQUARE + pair]! * products[pair]!;
        bent[i] = 0.5 * sum;
      }
      let across = 0;
      for (let p = 0; p < SIZE; p++) {
        for (let q = 0; q < SIZE; q++) across += bent[p]! * metric[p * SIZE + q]! * bent[q]!;
      }
      if (across > LONGEST * LONGEST * along) return;
      for (let i = 0; i < SIZE; i++) step[i]! += bent[i]!;
    },
    addCurvature(gradient, hessian) {
      for (let i = 0; i < SIZE; i++) {
        const g = gradient[i]!;
        for (let pair = 0; pair < SQUARE; pair++) hessian[pair]! += g * tensor[i * SQUARE + pair]!;
      }
    },
  };
}

/** Fills d2 ln(prediction) by every two variables, from its gradient. */
function secondDerivatives(gradient: Float64Array, logN: number, logD: number, out: Float64Array): void {
  for (let p = 0; p < SIZE; p++) {
    for (let q = 0; q < SIZE; q++) out[p * SIZE + q] = -gradient[p]! * gradient[q]!;
  }
  out[A * SIZE + ALPHA]! -= logN * gradient[A]!;
  out[ALPHA * SIZE + A]! -= logN * gradient[A]!;
  out[ALPHA * SIZE + ALPHA]! -= logN * gradient[ALPHA]!;
  out[B * SIZE + BETA]! -= logD * gradient[B]!;
  out[BETA * SIZE + B]! -= logD * gradient[B]!;
  out[BETA * SIZE + BETA]! -= logD * gradient[BETA]!;
}

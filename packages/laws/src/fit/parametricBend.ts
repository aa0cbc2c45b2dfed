import { choleskySolve } from "../numerics/cholesky.js";
import { ROW } from "../numerics/huberSums.js";
import { A, ALPHA, B, BETA } from "./parametricData.js";
import { interiorVariables } from "./parametricDiagnostics.js";
import type { ParametricModel } from "./parametricModel.js";
import type { Linearisation, Rows } from "./parametricObjective.js";

/** Bends a straight step from theta, in place. */
export type Bend = (step: Float64Array) => void;

/** A bend longer than this share of the step leaves the series behind (Transtrum & Sethna 2012, equation 15). */
const LONGEST = 0.375;

/**
 * The curved path along which residuals change linearly with the step, as far as the parameters can bring that about: most
 * of such a law's curvature is in its parameters and not in the surface that its predictions span (Bates & Watts 1980, JRSS B
 * 42, 1). A step p becomes p - (J'J)^-1 J' r''(p, p) / 2, geodesic acceleration (Transtrum & Sethna 2012, arXiv:1201.5885).
 * @param at the residuals and their gradients at theta
 */
export function bendOf(rows: Rows, at: Linearisation, theta: Float64Array, model: ParametricModel): Bend {
  const free = interiorVariables(theta, model);
  const size = free.length;
  const gram = new Float64Array(size * size);
  const pairs = free.flatMap((p, i) => free.slice(0, i + 1).map((q) => [p, q] as const));
  const bends = pairs.map(() => new Float64Array(size));
  for (let o = 0; o < at.count * ROW; o += ROW) {
    const column = (k: number) => at.cells[o + 1 + k]!;
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) gram[i * size + j]! += column(free[i]!) * column(free[j]!);
    }
    pairs.forEach(([p, q], k) => {
      const bend = bends[k]!;
      const second = secondDerivative(p, q, column, rows.cells[o]!, rows.cells[o + 1]!);
      for (let i = 0; i < size; i++) bend[i]! -= column(free[i]!) * second;
    });
  }
  const solved = bends.map((bend) => choleskySolve(gram.slice(), bend, size));
  if (model.ratio !== undefined || !solved.every(Boolean)) return () => {};
  const bent = new Float64Array(size);
  return (step) => {
    bent.fill(0);
    for (let k = 0; k < pairs.length; k++) {
      const [p, q] = pairs[k]!;
      // Off the diagonal a pair counts twice, and the series halves it.
      const product = (p === q ? 0.5 : 1) * step[p]! * step[q]!;
      for (let i = 0; i < size; i++) bent[i]! += product * bends[k]![i]!;
    }
    let [long, short] = [0, 0];
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        const g = gram[i * size + j]!;
        long += step[free[i]!]! * g * step[free[j]!]!;
        short += bent[i]! * g * bent[j]!;
      }
    }
    if (short > LONGEST ** 2 * long) return;
    for (let i = 0; i < size; i++) step[free[i]!]! += bent[i]!;
  };
}

/** d2 ln(prediction) by two variables. */
function secondDerivative(p: number, q: number, column: (k: number) => number, logN: number, logD: number): number {
  let own = 0;
  if (p === ALPHA && q === A) own = -logN * column(A);
  if (p === BETA && q === B) own = -logD * column(B);
  if (p === ALPHA && q === ALPHA) own = -logN * column(ALPHA);
  if (p === BETA && q === BETA) own = -logD * column(BETA);
  return own - column(p) * column(q);
}

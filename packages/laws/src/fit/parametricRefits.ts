import { COLUMNS, ROW } from "../numerics/huberSums.js";
import { bendOf } from "./parametricBend.js";
import { ALPHA, BETA, type ParametricData } from "./parametricData.js";
import { createDescent } from "./parametricDescent.js";
import { influenceOf } from "./parametricInfluence.js";
import type { ParametricModel } from "./parametricModel.js";
import { linearise, newLinearisation, newRows, type Rows, rowsNear, rowsOf } from "./parametricObjective.js";

// The compiler knows a module's own constants, and looks imported ones up at every use.
const SIZE = COLUMNS;
const CELLS = ROW;

/**
 * Fits the data again with other weights, and with ln losses shifted, from a fit nearby; undefined where that does not converge. The result
 * is the caller's.
 */
export type Refit = (weights: Float64Array, shifts: Float64Array) => Float64Array | undefined;

/** Errors square at every step: a step that promises less than this leaves far less behind it. */
const TOLERANCE = 1e-7;

/**
 * Refits start from the first fit's residuals and gradients, which cost nothing again: of a resample only the rows that
 * it drew are looked at, and the first step needs no exponential. It begins where the influence of the weights puts it.
 */
export function createRefit(data: ParametricData, best: Float64Array, model: ParametricModel, delta: number): Refit {
  const runs = data.logN.length;
  const order = bySize(data, best);
  const whole = rowsNear(inOrder(rowsOf(data), order), best[ALPHA]!, best[BETA]!);
  const base = newLinearisation(runs);
  linearise(whole, best, delta, base);
  // In the cells to spare: what a row contributes at the first fit, and its slope.
  for (let o = 0; o < runs * CELLS; o += CELLS) {
    whole.cells[o + 7] = huber(base.cells[o]!, delta);
    base.cells[o + 7] = huberSlope(base.cells[o]!, delta);
  }
  const rows = newRows(runs, new Float64Array(runs * CELLS), whole.near);
  const known = newLinearisation(runs);
  const bend = bendOf(whole, base, best, model);
  const influence = influenceOf(base, best, model, delta);
  const pull = new Float64Array(SIZE);
  const step = new Float64Array(SIZE);
  const descend = createDescent(runs);

  /** Copies the rows that count, and fills the objective's gradient at the first fit; returns the objective there. */
  function gather(weights: Float64Array, shifts: Float64Array): number {
    const [from, linear] = [whole.cells, base.cells];
    const [to, toLinear] = [rows.cells, known.cells];
    let end = 0;
    let value = 0;
    let g0 = 0;
    let g1 = 0;
    let g2 = 0;
    let g3 = 0;
    let g4 = 0;
    for (let k = 0; k < runs; k++) {
      const i = order[k]!;
      const weight = weights[i]!;
      if (weight === 0) continue;
      const shift = shifts[i]!;
      const o = k * CELLS;
      to[end] = from[o]!;
      to[end + 1] = from[o + 1]!;
      to[end + 2] = from[o + 2]! + shift;
      to[end + 3] = weight;
      to[end + 4] = from[o + 4]!;
      to[end + 5] = from[o + 5]!;
      to[end + 6] = shift === 0 ? from[o + 6]! : from[o + 6]! * Math.exp(-shift);
      const r = linear[o]! - shift;
      const a = linear[o + 1]!;
      const b = linear[o + 2]!;
      const c = linear[o + 3]!;
      const d = linear[o + 4]!;
      const e = linear[o + 5]!;
      toLinear[end] = r;
      toLinear[end + 1] = a;
      toLinear[end + 2] = b;
      toLinear[end + 3] = c;
      toLinear[end + 4] = d;
      toLinear[end + 5] = e;
      toLinear[end + 6] = weight;
      end += CELLS;
      const rho = shift === 0 ? from[o + 7]! : huber(r, delta);
      const psi = weight * (shift === 0 ? linear[o + 7]! : huberSlope(r, delta));
      value += weight * rho;
      g0 += psi * a;
      g1 += psi * b;
      g2 += psi * c;
      g3 += psi * d;
      g4 += psi * e;
    }
    rows.count = end / CELLS;
    known.count = rows.count;
    known.piece.delta = Number.NaN;
    pull[0] = g0;
    pull[1] = g1;
    pull[2] = g2;
    pull[3] = g3;
    pull[4] = g4;
    return value;
  }

  return (weights, shifts) => {
    const value = gather(weights, shifts);
    if (rows.count < model.size) return undefined;
    influence(pull, step);
    const { theta, converged } = descend(rows, best, model, delta, {
      maxIterations: 100,
      tolerance: TOLERANCE,
      known: { at: known, value, step, bend },
    });
    return converged ? theta : undefined;
  };
}

function huber(r: number, delta: number): number {
  const size = Math.abs(r);
  return size <= delta ? 0.5 * r * r : delta * (size - 0.5 * delta);
}

function huberSlope(r: number, delta: number): number {
  return Math.abs(r) <= delta ? r : delta * Math.sign(r);
}

/** Rows sorted at a time: what belongs to so many fits into the processor's cache. */
const BLOCK = 1024;

/** Small residuals first, so that which side of delta a row lies on is seldom a surprise to the processor. */
function bySize(data: ParametricData, best: Float64Array): Int32Array {
  const runs = data.logN.length;
  const at = newLinearisation(runs);
  linearise(rowsOf(data), best, Number.POSITIVE_INFINITY, at);
  const size = Float64Array.from(data.logN, (_, i) => Math.abs(at.cells[i * CELLS]!));
  const order = Int32Array.from(size, (_, i) => i);
  for (let k = 0; k < runs; k += BLOCK) order.subarray(k, k + BLOCK).sort((i, j) => size[i]! - size[j]!);
  return order;
}

function inOrder({ count, cells }: Rows, order: Int32Array): Rows {
  const sorted = new Float64Array(cells.length);
  order.forEach((i, k) => {
    sorted.set(cells.subarray(i * CELLS, (i + 1) * CELLS), k * CELLS);
  });
  return newRows(count, sorted, undefined);
}

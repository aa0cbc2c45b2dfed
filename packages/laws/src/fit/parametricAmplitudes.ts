import { choleskySolve } from "../numerics/cholesky.js";
import { LOG_REACH, log1pNear0 } from "../numerics/nearby.js";
import { nonNegativeFromGram } from "../numerics/nonNegativeLeastSquares.js";
import { A, B, E, type ParametricData } from "./parametricData.js";
import type { ParametricModel } from "./parametricModel.js";
import { LEAST_START } from "./parametricSearch.js";

// The compiler knows a module's own constants, and looks imported ones up at every use.
const REACH = LOG_REACH;

/** A', B', E'. */
export type Triple = [number, number, number];

/** Mean square of ln residuals above which amplitudes descend as logarithms. */
const FAR = 0.05;

/** So many rows, evenly spread, show the way. */
const GUIDES = 16;

/** Where paths end, with the sum of squares there. */
interface End {
  readonly at: Triple;
  readonly sum: number;
  /** Of a path by the rows that guide: where it goes on to by all rows. */
  onward?: End;
}

/** The terms' shapes at one pair of exponents. */
interface Shapes {
  readonly model: Float64Array;
  readonly tokens: Float64Array;
  readonly inverseLoss: Float64Array;
}

/**
 * Gauss-Newton for sum_i (ln(prediction_i) - ln L_i)^2 over A', B', E' >= 0: in their logarithms while far off, where
 * ln(prediction) is nearly linear in the logarithm of its largest term; then in themselves, where a vanishing one ends.
 * A path whose next step leads to within a thousandth of the lower end of an earlier one has met it. A few rows show the
 * way, and then all of them. Paths with one end give the same object.
 */
export function amplitudeFit(data: ParametricData, model: ParametricModel, alpha: number, beta: number) {
  // The same for all starts of a pair of exponents.
  const all: Shapes = {
    model: data.logN.map((n) => Math.exp(-alpha * n)),
    tokens: data.logD.map((d) => Math.exp(-beta * d)),
    inverseLoss: data.logLoss.map((v) => Math.exp(-v)),
  };
  const guides = thinned(all);
  const isHeld = [A, B, E].map((i) => model.lower[i] === model.upper[i]);
  const free = [A, B, E].filter((i) => !isHeld[i]);
  const guidedEnds: End[] = [];
  const ends: End[] = [];
  const [normal, right] = [new Float64Array(9), new Float64Array(3)];
  const [matrix, step, wanted] = [new Float64Array(9), new Float64Array(3), new Float64Array(3)];

  function logarithmicStep(x: Triple, damping: number): Triple {
    for (let i = 0; i < 3; i++) {
      step[i] = right[i]! * x[i]!;
      for (let j = 0; j < 3; j++) matrix[3 * i + j] = normal[3 * i + j]! * x[i]! * x[j]!;
      matrix[4 * i] = matrix[4 * i]! * (1 + damping) + 1e-9;
    }
    for (let i = 0; i < 3; i++) {
      if (!isHeld[i]) continue;
      for (let j = 0; j < 3; j++) matrix[3 * i + j] = matrix[3 * j + i] = i === j ? 1 : 0;
      step[i] = 0;
    }
    if (!choleskySolve(matrix, step, 3)) return x;
    const moved = (i: 0 | 1 | 2) => x[i] * Math.exp(Math.min(Math.max(step[i]!, -30), 30));
    return [moved(0), moved(1), moved(2)];
  }

  /** min |r + J (y - x)|^2 over y >= 0, held ones as they are. */
  function linearStep(x: Triple): Triple {
    const size = free.length;
    for (let k = 0; k < size; k++) {
      const row = 3 * free[k]!;
      let sum = right[free[k]!]!;
      for (let j = 0; j < size; j++) {
        sum += normal[row + free[j]!]! * x[free[j]!]!;
        matrix[k * size + j] = normal[row + free[j]!]!;
      }
      wanted[k] = sum;
      step[k] = sum;
    }
    const y: Triple = [x[0], x[1], x[2]];
    let allowed = choleskySolve(matrix, step, size);
    for (let k = 0; k < size; k++) allowed &&= step[k]! >= 0;
    const found = allowed ? step : nonNegativeFromGram(gramOfFree(), Array.from(wanted.subarray(0, size))).x;
    for (let k = 0; k < size; k++) y[free[k]!] = found[k]!;
    return y;
  }

  function gramOfFree(): number[][] {
    return free.map((i) => free.map((j) => normal[3 * i + j]!));
  }

  /** Out of the far field, by the rows that guide. */
  function approach(start: Triple): Triple {
    let x = start;
    let sum = squares(guides, x, normal, right);
    let damping = 1e-3;
    const near = FAR * guides.model.length;
    for (let iteration = 0; iteration < 40 && sum > near && damping < 1; iteration++) {
      const end = logarithmicStep(x, damping);
      const candidate = squares(guides, end, normal, right);
      if (candidate < sum) {
        // A term that vanished on the way has a logarithm without a slope: only the linear steps bring it back.
        const stalls = sum - candidate <= 0.1 * candidate;
        [x, sum] = [end, candidate];
        damping /= 10;
        if (stalls) break;
      } else {
        damping *= 10;
        squares(guides, x, normal, right);
      }
    }
    return x;
  }

  /** Where a path ends, or has met the end of an earlier one. */
  function endOf(shapes: Shapes, ends: End[], start: Triple): End {
    let x = start;
    let sum = squares(shapes, x, normal, right);
    for (let iteration = 0; iteration < 60; iteration++) {
      const end = linearStep(x);
      const met = ends.find((other) => other.sum <= sum && near(end, other.at));
      if (met) return met;
      let share = 1;
      let next = end;
      let candidate = squares(shapes, end, normal, right);
      while (!(candidate < sum) && share > 1e-3) {
        share /= 2;
        next = between(x, end, share);
        candidate = squares(shapes, next, normal, right);
      }
      if (!(candidate < sum)) break;
      const decrease = sum - candidate;
      [x, sum] = [next, candidate];
      if (decrease < 1e-13 * sum) break;
    }
    const found = { at: x, sum };
    ends.push(found);
    return found;
  }

  return (logs: Triple): Triple => {
    const amplitude = (i: 0 | 1 | 2) => (isHeld[i] ? model.lower[i]! : Math.exp(logs[i]));
    const start: Triple = [amplitude(0), amplitude(1), amplitude(2)];
    const guided = endOf(guides, guidedEnds, approach(start));
    guided.onward ??= endOf(all, ends, guided.at);
    return guided.onward.at;
  };
}

/** Fills J'J and -J'r, with J the gradients of ln(prediction) in A', B', E'; returns the sum of squares. */
function squares(shapes: Shapes, at: Triple, normal: Float64Array, right: Float64Array): number {
  const a = at[0];
  const b = at[1];
  const e = at[2];
  const { model, tokens, inverseLoss } = shapes;
  const runs = model.length;
  let sum = 0;
  let g0 = 0;
  let g1 = 0;
  let g2 = 0;
  let h00 = 0;
  let h10 = 0;
  let h11 = 0;
  let h20 = 0;
  let h21 = 0;
  let h22 = 0;
  for (let i = 0; i < runs; i++) {
    const prediction = a * model[i]! + b * tokens[i]! + e;
    const z = prediction * inverseLoss[i]! - 1;
    const r = Math.abs(z) <= REACH ? log1pNear0(z) : Math.log(1 + z);
    const w = 1 / prediction;
    const u = model[i]! * w;
    const v = tokens[i]! * w;
    sum += r * r;
    g0 -= r * u;
    g1 -= r * v;
    g2 -= r * w;
    h00 += u * u;
    h10 += u * v;
    h11 += v * v;
    h20 += u * w;
    h21 += v * w;
    h22 += w * w;
  }
  right[0] = g0;
  right[1] = g1;
  right[2] = g2;
  normal[0] = h00;
  normal[1] = normal[3] = h10;
  normal[2] = normal[6] = h20;
  normal[4] = h11;
  normal[5] = normal[7] = h21;
  normal[8] = h22;
  return sum;
}

function thinned(shapes: Shapes): Shapes {
  const runs = shapes.model.length;
  const count = Math.min(runs, GUIDES);
  const pick = (values: Float64Array) =>
    Float64Array.from({ length: count }, (_, k) => values[Math.floor((k * runs) / count)]!);
  return { model: pick(shapes.model), tokens: pick(shapes.tokens), inverseLoss: pick(shapes.inverseLoss) };
}

/** Within a thousandth, where Gauss-Newton has one end. */
function near(x: Triple, y: Triple): boolean {
  for (let i = 0; i < 3; i++) if (!(Math.abs(x[i]! - y[i]!) <= 1e-3 * (y[i]! + LEAST_START))) return false;
  return true;
}

function between(x: Triple, y: Triple, share: number): Triple {
  return [x[0] + share * (y[0] - x[0]), x[1] + share * (y[1] - x[1]), x[2] + share * (y[2] - x[2])];
}

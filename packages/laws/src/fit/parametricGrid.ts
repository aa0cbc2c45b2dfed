import { choleskySolve } from "../numerics/cholesky.js";
import { nonNegativeFromGram } from "../numerics/nonNegativeLeastSquares.js";
import { A, ALPHA, B, BETA, E, type ParametricData } from "./parametricData.js";
import type { ParametricModel } from "./parametricModel.js";
import { LEAST_START } from "./parametricSearch.js";

/** Starts whose descents meet, and how many they are. */
export interface SharedStart {
  readonly theta: Float64Array;
  readonly count: number;
}

const LOG_AMPLITUDES = [0, 5, 10, 15, 20, 25];
const LOG_FLOORS = [-1, -0.5, 0, 0.5, 1];
const GRID_EXPONENTS = [0, 0.5, 1, 1.5, 2];

/**
 * The 4,500 starts of Hoffmann et al. 2022, appendix D.3: ln A, ln B in {0, 5, ..., 25}, ln E in {-1, -.5, ..., 1}, alpha,
 * beta in {0, .5, ..., 2}. Each first descends in its three log-amplitudes, exponents held, to the least squares of its ln
 * residuals; a path that comes within a thousandth of the end of an earlier one there has met it. Starts that have met go on
 * as one, by Huber's loss in all five variables. An exponent of 0 is raised to its bound.
 */
export function hoffmannStarts(data: ParametricData, model: ParametricModel): SharedStart[] {
  const met = new Map<string, { theta: Float64Array; count: number }>();
  const level = data.centreLoss;
  for (const gridAlpha of GRID_EXPONENTS) {
    for (const gridBeta of GRID_EXPONENTS) {
      const alpha = clamp(gridAlpha, model, ALPHA);
      const beta = model.ratio === undefined ? clamp(gridBeta, model, BETA) : model.ratio * alpha;
      const fit = amplitudeFit(data, model, alpha, beta);
      for (const a of LOG_AMPLITUDES) {
        for (const b of LOG_AMPLITUDES) {
          for (const e of LOG_FLOORS) {
            const logs = [a - gridAlpha * data.centreN - level, b - gridBeta * data.centreD - level, e - level];
            const theta = Float64Array.of(...fit(logs as [number, number, number]), alpha, beta);
            for (let i = 0; i < ALPHA; i++) {
              theta[i] = clamp(theta[i]!, model, i);
              if (i !== E && model.lower[i] !== model.upper[i]) theta[i] = Math.max(theta[i]!, LEAST_START);
            }
            const key = Array.from(theta, (v) => v.toPrecision(6)).join();
            const same = met.get(key);
            if (same) same.count++;
            else met.set(key, { theta, count: 1 });
          }
        }
      }
    }
  }
  return [...met.values()];
}

function clamp(value: number, model: ParametricModel, index: number): number {
  return Math.min(Math.max(value, model.lower[index]!), model.upper[index]!);
}

type Triple = [number, number, number];

/** Mean square of ln residuals above which amplitudes descend as logarithms. */
const FAR = 0.05;

/**
 * Gauss-Newton for sum_i (ln(prediction_i) - ln L_i)^2 over A', B', E' >= 0: in their logarithms while far off, where
 * ln(prediction) is nearly linear in the logarithm of its largest term; then in themselves, where a vanishing one ends.
 */
function amplitudeFit(data: ParametricData, model: ParametricModel, alpha: number, beta: number) {
  const { logN, logD, logLoss } = data;
  const runs = logN.length;
  // The terms' shapes are the same for all starts of a pair of exponents.
  const shapeN = logN.map((n) => Math.exp(-alpha * n));
  const shapeD = logD.map((d) => Math.exp(-beta * d));
  const isHeld = [A, B, E].map((i) => model.lower[i] === model.upper[i]);
  const free = [A, B, E].filter((i) => !isHeld[i]);
  const ends: Triple[] = [];
  const [normal, right] = [new Float64Array(9), new Float64Array(3)];
  const [matrix, step] = [new Float64Array(9), new Float64Array(3)];

  /** Fills J'J and -J'r, with J the gradients of ln(prediction) in A', B', E'; returns the sum of squares. */
  function evaluate(a: number, b: number, e: number): number {
    let [sum, g0, g1, g2, h00, h10, h11, h20, h21, h22] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    for (let i = 0; i < runs; i++) {
      const prediction = a * shapeN[i]! + b * shapeD[i]! + e;
      const r = Math.log(prediction) - logLoss[i]!;
      const w = 1 / prediction;
      const u = shapeN[i]! * w;
      const v = shapeD[i]! * w;
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
    right.set([g0, g1, g2]);
    normal.set([h00, h10, h20, h10, h11, h21, h20, h21, h22]);
    return sum;
  }

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
    return x.map((v, i) => v * Math.exp(Math.min(Math.max(step[i]!, -30), 30))) as Triple;
  }

  function linearStep(x: Triple): Triple {
    // min |r + J (y - x)|^2 over y >= 0, held ones as they are.
    const wanted = free.map((i) => right[i]! + free.reduce<number>((sum, j) => sum + normal[3 * i + j]! * x[j]!, 0));
    const gram = free.map((i) => free.map((j) => normal[3 * i + j]!));
    const { x: found } = nonNegativeFromGram(gram, wanted);
    const y: Triple = [...x];
    free.forEach((i, k) => {
      y[i] = found[k]!;
    });
    return y;
  }

  return (logs: Triple): Triple => {
    let x = logs.map((log, i) => (isHeld[i] ? model.lower[i]! : Math.exp(log))) as Triple;
    let sum = evaluate(...x);
    let damping = 1e-3;
    let far = true;
    for (let iteration = 0; iteration < 60; iteration++) {
      far &&= sum > FAR * runs;
      const end = far ? logarithmicStep(x, damping) : linearStep(x);
      let candidate = evaluate(...end);
      let share = 1;
      for (; !far && !(candidate < sum) && share > 1e-3; candidate = evaluate(...between(x, end, share))) share /= 2;
      if (candidate < sum) {
        const decrease = sum - candidate;
        x = between(x, end, share);
        sum = candidate;
        damping /= 10;
        if (!far && decrease < 1e-13 * sum) break;
        const met = far ? undefined : ends.find((other) => near(x, other));
        if (met) return met;
        // A term that vanished on the way has a logarithm without a slope: only the linear steps bring it back.
        far &&= decrease > 0.1 * sum;
      } else {
        if (!far) break;
        damping *= 10;
        far = damping < 1;
        evaluate(...x);
      }
    }
    ends.push(x);
    return x;
  };
}

/** Within a thousandth, where Gauss-Newton has one end: the path has met another. */
function near(x: Triple, y: Triple): boolean {
  return x.every((v, i) => Math.abs(v - y[i]!) <= 1e-3 * (y[i]! + LEAST_START));
}

function between(x: Triple, y: Triple, share: number): Triple {
  return x.map((v, i) => v + share * (y[i]! - v)) as Triple;
}

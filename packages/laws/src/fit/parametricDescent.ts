import { pieceAt } from "../numerics/huberPieces.js";
import { createHuberRegression } from "../numerics/huberRegression.js";
import { COLUMNS, copy, ROW, touchingMetric } from "../numerics/huberSums.js";
import type { Bend } from "./parametricBend.js";
import { A, ALPHA, B, BETA, LEAST_AMPLITUDE } from "./parametricData.js";
import { foldTied, type ParametricModel } from "./parametricModel.js";
import {
  addResidualCurvature,
  type Linearisation,
  linearise,
  newLinearisation,
  type Rows,
} from "./parametricObjective.js";

// The compiler knows a module's own constants, and looks imported ones up at every use.
const SIZE = COLUMNS;
const CELLS = ROW;

/** A smooth function of theta added to the objective; fills its gradient and its Hessian (5 x 5, full). */
export type Penalty = (theta: Float64Array, gradient: Float64Array, hessian: Float64Array) => number;

export interface DescentOptions {
  readonly maxIterations?: number;
  /** Stop when the model promises a relative decrease smaller than this; default 1e-14. */
  readonly tolerance?: number;
  readonly penalty?: Penalty | undefined;
  /** Of the start, where it is known; used up. */
  readonly known?: KnownStart;
}

export interface KnownStart {
  readonly at: Linearisation;
  /** The objective. */
  readonly value: number;
  /** A step to begin the first regression from. */
  readonly step: Float64Array;
  /** The path on which steps from near the start are taken. */
  readonly bend: Bend;
}

export interface DescentResult {
  readonly theta: Float64Array;
  /** Objective, penalty included. */
  readonly value: number;
  readonly converged: boolean;
  readonly iterations: number;
}

/** Minimises the objective over the rows from a start; the returned theta is the caller's. */
export type Descent = (
  rows: Rows,
  start: ArrayLike<number>,
  model: ParametricModel,
  delta: number,
  options?: DescentOptions,
) => DescentResult;

/** Relative decrease of the objective below which the residuals' own curvature is used. */
const NEAR = 1e-2;

/** A refit's step that promises more than this, relatively, leaves the neighbourhood of the first fit. */
const LOCAL = 0.2;

/**
 * The last step is not evaluated. On a refit's path it may promise no more than this, relatively, and at the pace so far
 * leave no more than that.
 */
const UNSEEN = 1e-6;
const LEFT = 5e-11;

/** Refits that take longer have lost their path. */
const PATIENCE = 6;

/** Residuals carry rounding errors of this size: what they sum to is as good as zero. */
const ROUNDING = 4e-16;

/**
 * Composite Newton method (Fletcher 1987, Practical Methods of Optimization, section 14.2): residuals are linearised, the
 * Huber regression on them, with the residuals' own curvature, is solved exactly, and its step is taken if the objective
 * falls; otherwise it is damped. Near the optimum the error squares at every step, whichever residuals lie within delta,
 * and each step costs one pass of exponentials. Descends monotonically.
 */
export function createDescent(capacity: number): Descent {
  const own = [newLinearisation(capacity), newLinearisation(capacity)] as const;
  const regress = createHuberRegression();
  const square = () => new Float64Array(SIZE * SIZE);
  const vector = () => new Float64Array(SIZE);
  const [curvature, damped, metric, penaltyHessian] = [square(), square(), square(), square()];
  const [linear, lower, upper, step] = [vector(), vector(), vector(), vector()];
  const [zero, unused] = [vector(), vector()];

  const accuracy = { tolerance: 0, share: 0, spread: 0 };
  const terms = { linear, curvature: damped, lower, upper };

  return (rows, start, model, delta, options = {}) => {
    const { maxIterations = 200, tolerance = 1e-14, penalty, known } = options;
    const { ratio } = model;
    let theta = new Float64Array(SIZE);
    for (let i = 0; i < SIZE; i++) theta[i] = Math.min(Math.max(start[i]!, model.lower[i]!), model.upper[i]!);
    if (ratio !== undefined) theta[BETA] = ratio * theta[ALPHA]!;
    let trial = new Float64Array(SIZE);
    const weights = sumOfWeights(rows);
    const floor = weights * ROUNDING * Math.min(ROUNDING, delta);

    let current = known?.at ?? own[0];
    let next = own[1];
    let value = known?.value ?? linearise(rows, theta, delta, current);
    if (penalty) value += penalty(theta, unused, penaltyHessian);
    const spread = sumOfSizes(current) / weights;
    accuracy.spread = spread;
    let decrease = Number.POSITIVE_INFINITY;
    let previous = 0;
    let bend = known?.bend;
    let damping = 0;
    for (let iteration = 1; iteration <= maxIterations; iteration++) {
      // Far off it is noise, and can make the regression non-convex; near the optimum it makes convergence quadratic.
      const near = decrease < NEAR * value || (bend !== undefined && iteration > 1);
      curvature.fill(0);
      if (near) {
        addResidualCurvature(rows, current, curvature);
        bend?.addCurvature(current.piece.gradient, curvature);
      }
      // What is left of one regression is the next one's; far off, the linearisation is no better anyway.
      accuracy.share = near ? 1e-3 : 1e-2;
      linear.fill(0);
      if (penalty) {
        penalty(theta, linear, penaltyHessian);
        for (let k = 0; k < SIZE * SIZE; k++) curvature[k]! += penaltyHessian[k]!;
      }
      if (ratio !== undefined) {
        foldTied(ratio, linear, curvature);
        foldColumns(ratio, current);
        pieceAt(current, delta, zero);
      }
      for (let i = 0; i < SIZE; i++) {
        lower[i] = model.lower[i]! - theta[i]!;
        upper[i] = model.upper[i]! - theta[i]!;
      }
      // A vanished term does not show its exponent: it stays where it is.
      if (theta[A]! <= LEAST_AMPLITUDE && ratio === undefined) lower[ALPHA] = upper[ALPHA] = 0;
      if (theta[B]! <= LEAST_AMPLITUDE || ratio !== undefined) lower[BETA] = upper[BETA] = 0;
      if (ratio !== undefined) {
        lower[ALPHA] = Math.max(lower[ALPHA]!, model.lower[BETA]! / ratio - theta[ALPHA]!);
        upper[ALPHA] = Math.min(upper[ALPHA]!, model.upper[BETA]! / ratio - theta[ALPHA]!);
      }

      let accepted = false;
      if (damping > 0) touchingMetric(current, delta, zero, metric);
      while (!accepted) {
        for (let k = 0; k < SIZE * SIZE; k++) damped[k] = curvature[k]! + damping * metric[k]!;
        const small = tolerance * Math.abs(value) + floor;
        // Finer than what ends the descent, so that the last step, which is not evaluated, is a whole Newton step.
        accuracy.tolerance = 1e-3 * small;
        const first = iteration === 1 && damping === 0 ? known : undefined;
        if (first) copy(first.step, step);
        else step.fill(0);
        let promised = regress(current, delta, terms, step, accuracy, first?.value);
        if (!(promised > small) && (first || accuracy.spread > delta)) {
          // A step begun elsewhere, or by larger deltas, can end above where it should begin: from there, downhill only.
          step.fill(0);
          promised = regress(current, delta, terms, step, { tolerance: accuracy.tolerance, share: 0, spread: 0 });
        }
        if (promised > LOCAL * value || iteration > PATIENCE) bend = undefined;
        bend?.follow(step);
        for (let i = 0; i < SIZE; i++) {
          trial[i] = Math.min(Math.max(theta[i]! + step[i]!, model.lower[i]!), model.upper[i]!);
        }
        if (ratio !== undefined) trial[BETA] = ratio * trial[ALPHA]!;
        const left = previous > 0 ? promised * Math.min(1, promised / previous) : promised;
        if (bend ? promised <= UNSEEN * value && left <= LEFT * value : !(promised > small)) {
          // Without curvature the promise is good for the direction only.
          if (!near) {
            decrease = 0;
            if (ratio !== undefined) linearise(rows, theta, delta, current);
            break;
          }
          // What remains is the last, smallest Newton step; evaluating it would show nothing but rounding.
          if (damping === 0 && promised > 0) theta = trial;
          return { theta, value, converged: true, iterations: iteration };
        }
        let candidate = linearise(rows, trial, delta, next);
        if (penalty) candidate += penalty(trial, unused, penaltyHessian);
        accepted = candidate < value;
        if (accepted) {
          [theta, trial] = [trial, theta];
          [current, next] = [next, current];
          decrease = value - candidate;
          previous = promised;
          value = candidate;
          // What the linearisation missed goes with the square of the step, as the decrease does.
          accuracy.spread = spread * Math.min(1, (10 * decrease) / value);
          damping = decrease > 0.25 * promised ? (damping > 0.1 ? damping / 8 : 0) : damping;
        } else {
          bend = undefined;
          if (damping === 0) touchingMetric(current, delta, zero, metric);
          damping = damping === 0 ? 0.1 : damping * 8;
        }
      }
    }
    return { theta, value, converged: false, iterations: maxIterations };
  };
}

// Loops have functions of their own: those are compiled sooner than the whole descent is.

function sumOfWeights({ cells, count }: Rows): number {
  const end = count * CELLS;
  let sum = 0;
  for (let o = 0; o < end; o += CELLS) sum += cells[o + 3]!;
  return sum;
}

/** sum_i w_i |r_i|. */
function sumOfSizes({ cells, count }: Linearisation): number {
  const end = count * CELLS;
  let sum = 0;
  for (let o = 0; o < end; o += CELLS) sum += cells[o + 6]! * Math.abs(cells[o]!);
  return sum;
}

/** beta follows alpha. */
function foldColumns(ratio: number, { cells, count }: Linearisation): void {
  const end = count * CELLS;
  for (let o = 0; o < end; o += CELLS) cells[o + 4]! += ratio * cells[o + 5]!;
}

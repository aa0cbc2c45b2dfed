import { sumOfHuber } from "../numerics/huberSums.js";
import { createDescent } from "./parametricDescent.js";
import type { ParametricModel } from "./parametricModel.js";
import { ALPHA, BETA, linearise, newLinearisation, type ParametricData } from "./parametricObjective.js";

/**
 * Fits the data again with other weights, and with ln losses shifted, from a fit nearby; undefined where that does not converge. The result
 * is the caller's.
 */
export type Refit = (weights: Float64Array, shifts: Float64Array) => Float64Array | undefined;

/** Errors square at every step: a step that promises less than this leaves far less behind it. */
const TOLERANCE = 1e-7;

/**
 * Refits start from the first fit's residuals and gradients, which cost nothing again: of a resample only the rows that
 * it drew are looked at, and the first step needs no exponential.
 */
export function createRefit(data: ParametricData, best: Float64Array, model: ParametricModel, delta: number): Refit {
  const runs = data.logN.length;
  const whole = rowsFor(runs, best);
  const base = newLinearisation(runs, whole.weight);
  // Residuals within delta first, so that which side of delta a row lies on is seldom a surprise to the processor.
  const first = newLinearisation(runs, new Float64Array(runs).fill(1));
  linearise({ ...data, count: runs, weight: first.weight }, best, delta, first);
  const order = Int32Array.from(first.residual, (_, i) => i).sort(
    (i, j) => Math.abs(first.residual[i]!) - Math.abs(first.residual[j]!),
  );
  order.forEach((i, k) => {
    whole.logN[k] = data.logN[i]!;
    whole.logD[k] = data.logD[i]!;
    whole.logLoss[k] = data.logLoss[i]!;
    whole.near.model[k] = Math.exp(-best[ALPHA]! * data.logN[i]!);
    whole.near.tokens[k] = Math.exp(-best[BETA]! * data.logD[i]!);
    whole.near.inverseLoss[k] = Math.exp(-data.logLoss[i]!);
    base.residual[k] = first.residual[i]!;
    for (const [c, column] of base.columns.entries()) column[k] = first.columns[c]![i]!;
  });
  const reach = (values: Float64Array) => values.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  const rows = rowsFor(runs, best, reach(data.logN), reach(data.logD));
  const known = newLinearisation(runs, rows.weight);
  const descend = createDescent(runs);

  /** Copies the rows that count; returns the objective at the first fit. */
  function gather(weights: Float64Array, shifts: Float64Array): number {
    const { logN, logD, logLoss, weight } = rows;
    const { model: shapeN, tokens: shapeD, inverseLoss } = rows.near;
    const { logN: logN0, logD: logD0, logLoss: logLoss0 } = whole;
    const { model: shapeN0, tokens: shapeD0, inverseLoss: inverseLoss0 } = whole.near;
    const [a, b, c, d, e] = base.columns;
    const [ka, kb, kc, kd, ke] = known.columns;
    let count = 0;
    for (let k = 0; k < runs; k++) {
      const i = order[k]!;
      const w = weights[i]!;
      if (w === 0) continue;
      const shift = shifts[i]!;
      weight[count] = w;
      logN[count] = logN0[k]!;
      logD[count] = logD0[k]!;
      logLoss[count] = logLoss0[k]! + shift;
      shapeN[count] = shapeN0[k]!;
      shapeD[count] = shapeD0[k]!;
      inverseLoss[count] = shift === 0 ? inverseLoss0[k]! : inverseLoss0[k]! * Math.exp(-shift);
      known.residual[count] = base.residual[k]! - shift;
      ka[count] = a[k]!;
      kb[count] = b[k]!;
      kc[count] = c[k]!;
      kd[count] = d[k]!;
      ke[count] = e[k]!;
      count++;
    }
    rows.count = count;
    known.count = count;
    return sumOfHuber(known, delta);
  }

  return (weights, shifts) => {
    const value = gather(weights, shifts);
    if (rows.count < model.size) return undefined;
    const { theta, converged } = descend(rows, best, model, delta, {
      maxIterations: 100,
      tolerance: TOLERANCE,
      known: { at: known, value },
    });
    return converged ? theta : undefined;
  };
}

/** Room for so many rows, and for what is known of them at theta. */
function rowsFor(runs: number, theta: Float64Array, reachN = 0, reachD = 0) {
  const column = () => new Float64Array(runs);
  return {
    count: runs,
    logN: column(),
    logD: column(),
    logLoss: column(),
    weight: column(),
    near: {
      alpha: theta[ALPHA]!,
      beta: theta[BETA]!,
      reachN,
      reachD,
      model: column(),
      tokens: column(),
      inverseLoss: column(),
    },
  };
}

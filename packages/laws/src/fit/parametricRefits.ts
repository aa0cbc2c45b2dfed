import { createDescent } from "./parametricDescent.js";
import type { ParametricModel } from "./parametricModel.js";
import { ALPHA, BETA, linearise, newLinearisation, type ParametricData, type Rows } from "./parametricObjective.js";

/**
 * Fits the data again with other weights, and with ln losses shifted, from a fit nearby; undefined where that does not converge. The result
 * is the caller's.
 */
export type Refit = (weights: Float64Array, shifts: Float64Array) => Float64Array | undefined;

/** Errors square at every step: a step that promises less than this leaves far less behind it. */
const TOLERANCE = 1e-9;

/**
 * Refits start from the first fit's residuals and gradients, which cost nothing again: of a resample only the rows that
 * it drew are looked at, and the first step needs no exponential.
 */
export function createRefit(data: ParametricData, best: Float64Array, model: ParametricModel, delta: number): Refit {
  const runs = data.logN.length;
  const column = () => new Float64Array(runs);
  const base = newLinearisation(runs, new Float64Array(runs).fill(1));
  linearise({ ...data, count: runs, weight: base.weight }, best, delta, base);
  const [alpha, beta] = [best[ALPHA]!, best[BETA]!];
  const at = {
    model: data.logN.map((n) => Math.exp(-alpha * n)),
    tokens: data.logD.map((d) => Math.exp(-beta * d)),
    inverseLoss: data.logLoss.map((v) => Math.exp(-v)),
  };
  const largest = (values: Float64Array) => values.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  const near = {
    alpha,
    beta,
    reachN: largest(data.logN),
    reachD: largest(data.logD),
    model: column(),
    tokens: column(),
    inverseLoss: column(),
  };
  const rows: Rows = { count: runs, logN: column(), logD: column(), logLoss: column(), weight: column(), near };
  const known = newLinearisation(runs, rows.weight);
  const descend = createDescent(runs);

  /** Copies the rows that count; returns the objective at the first fit. */
  function gather(weights: Float64Array, shifts: Float64Array): number {
    const { logN, logD, logLoss: losses, weight } = rows;
    const [a, b, c, d, e] = base.columns;
    const [ka, kb, kc, kd, ke] = known.columns;
    let value = 0;
    let count = 0;
    for (let i = 0; i < runs; i++) {
      const w = weights[i]!;
      if (w === 0) continue;
      const shift = shifts[i]!;
      const r = base.residual[i]! - shift;
      const size = Math.abs(r);
      value += w * (size <= delta ? 0.5 * size * size : delta * (size - 0.5 * delta));
      weight[count] = w;
      logN[count] = data.logN[i]!;
      logD[count] = data.logD[i]!;
      losses[count] = data.logLoss[i]! + shift;
      near.model[count] = at.model[i]!;
      near.tokens[count] = at.tokens[i]!;
      near.inverseLoss[count] = shift === 0 ? at.inverseLoss[i]! : at.inverseLoss[i]! * Math.exp(-shift);
      known.residual[count] = r;
      ka[count] = a[i]!;
      kb[count] = b[i]!;
      kc[count] = c[i]!;
      kd[count] = d[i]!;
      ke[count] = e[i]!;
      count++;
    }
    rows.count = count;
    known.count = count;
    return value;
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

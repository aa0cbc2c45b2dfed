import type { ChinchillaParameters } from "../laws/chinchilla.js";
import type { NewtonProblem } from "../numerics/boundedNewton.js";
import type { RunRecord } from "../record.js";

/** Loss over residuals r = ln(prediction) - ln(L): huber = sum of Huber(delta); lad = mean |r|; mse = mean r^2. */
export type ResidualLoss = "huber" | "lad" | "mse";

/**
 * Data of Approach 3 in normalised units: ln N and ln D are centred, that is N and D are divided by their geometric
 * means, so that amplitudes are losses of a typical run and hardly correlate with exponents.
 */
export interface ParametricData {
  readonly logN: Float64Array;
  readonly logD: Float64Array;
  readonly logLoss: Float64Array;
  readonly centreN: number;
  readonly centreD: number;
}

/** Order of the search variables: ln A', ln B', E, alpha, beta, with A' = A / Ngm^alpha and B' = B / Dgm^beta. */
export const VARIABLES = 5;
export const LOWER_BOUNDS = [-25, -25, 0, 0.01, 0.01] as const;
export const UPPER_BOUNDS = [10, 10, Number.POSITIVE_INFINITY, 5, 5] as const;

export function parametricData(records: readonly RunRecord[]): ParametricData {
  const logN = Float64Array.from(records, (r) => Math.log(r.parameters));
  const logD = Float64Array.from(records, (r) => Math.log(r.tokens));
  const centreN = logN.reduce((sum, v) => sum + v, 0) / records.length;
  const centreD = logD.reduce((sum, v) => sum + v, 0) / records.length;
  return {
    logN: logN.map((v) => v - centreN),
    logD: logD.map((v) => v - centreD),
    logLoss: Float64Array.from(records, (r) => Math.log(r.loss)),
    centreN,
    centreD,
  };
}

/** Search variables to the law's parameters in its own units. */
export function toChinchilla(data: ParametricData, x: readonly number[]): ChinchillaParameters {
  const [logA, logB, E, alpha, beta] = x as [number, number, number, number, number];
  return { E, A: Math.exp(logA + alpha * data.centreN), B: Math.exp(logB + beta * data.centreD), alpha, beta };
}

/**
 * The objective of Hoffmann et al. 2022, equation 3, with its exact gradient and Hessian. `weights` are how often each
 * run counts. delta = Infinity gives half the sum of squares. The metric is the Gauss-Newton matrix with Huber's
 * weights min(1, delta/|r|), that is the Hessian of the quadratic that touches the objective from above (as in
 * iteratively reweighted least squares).
 */
export function parametricObjective(data: ParametricData, weights: Float64Array, delta: number): NewtonProblem {
  const { logN, logD, logLoss } = data;
  const count = logN.length;
  const g = new Float64Array(VARIABLES);
  return {
    lower: LOWER_BOUNDS,
    upper: UPPER_BOUNDS,
    value(x) {
      const [logA, logB, E, alpha, beta] = x as unknown as [number, number, number, number, number];
      let sum = 0;
      for (let i = 0; i < count; i++) {
        const weight = weights[i]!;
        if (weight === 0) continue;
        const prediction = E + Math.exp(logA - alpha * logN[i]!) + Math.exp(logB - beta * logD[i]!);
        const size = Math.abs(Math.log(prediction) - logLoss[i]!);
        sum += weight * (size <= delta ? 0.5 * size * size : delta * (size - 0.5 * delta));
      }
      return sum;
    },
    derivatives(x, gradient, hessian, metric) {
      const [logA, logB, E, alpha, beta] = x as unknown as [number, number, number, number, number];
      gradient.fill(0);
      hessian.fill(0);
      metric.fill(0);
      let sum = 0;
      for (let i = 0; i < count; i++) {
        const weight = weights[i]!;
        if (weight === 0) continue;
        const n = logN[i]!;
        const d = logD[i]!;
        const model = Math.exp(logA - alpha * n);
        const tokens = Math.exp(logB - beta * d);
        const prediction = E + model + tokens;
        const r = Math.log(prediction) - logLoss[i]!;
        const size = Math.abs(r);
        const inside = size <= delta;
        sum += weight * (inside ? 0.5 * r * r : delta * (size - 0.5 * delta));
        const slope = weight * (inside ? r : Math.sign(r) * delta);
        const curvature = inside ? weight : 0;
        const touching = inside ? weight : (weight * delta) / size;
        const u = model / prediction;
        const v = tokens / prediction;
        g[0] = u;
        g[1] = v;
        g[2] = 1 / prediction;
        g[3] = -n * u;
        g[4] = -d * v;
        // d2 r = (d2 prediction) / prediction - g g'; so H = (psi' - psi) g g' + psi (d2 prediction) / prediction.
        for (let p = 0; p < VARIABLES; p++) {
          gradient[p] = gradient[p]! + slope * g[p]!;
          for (let q = 0; q <= p; q++) {
            const k = p * VARIABLES + q;
            const product = g[p]! * g[q]!;
            hessian[k] = hessian[k]! + (curvature - slope) * product;
            metric[k] = metric[k]! + touching * product;
          }
        }
        hessian[0] = hessian[0]! + slope * u;
        hessian[6] = hessian[6]! + slope * v;
        hessian[15] = hessian[15]! - slope * n * u;
        hessian[18] = hessian[18]! + slope * n * n * u;
        hessian[21] = hessian[21]! - slope * d * v;
        hessian[24] = hessian[24]! + slope * d * d * v;
      }
      for (let p = 0; p < VARIABLES; p++) {
        for (let q = 0; q < p; q++) {
          hessian[q * VARIABLES + p] = hessian[p * VARIABLES + q]!;
          metric[q * VARIABLES + p] = metric[p * VARIABLES + q]!;
        }
      }
      return sum;
    },
  };
}

import type { ChinchillaParameters } from "../laws/chinchilla.js";
import { type DecayForm, type WorthDerivatives, worthDerivatives } from "../laws/forms/repetition.js";
import type { NewtonProblem } from "../numerics/boundedNewton.js";
import type { DecayBounds, RepetitionData } from "./dataConstrainedProblem.js";

/** Order of the search variables: ln A', ln B', E, alpha, beta, delta_D, delta_N; A' = A / Ngm^alpha, B' = B / Dgm^beta. */
const VARIABLES = 7;

/** Logarithms of the geometric means of N and D: amplitudes there hardly correlate with exponents. */
export interface Centre {
  readonly logN: number;
  readonly logD: number;
}

export function centreOf({ parameters, unique }: RepetitionData): Centre {
  const meanLog = (values: Float64Array) => values.reduce((sum, v) => sum + Math.log(v), 0) / values.length;
  return { logN: meanLog(parameters), logD: meanLog(unique) };
}

export function toJoint(base: ChinchillaParameters, delta: readonly number[], centre: Centre): number[] {
  const { E, A, B, alpha, beta } = base;
  return [Math.log(A) - alpha * centre.logN, Math.log(B) - beta * centre.logD, E, alpha, beta, ...delta];
}

export function fromJoint(x: readonly number[], centre: Centre): ChinchillaParameters {
  const [a, b, E, alpha, beta] = x as [number, number, number, number, number];
  return { E, A: Math.exp(a + alpha * centre.logN), B: Math.exp(b + beta * centre.logD), alpha, beta };
}

/**
 * The objective over all seven parameters of the law. U_N, the parameters that U_D can feed, moves with A, B, alpha and
 * beta. The gradient is exact; the Hessian is its forward difference.
 */
export function jointProblem(
  data: RepetitionData,
  centre: Centre,
  logLoss: Float64Array,
  weights: Float64Array,
  threshold: number,
  form: DecayForm,
  bounds: DecayBounds,
): NewtonProblem {
  const lower = [-25, -25, 0, 0.01, 0.01, bounds.data[0], bounds.model[0]];
  const upper = [10, 10, Number.POSITIVE_INFINITY, 5, 5, bounds.data[1], bounds.model[1]];
  const logN = data.parameters.map(Math.log);
  const logU = data.unique.map(Math.log);
  const forModel: WorthDerivatives = [0, 0, 0, 0];
  const forData: WorthDerivatives = [0, 0, 0, 0];
  const g = new Float64Array(VARIABLES);

  function evaluate(x: ArrayLike<number>, gradient?: Float64Array, metric?: Float64Array): number {
    const [a, b, E, alpha, beta, deltaD, deltaN] = x as unknown as [
      ...[number, number, number, number],
      ...[number, number, number],
    ];
    const logRatio = Math.log(alpha / beta) + a - b + alpha * centre.logN - beta * centre.logD;
    gradient?.fill(0);
    metric?.fill(0);
    let sum = 0;
    for (let i = 0; i < logLoss.length; i++) {
      const weight = weights[i]!;
      if (weight === 0) continue;
      const fed = (logRatio + beta * logU[i]!) / alpha;
      const excess = fed < logN[i]!;
      const repeats = excess ? Math.expm1(logN[i]! - fed) : 0;
      worthDerivatives(repeats, deltaN, form, forModel);
      worthDerivatives(data.tokens[i]! / data.unique[i]! - 1, deltaD, form, forData);
      // ln N' and ln D' about the centre.
      const n = (excess ? fed : logN[i]!) + Math.log1p(forModel[0]) - centre.logN;
      const d = logU[i]! + Math.log1p(forData[0]) - centre.logD;
      const model = Math.exp(a - alpha * n);
      const tokens = Math.exp(b - beta * d);
      const prediction = E + model + tokens;
      const r = Math.log(prediction) - logLoss[i]!;
      const size = Math.abs(r);
      const inside = size <= threshold;
      sum += weight * (inside ? 0.5 * r * r : threshold * (size - 0.5 * threshold));
      if (!gradient) continue;
      // d(ln N')/d(ln U_N): U_N counts itself, and fewer repeats.
      const byFed = excess ? 1 - ((1 + repeats) * forModel[3]) / (1 + forModel[0]) : 0;
      const m = -model * alpha * byFed;
      g[0] = (model + m / alpha) / prediction;
      g[1] = (tokens - m / alpha) / prediction;
      g[2] = 1 / prediction;
      g[3] = (-model * n + (m * (1 / alpha + centre.logN - fed)) / alpha) / prediction;
      g[4] = (-tokens * d + (m * (logU[i]! - centre.logD - 1 / beta)) / alpha) / prediction;
      g[5] = (-tokens * beta * forData[1]) / (1 + forData[0]) / prediction;
      g[6] = (-model * alpha * forModel[1]) / (1 + forModel[0]) / prediction;
      const slope = weight * (inside ? r : Math.sign(r) * threshold);
      const touching = inside ? weight : (weight * threshold) / size;
      for (let p = 0; p < VARIABLES; p++) {
        gradient[p] = gradient[p]! + slope * g[p]!;
        if (!metric) continue;
        for (let q = 0; q < VARIABLES; q++) {
          metric[p * VARIABLES + q] = metric[p * VARIABLES + q]! + touching * g[p]! * g[q]!;
        }
      }
    }
    return sum;
  }

  const shifted = new Float64Array(VARIABLES);
  const moved = new Float64Array(VARIABLES);
  return {
    lower,
    upper,
    value: (x) => evaluate(x),
    derivatives(x, gradient, hessian, metric) {
      const value = evaluate(x, gradient, metric);
      hessian.fill(0);
      for (let p = 0; p < VARIABLES; p++) {
        if (lower[p] === upper[p]) continue;
        const step = 1e-6 * (p >= 5 ? Math.max(1e-3, x[p]!) : 1);
        const signed = x[p]! + step <= upper[p]! ? step : -step;
        shifted.set(x);
        shifted[p] = x[p]! + signed;
        evaluate(shifted, moved);
        for (let q = 0; q < VARIABLES; q++) {
          const half = (moved[q]! - gradient[q]!) / signed / 2;
          hessian[p * VARIABLES + q] = hessian[p * VARIABLES + q]! + half;
          hessian[q * VARIABLES + p] = hessian[q * VARIABLES + p]! + half;
        }
      }
      return value;
    },
  };
}

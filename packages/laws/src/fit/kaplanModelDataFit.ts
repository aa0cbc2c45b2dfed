import type { KaplanModelDataParameters } from "../laws/kaplanModelData.js";
import { minimiseBounded, type NewtonProblem, type NewtonResult } from "../numerics/boundedNewton.js";
import type { ParametricData } from "./parametricData.js";
import { distinctMinima, type FoundMinimum } from "./parametricDiagnostics.js";

const VARIABLES = 4;
/** alpha_N, alpha_D between these; every published value lies between 0.05 and 0.6. */
export const KAPLAN_EXPONENT_BOUNDS = [0.002, 3] as const;

/**
 * Least squares of ln L for equation 1.5, in the variables x = alpha_N, y = alpha_D, p = alpha_N ln N_c', q = alpha_D
 * ln D_c' (N_c', D_c' in units of the geometric means): ln L = y lse((p - x n)/y, (q - y d)/y). p and q are the ln
 * losses of either term alone at a typical run.
 */
export function kaplanProblem(data: ParametricData, weights: Float64Array): NewtonProblem {
  const { logN, logD, logLoss } = data;
  const [low, high] = KAPLAN_EXPONENT_BOUNDS;
  const evaluate = (
    v: ArrayLike<number>,
    visit?: (weight: number, r: number, g: readonly number[]) => void,
  ): number => {
    const [x, y, p, q] = v as unknown as [number, number, number, number];
    let sum = 0;
    for (let i = 0; i < logN.length; i++) {
      const weight = weights[i]!;
      if (weight === 0) continue;
      const model = (p - x * logN[i]!) / y;
      const tokens = (q - y * logD[i]!) / y;
      const top = Math.max(model, tokens);
      const log = top + Math.log(Math.exp(model - top) + Math.exp(tokens - top));
      const r = y * log - logLoss[i]!;
      sum += 0.5 * weight * r * r;
      if (visit) {
        const u = Math.exp(model - log);
        // d(model)/dy = -model/y; d(tokens)/dy = -q/y^2.
        visit(weight, r, [-logN[i]! * u, log - u * model - (1 - u) * (q / y), u, 1 - u]);
      }
    }
    return sum;
  };
  return {
    lower: [low, low, -50, -50],
    upper: [high, high, 50, 50],
    value: (v) => evaluate(v),
    derivatives(v, gradient, hessian, metric) {
      gradient.fill(0);
      hessian.fill(0);
      const sum = evaluate(v, (weight, r, g) => {
        for (let a = 0; a < VARIABLES; a++) {
          gradient[a] = gradient[a]! + weight * r * g[a]!;
          for (let b = 0; b < VARIABLES; b++) {
            hessian[a * VARIABLES + b] = hessian[a * VARIABLES + b]! + weight * g[a]! * g[b]!;
          }
        }
      });
      metric.set(hessian);
      return sum;
    },
  };
}

/** All minima from a grid of starts, best first. */
export function kaplanMinima(data: ParametricData, weights: Float64Array): FoundMinimum<KaplanResult>[] {
  const problem = kaplanProblem(data, weights);
  // ln losses are centred: a typical run's is 0.
  const starts = [0.03, 0.1, 0.3].flatMap((x) =>
    [0.05, 0.15, 0.5].flatMap((y) =>
      [0.2, 0.5, 0.8].map((share) => [x, y, y * Math.log(share), y * Math.log(1 - share)]),
    ),
  );
  return distinctMinima(
    starts.map((start) => {
      const result = minimiseBounded(problem, start, { maxIterations: 200 });
      return { result: { ...result, theta: Float64Array.from(result.x) }, starts: 1 };
    }),
  );
}

export interface KaplanResult extends NewtonResult {
  readonly theta: Float64Array;
}

/** Search variables to N_c (parameters), D_c (tokens) and the exponents. */
export function toKaplan(data: ParametricData, v: ArrayLike<number>): KaplanModelDataParameters {
  const [x, y, p, q] = [v[0]!, v[1]!, v[2]! + data.centreLoss, v[3]! + data.centreLoss];
  return { Nc: Math.exp(p / x + data.centreN), Dc: Math.exp(q / y + data.centreD), alphaN: x, alphaD: y };
}

/** N_c, D_c and the exponents to search variables. */
export function fromKaplan(data: ParametricData, p: KaplanModelDataParameters): number[] {
  return [
    p.alphaN,
    p.alphaD,
    p.alphaN * (Math.log(p.Nc) - data.centreN) - data.centreLoss,
    p.alphaD * (Math.log(p.Dc) - data.centreD) - data.centreLoss,
  ];
}

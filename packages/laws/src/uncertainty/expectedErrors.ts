import type { ChinchillaParameters } from "../laws/chinchilla.js";
import { choleskySolve } from "../numerics/cholesky.js";
import { conditionNumber } from "../numerics/symmetricEigenvalues.js";
import { besirogluConstants } from "../published/besiroglu.js";

/** N and D of a run that is not trained yet. */
export interface PlannedRun {
  readonly parameters: number;
  readonly tokens: number;
}

/** Standard errors that a fit of L(N, D) to planned runs can be expected to have. */
export interface ExpectedErrors {
  /** Of ln E. */
  readonly logE: number;
  readonly alpha: number;
  readonly beta: number;
  /** Of a = beta / (alpha + beta), N_opt ∝ C^a. */
  readonly a: number;
  /** Of ln N_opt at the compute asked for. */
  readonly logOptimum: number;
  /** Of the normal matrix, its diagonal scaled to one. */
  readonly conditionNumber: number;
}

/** Logarithmic standard error of what nothing determines. */
const NOTHING = Number.POSITIVE_INFINITY;

/**
 * What runs can tell of L(N, D) = E + A / N^alpha + B / D^beta before any is trained: the Cramér-Rao bound, from the Jacobian of ln L
 * at an assumed law, for errors of ln L that are independent and alike. Amplitudes are counted at the middle of the runs, where they are
 * least correlated with the exponents. Infinite where the runs leave a combination of the parameters open.
 * @param noise standard deviation of ln L from run to run
 * @param flops at which the optimum is asked for, C = 6ND
 */
export function expectedErrors(
  runs: readonly PlannedRun[],
  law: ChinchillaParameters,
  noise: number,
  flops: number,
): ExpectedErrors {
  const { E, A, B, alpha, beta } = law;
  const middle = (values: readonly number[]) => values.reduce((sum, v) => sum + Math.log(v), 0) / values.length;
  const logN = middle(runs.map((run) => run.parameters));
  const logD = middle(runs.map((run) => run.tokens));
  const normal = new Float64Array(25);
  for (const { parameters, tokens } of runs) {
    const [model, data] = [A / parameters ** alpha, B / tokens ** beta];
    const loss = E + model + data;
    // By ln E, ln A', ln B', alpha, beta with A' = A / N_0^alpha and B' = B / D_0^beta.
    const row = [E, model, data, -model * (Math.log(parameters) - logN), -data * (Math.log(tokens) - logD)];
    for (let i = 0; i < 5; i++) {
      for (let j = 0; j < 5; j++) normal[5 * i + j]! += (row[i]! * row[j]!) / (loss * noise) ** 2;
    }
  }
  const scale = Array.from({ length: 5 }, (_, i) => 1 / Math.sqrt(normal[6 * i]!));
  const scaled = normal.map((value, k) => value * scale[Math.floor(k / 5)]! * scale[k % 5]!);
  const condition = scaled.every(Number.isFinite) ? conditionNumber(scaled, 5) : NOTHING;
  const errorOf = (gradient: readonly number[]): number => {
    const right = Float64Array.from(gradient, (g, i) => g * scale[i]!);
    const wanted = Float64Array.from(right);
    if (!Number.isFinite(condition) || !choleskySolve(Float64Array.from(scaled), right, 5)) return NOTHING;
    return Math.sqrt(right.reduce((sum, value, i) => sum + value * wanted[i]!, 0));
  };
  const both = alpha + beta;
  // alpha A' e^(-alpha n) = beta B' e^(-beta (c - n)) at the optimum, with n = ln(N / N_0) and c = ln(C / (6 N_0 D_0)).
  const c = Math.log(flops / 6) - logN - logD;
  const numerator = Math.log((alpha * A) / (beta * B)) - alpha * logN + beta * logD + beta * c;
  const n = numerator / both;
  return {
    logE: errorOf([1, 0, 0, 0, 0]),
    alpha: errorOf([0, 0, 0, 1, 0]),
    beta: errorOf([0, 0, 0, 0, 1]),
    a: errorOf([0, 0, 0, -beta / both ** 2, alpha / both ** 2]),
    logOptimum: errorOf([0, 1 / both, -1 / both, (1 / alpha - n) / both, (c - 1 / beta - n) / both]),
    conditionNumber: condition,
  };
}

/**
 * A law to judge a design by, where none is known: exponents of Besiroglu et al. 2024 (arXiv:2404.10102), and at the geometric middle of the
 * runs E half of the loss, each of the two terms a quarter. The unit of the loss does not matter.
 */
export function nominalLaw(runs: readonly PlannedRun[]): ChinchillaParameters {
  const { alpha, beta } = besirogluConstants;
  const middle = (values: readonly number[]) =>
    Math.exp(values.reduce((sum, v) => sum + Math.log(v), 0) / values.length);
  const N = middle(runs.map((run) => run.parameters));
  const D = middle(runs.map((run) => run.tokens));
  return { E: 2, A: N ** alpha, B: D ** beta, alpha, beta };
}

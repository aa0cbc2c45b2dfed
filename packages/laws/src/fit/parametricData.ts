import type { ChinchillaParameters } from "../laws/chinchilla.js";
import type { RunRecord } from "../record.js";

/** Loss over residuals r = ln(prediction) - ln(L): huber = sum of Huber(delta); lad = mean |r|; mse = mean r^2. */
export type ResidualLoss = "huber" | "lad" | "mse";

/**
 * Data of Approach 3 in normalised units: N, D and L are divided by their geometric means, so that amplitudes are shares
 * of the loss of a typical run and hardly correlate with exponents. An amplitude that is held fixed in the law's own units
 * leaves its N or D as it is (centre 0).
 */
export interface ParametricData {
  readonly logN: Float64Array;
  readonly logD: Float64Array;
  readonly logLoss: Float64Array;
  readonly centreN: number;
  readonly centreD: number;
  readonly centreLoss: number;
}

/**
 * Order of the search variables: A', B', E', alpha, beta, in normalised units: A' = A / (L_gm N_gm^alpha), B' likewise,
 * E' = E / L_gm. Amplitudes are searched as they are and not as logarithms: the prediction is linear in them (variable
 * projection, Golub & Pereyra 1973, lives on that), and a bound is reached in one step.
 */
export const [A, B, E, ALPHA, BETA] = [0, 1, 2, 3, 4] as const;

/** An amplitude is never quite 0, so that an optimal N exists; 1e-11 of the loss is below what any run can show. */
export const LEAST_AMPLITUDE = 1e-11;
export const LEAST_EXPONENT = 0.01;
export const LARGEST_EXPONENT = 5;

export function parametricData(
  records: readonly RunRecord[],
  centred: { readonly N: boolean; readonly D: boolean } = { N: true, D: true },
): ParametricData {
  const logN = Float64Array.from(records, (r) => Math.log(r.parameters));
  const logD = Float64Array.from(records, (r) => Math.log(r.tokens));
  const logLoss = Float64Array.from(records, (r) => Math.log(r.loss));
  const centre = (values: Float64Array) => values.reduce((sum, v) => sum + v, 0) / values.length;
  const centreN = centred.N ? centre(logN) : 0;
  const centreD = centred.D ? centre(logD) : 0;
  const centreLoss = centre(logLoss);
  return {
    logN: logN.map((v) => v - centreN),
    logD: logD.map((v) => v - centreD),
    logLoss: logLoss.map((v) => v - centreLoss),
    centreN,
    centreD,
    centreLoss,
  };
}

/** Search variables to the law's parameters in its own units. */
export function toChinchilla(data: ParametricData, theta: ArrayLike<number>): ChinchillaParameters {
  const level = Math.exp(data.centreLoss);
  const [alpha, beta] = [theta[ALPHA]!, theta[BETA]!];
  return {
    E: level * theta[E]!,
    A: level * theta[A]! * Math.exp(alpha * data.centreN),
    B: level * theta[B]! * Math.exp(beta * data.centreD),
    alpha,
    beta,
  };
}

/** The law's parameters to search variables. */
export function fromChinchilla(data: ParametricData, p: ChinchillaParameters): Float64Array {
  const level = Math.exp(-data.centreLoss);
  return Float64Array.of(
    level * p.A * Math.exp(-p.alpha * data.centreN),
    level * p.B * Math.exp(-p.beta * data.centreD),
    level * p.E,
    p.alpha,
    p.beta,
  );
}

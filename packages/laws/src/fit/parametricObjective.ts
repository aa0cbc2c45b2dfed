import type { ChinchillaParameters } from "../laws/chinchilla.js";
import { COLUMNS, type LinearResiduals, sumOfHuber } from "../numerics/huberSums.js";
import { EXP_REACH, expNear0, LOG_REACH, log1pNear0 } from "../numerics/nearby.js";
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

/** The rows that a descent works on: those of the data that count at all. */
export interface Rows {
  count: number;
  readonly logN: Float64Array;
  readonly logD: Float64Array;
  readonly logLoss: Float64Array;
  readonly weight: Float64Array;
  /** What is known of a point nearby, from which a refit's exponentials follow by short series. */
  readonly near?: Neighbourhood;
}

/** The terms' shapes at one pair of exponents. */
export interface Neighbourhood {
  readonly alpha: number;
  readonly beta: number;
  /** Largest |ln N| and |ln D|, as centred. */
  readonly reachN: number;
  readonly reachD: number;
  /** exp(-alpha ln N), exp(-beta ln D) and 1 / L of each row. */
  readonly model: Float64Array;
  readonly tokens: Float64Array;
  readonly inverseLoss: Float64Array;
}

/** Residuals r and their gradient in the search variables, at one point. */
export interface Linearisation extends LinearResiduals {
  count: number;
  weight: Float64Array;
}

export function newLinearisation(count: number, weight: Float64Array): Linearisation {
  const column = () => new Float64Array(count);
  return { count, weight, residual: column(), columns: [column(), column(), column(), column(), column()] };
}

/**
 * Fills residuals and gradients at theta; returns the objective of Hoffmann et al. 2022, equation 3: the sum of w_i
 * Huber_delta(r_i). delta = Infinity gives half the sum of squares.
 */
export function linearise(rows: Rows, theta: ArrayLike<number>, delta: number, out: Linearisation): number {
  const { count, logN, logD, logLoss, weight, near } = rows;
  const { residual } = out;
  const [gA, gB, gE, gAlpha, gBeta] = out.columns;
  const a = theta[A]!;
  const b = theta[B]!;
  const e = theta[E]!;
  const alpha = theta[ALPHA]!;
  const beta = theta[BETA]!;
  out.count = count;
  out.weight = weight;
  if (near && Math.abs(alpha - near.alpha) * near.reachN <= EXP_REACH) {
    shapesNear(gA, near.model, logN, near.alpha - alpha, count);
  } else shapes(gA, logN, alpha, count);
  if (near && Math.abs(beta - near.beta) * near.reachD <= EXP_REACH) {
    shapesNear(gB, near.tokens, logD, near.beta - beta, count);
  } else shapes(gB, logD, beta, count);
  for (let i = 0; i < count; i++) gE[i] = e + a * gA[i]! + b * gB[i]!;
  if (near) residualsNear(residual, gE, near.inverseLoss, count);
  else residuals(residual, gE, logLoss, count);
  for (let i = 0; i < count; i++) {
    const inverse = 1 / gE[i]!;
    const u = gA[i]! * inverse;
    const v = gB[i]! * inverse;
    gA[i] = u;
    gB[i] = v;
    gE[i] = inverse;
    gAlpha[i] = -a * logN[i]! * u;
    gBeta[i] = -b * logD[i]! * v;
  }
  return sumOfHuber(out, delta);
}

// Short loops over arrays, one thing each: together they would run out of registers, and take half as long again.

/** exp(-exponent log). */
function shapes(out: Float64Array, log: Float64Array, exponent: number, count: number): void {
  for (let i = 0; i < count; i++) out[i] = Math.exp(-exponent * log[i]!);
}

/** The same from its values at an exponent that is greater by `step`. */
function shapesNear(out: Float64Array, known: Float64Array, log: Float64Array, step: number, count: number): void {
  for (let i = 0; i < count; i++) out[i] = known[i]! * expNear0(step * log[i]!);
}

/** ln(prediction) - ln L. */
function residuals(out: Float64Array, prediction: Float64Array, logLoss: Float64Array, count: number): void {
  for (let i = 0; i < count; i++) out[i] = Math.log(prediction[i]!) - logLoss[i]!;
}

/** The same from 1 / L; a prediction far from L takes its logarithm in full. */
function residualsNear(out: Float64Array, prediction: Float64Array, inverseLoss: Float64Array, count: number): void {
  for (let i = 0; i < count; i++) {
    const z = prediction[i]! * inverseLoss[i]! - 1;
    out[i] = Math.abs(z) <= LOG_REACH ? log1pNear0(z) : Math.log(1 + z);
  }
}

/**
 * What the residuals' own curvature adds to the objective's Hessian: sum_i psi_i d2 r_i, with psi = w Huber' and d2 r =
 * (d2 prediction) / prediction - g g'. Without it Newton's method would converge linearly only (5 x 5, full).
 */
export function residualCurvature(rows: Rows, at: Linearisation, delta: number, out: Float64Array): void {
  const { count, logN, logD, weight } = rows;
  const { residual } = at;
  const [gA, gB, gE, gAlpha, gBeta] = at.columns;
  let aAlpha = 0;
  let alphaAlpha = 0;
  let bBeta = 0;
  let betaBeta = 0;
  let h00 = 0;
  let h10 = 0;
  let h11 = 0;
  let h20 = 0;
  let h21 = 0;
  let h22 = 0;
  let h30 = 0;
  let h31 = 0;
  let h32 = 0;
  let h33 = 0;
  let h40 = 0;
  let h41 = 0;
  let h42 = 0;
  let h43 = 0;
  let h44 = 0;
  for (let i = 0; i < count; i++) {
    const r = residual[i]!;
    const size = Math.abs(r);
    const psi = size <= delta ? weight[i]! * r : (weight[i]! * r * delta) / size;
    const a = gA[i]!;
    const b = gB[i]!;
    const c = gE[i]!;
    const d = gAlpha[i]!;
    const e = gBeta[i]!;
    const pa = psi * a;
    const pb = psi * b;
    const pc = psi * c;
    const pd = psi * d;
    const n = logN[i]!;
    const t = logD[i]!;
    aAlpha -= pa * n;
    alphaAlpha -= pd * n;
    bBeta -= pb * t;
    betaBeta -= psi * e * t;
    h00 -= pa * a;
    h10 -= pa * b;
    h11 -= pb * b;
    h20 -= pa * c;
    h21 -= pb * c;
    h22 -= pc * c;
    h30 -= pa * d;
    h31 -= pb * d;
    h32 -= pc * d;
    h33 -= pd * d;
    h40 -= pa * e;
    h41 -= pb * e;
    h42 -= pc * e;
    h43 -= pd * e;
    h44 -= psi * e * e;
  }
  out[0] = h00;
  out[5] = h10;
  out[6] = h11;
  out[10] = h20;
  out[11] = h21;
  out[12] = h22;
  out[15] = h30 + aAlpha;
  out[16] = h31;
  out[17] = h32;
  out[18] = h33 + alphaAlpha;
  out[20] = h40;
  out[21] = h41 + bBeta;
  out[22] = h42;
  out[23] = h43;
  out[24] = h44 + betaBeta;
  for (let r = 0; r < COLUMNS; r++) for (let s = 0; s < r; s++) out[s * COLUMNS + r] = out[r * COLUMNS + s]!;
}

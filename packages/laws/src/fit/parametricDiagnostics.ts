import { choleskySolve } from "../numerics/cholesky.js";
import { COLUMNS, ROW } from "../numerics/huberSums.js";
import { conditionNumber } from "../numerics/symmetricEigenvalues.js";
import { A, ALPHA, B, BETA, E, LEAST_AMPLITUDE, type ParametricData } from "./parametricData.js";
import type { DescentResult } from "./parametricDescent.js";
import type { ParametricModel } from "./parametricModel.js";
import type { Linearisation } from "./parametricObjective.js";

/** Variables whose gradient must vanish at an optimum: searched ones, off their bounds, with a term that shows. */
export function interiorVariables(theta: ArrayLike<number>, model: ParametricModel): number[] {
  const free: number[] = [];
  for (let i = 0; i < COLUMNS; i++) {
    if (!(theta[i]! > model.lower[i]! && theta[i]! < model.upper[i]!)) continue;
    if (i === BETA && model.ratio !== undefined) continue;
    if (i === ALPHA && theta[A]! <= LEAST_AMPLITUDE && model.ratio === undefined) continue;
    if (i === BETA && theta[B]! <= LEAST_AMPLITUDE) continue;
    free.push(i);
  }
  return free;
}

/** Column k of the residuals' gradient in the free variables. */
function entry(at: Linearisation, model: ParametricModel, k: number, i: number): number {
  const own = at.cells[i * ROW + 1 + k]!;
  return k === ALPHA && model.ratio !== undefined ? own + model.ratio * at.cells[i * ROW + 1 + BETA]! : own;
}

/** Mean size of ln-loss residuals that no measurement could show. */
const EXACT = 1e-9;

/**
 * The gradient at the optimum relative to what it is made of: the largest of |sum_i psi_i g_ik| / sum_i |psi_i g_ik| over
 * the interior variables. 0 is a stationary point, 1 a slope; it has no unit.
 */
export function relativeGradient(
  at: Linearisation,
  theta: ArrayLike<number>,
  model: ParametricModel,
  delta: number,
): number {
  let largest = 0;
  let residuals = 0;
  for (let i = 0; i < at.count; i++) residuals += Math.abs(at.cells[i * ROW]!);
  // Where the law holds exactly what is left is rounding, and points nowhere.
  if (residuals <= EXACT * at.count) return 0;
  for (const k of interiorVariables(theta, model)) {
    let sum = 0;
    let size = 0;
    for (let i = 0; i < at.count; i++) {
      const r = at.cells[i * ROW]!;
      const pull = (r > delta ? delta : r < -delta ? -delta : r) * entry(at, model, k, i);
      sum += pull;
      size += Math.abs(pull);
    }
    if (size > 0) largest = Math.max(largest, Math.abs(sum) / size);
  }
  return largest;
}

export interface Conditioning {
  /** Of J'J, J the gradients of ln L in A, B, E, alpha, beta as the law has them. */
  readonly raw: number;
  /** In the search's variables, each scaled to a unit diagonal: of the correlations alone. */
  readonly scaled: number;
  /** In alpha and beta, the three amplitudes projected out: what variable projection searches in. */
  readonly projected: number;
  /** Variance of a function of alpha and beta with these derivatives, in units of the residuals' variance. */
  variance(byAlpha: number, byBeta: number): number;
}

/** Condition numbers of the Gauss-Newton matrix at the optimum, over all five parameters, whichever are held. */
export function conditioning(data: ParametricData, at: Linearisation, theta: ArrayLike<number>): Conditioning {
  const gram = new Float64Array(COLUMNS * COLUMNS);
  const raw = new Float64Array(COLUMNS * COLUMNS);
  const row = new Float64Array(COLUMNS);
  const own = new Float64Array(COLUMNS);
  // In the law's own units A = A' N_gm^alpha: alpha then moves A' too. The losses' unit drops out of ln L.
  const [scaleA, scaleB] = [Math.exp(-theta[ALPHA]! * data.centreN), Math.exp(-theta[BETA]! * data.centreD)];
  const level = Math.exp(-data.centreLoss);
  for (let i = 0; i < at.count; i++) {
    for (let k = 0; k < COLUMNS; k++) row[k] = at.cells[i * ROW + 1 + k]!;
    own[A] = row[A]! * scaleA * level;
    own[B] = row[B]! * scaleB * level;
    own[E] = row[E]! * level;
    own[ALPHA] = row[ALPHA]! - theta[A]! * data.centreN * row[A]!;
    own[BETA] = row[BETA]! - theta[B]! * data.centreD * row[B]!;
    for (let p = 0; p < COLUMNS; p++) {
      for (let q = 0; q < COLUMNS; q++) {
        gram[p * COLUMNS + q]! += row[p]! * row[q]!;
        raw[p * COLUMNS + q]! += own[p]! * own[q]!;
      }
    }
  }
  const scaled = gram.map((v, k) => {
    const [p, q] = [Math.floor(k / COLUMNS), k % COLUMNS];
    return v / Math.sqrt(gram[p * (COLUMNS + 1)]! * gram[q * (COLUMNS + 1)]!);
  });
  const projected = projectOut(gram);
  const known = scaled.every(Number.isFinite);
  return {
    raw: raw.every(Number.isFinite) ? conditionNumber(raw, COLUMNS) : Number.POSITIVE_INFINITY,
    scaled: known ? conditionNumber(scaled, COLUMNS) : Number.POSITIVE_INFINITY,
    projected: projected ? conditionNumber(projected, 2) : Number.POSITIVE_INFINITY,
    variance(byAlpha, byBeta) {
      if (!projected) return Number.POSITIVE_INFINITY;
      const [p, q, , s] = projected as [number, number, number, number];
      return (byAlpha ** 2 * s - 2 * byAlpha * byBeta * q + byBeta ** 2 * p) / (p * s - q * q);
    },
  };
}

/** Schur complement of the amplitudes in the Gram matrix: 2 x 2, in alpha and beta. */
function projectOut(gram: Float64Array): number[] | undefined {
  const solved = [ALPHA, BETA].map((k) => {
    const matrix = Float64Array.from({ length: 9 }, (_, m) => gram[Math.floor(m / 3) * COLUMNS + (m % 3)]!);
    const right = Float64Array.from([A, B, E], (m) => gram[m * COLUMNS + k]!);
    return choleskySolve(matrix, right, 3) ? right : undefined;
  });
  const result: number[] = [];
  for (const p of [ALPHA, BETA]) {
    for (const column of [0, 1] as const) {
      const solution = solved[column];
      if (!solution) return undefined;
      let value = gram[p * COLUMNS + ALPHA + column]!;
      for (const m of [A, B, E]) value -= gram[p * COLUMNS + m]! * solution[m]!;
      result.push(value);
    }
  }
  return result.every(Number.isFinite) ? result : undefined;
}

/** A descent's end, whatever made it. */
interface Ended {
  readonly theta: Float64Array;
  readonly value: number;
}

/** One local minimum, and how many starts ended there. */
export interface FoundMinimum<Result extends Ended = DescentResult> {
  readonly theta: Float64Array;
  readonly value: number;
  readonly starts: number;
  readonly result: Result;
}

/** Descents sorted into distinct minima, best first: the same are those of equal objective or of equal parameters. */
export function distinctMinima<Result extends Ended>(
  found: readonly { readonly result: Result; readonly starts: number }[],
): FoundMinimum<Result>[] {
  const minima: FoundMinimum<Result>[] = [];
  for (const { result, starts } of [...found].sort((p, q) => p.result.value - q.result.value)) {
    const same = minima.findIndex(
      (m) =>
        Math.abs(result.value - m.value) <= 1e-9 * m.value + 1e-300 ||
        result.theta.every((v, i) => Math.abs(v - m.theta[i]!) <= 1e-4 * (Math.abs(m.theta[i]!) + 1e-3)),
    );
    if (same < 0) minima.push({ theta: result.theta, value: result.value, starts, result });
    else minima[same] = { ...minima[same]!, starts: minima[same]!.starts + starts };
  }
  return minima;
}

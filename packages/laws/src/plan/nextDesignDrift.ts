import { type ChinchillaParameters, chinchilla } from "../laws/chinchilla.js";
import { type ComputeCost, computeOf } from "../model/computeCost.js";
import { choleskySolve } from "../numerics/cholesky.js";
import { createRandom } from "../numerics/random.js";
import { median } from "../numerics/statistics.js";
import { SIZE } from "./nextDesignLaw.js";

/** Where a run lies, each in e-folds. */
export interface Place {
  readonly logN: number;
  readonly logD: number;
  /** ln N - ln N_opt(C): how far off the compute-optimal path, by the fit. */
  readonly offset: number;
}

/** What a run's place is reckoned from. */
export function placer(law: ChinchillaParameters, cost: ComputeCost): (run: RunPoint) => Place {
  return ({ parameters, tokens }) => {
    const optimum = chinchilla.optimum(law, computeOf(cost, parameters, tokens), cost).parameters;
    return { logN: Math.log(parameters), logD: Math.log(tokens), offset: Math.log(parameters / optimum) };
  };
}

/** A model on its data. */
export interface RunPoint {
  readonly parameters: number;
  readonly tokens: number;
}

export const AXES = ["logN", "logD", "offset"] as const;

/**
 * How far the truth is taken to wander off the law: three random walks, in ln N, in ln D and in the offset from the optimal
 * path, that are 0 at the target and whose variance grows by drift^2 with each e-fold of distance. Runs on one side share the part of a
 * walk between them and the target, so that no number of small runs averages it out. (Model inadequacy as a Gaussian process:
 * Blight & Ott 1975; as what a design must reckon with: O'Hagan 1978. These axes: docs/next.md.)
 * @returns covariance for a drift of 1
 */
export function driftCovariance(at: Place, p: Place, q: Place): number {
  let sum = 0;
  for (const axis of AXES) sum += walk(p[axis] - at[axis], q[axis] - at[axis]);
  return sum;
}

/** Covariance of a random walk that starts at 0 in both directions. */
function walk(x: number, y: number): number {
  return x * y > 0 ? Math.min(Math.abs(x), Math.abs(y)) : 0;
}

/** More runs than this are sampled: the estimate factorises matrices of their number. */
const MOST_RUNS = 240;
/** Drift over noise, tried on a grid: from next to none to a walk that dwarfs the noise within one e-fold. */
const RATIOS = [0, ...Array.from({ length: 33 }, (_, i) => 0.02 * 1.25 ** i)];

export interface DriftEstimate {
  /** Standard deviation of the drift over one e-fold, in ln loss. */
  readonly drift: number;
  /** The largest drift that the runs do not speak against: one-sided 95 % by the restricted likelihood's ratio. */
  readonly upper: number;
  /** Standard deviation of single runs beside it, in ln loss. */
  readonly noise: number;
}

/**
 * Restricted maximum likelihood (Patterson & Thompson 1971; in the form of Harville 1974) of a fit's residuals under noise
 * and drift. What the law's own parameters could take up is projected out, so that the place of the target does not matter.
 * @param residuals ln(measured) - ln(predicted); those beyond three robust deviations count as three
 * @param gradients of ln loss at the fit, one a run
 */
export function estimateDrift(
  places: readonly Place[],
  gradients: readonly Float64Array[],
  residuals: readonly number[],
): DriftEstimate {
  const rows = sampled(places.length);
  const spread = 1.4826 * median(residuals.map(Math.abs));
  const limit = 3 * spread * Math.sqrt(residuals.length / Math.max(1, residuals.length - SIZE));
  const n = rows.length;
  const right = rows.map((i) => Math.max(-limit, Math.min(limit, residuals[i]!)));
  const at = {
    logN: Math.max(...rows.map((i) => places[i]!.logN)),
    logD: Math.max(...rows.map((i) => places[i]!.logD)),
    offset: 0,
  };
  const covariance = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) covariance[i * n + j] = driftCovariance(at, places[rows[i]!]!, places[rows[j]!]!);
  }
  const columns = Array.from({ length: SIZE }, (_, k) => Float64Array.from(rows, (i) => gradients[i]![k]!));
  const tried = RATIOS.flatMap((ratio) => {
    const found = restricted(covariance, columns, right, ratio);
    return found === undefined ? [] : [{ ratio, ...found }];
  });
  const best = tried.reduce((a, b) => (b.logLikelihood > a.logLikelihood ? b : a));
  // 1.645^2 / 2: the restricted likelihood falls by as much at the end of a one-sided 95 % interval.
  const within = tried.filter((one) => one.ratio >= best.ratio && one.logLikelihood >= best.logLikelihood - 1.353);
  const last = within.at(-1)!;
  return { drift: best.ratio * best.noise, upper: last.ratio * last.noise, noise: best.noise };
}

function sampled(count: number): number[] {
  const all = Array.from({ length: count }, (_, i) => i);
  if (count <= MOST_RUNS) return all;
  const random = createRandom(0);
  const stretch = count / MOST_RUNS;
  return Array.from({ length: MOST_RUNS }, (_, k) => Math.floor((k + random.uniform()) * stretch));
}

/** Restricted log-likelihood, the noise at its best; undefined where the matrix cannot be factorised. */
function restricted(
  covariance: Float64Array,
  columns: readonly Float64Array[],
  right: readonly number[],
  ratio: number,
): { logLikelihood: number; noise: number } | undefined {
  const n = right.length;
  const factor = covariance.map((v) => ratio ** 2 * v);
  for (let i = 0; i < n; i++) factor[i * n + i]! += 1;
  const logDeterminant = factorise(factor, n);
  if (logDeterminant === undefined) return undefined;
  const whitened = columns.map((column) => forward(factor, column, n));
  const y = forward(factor, Float64Array.from(right), n);
  const gram = new Float64Array(SIZE * SIZE);
  const moment = Float64Array.from(whitened, (x) => dot(x, y));
  for (let p = 0; p < SIZE; p++) {
    for (let q = 0; q < SIZE; q++) gram[p * SIZE + q] = dot(whitened[p]!, whitened[q]!);
  }
  const lower = gram.slice();
  const logGram = factorise(lower, SIZE);
  const solution = moment.slice();
  if (logGram === undefined || !choleskySolve(gram, solution, SIZE)) return undefined;
  const squares = dot(y, y) - dot(moment, solution);
  const degrees = n - SIZE;
  if (!(squares > 0 && degrees > 0)) return undefined;
  return {
    logLikelihood: -0.5 * (degrees * Math.log(squares / degrees) + logDeterminant + logGram),
    noise: Math.sqrt(squares / degrees),
  };
}

/** Cholesky factor in place (lower triangle); returns ln of the determinant. */
function factorise(a: Float64Array, n: number): number | undefined {
  let logDeterminant = 0;
  for (let j = 0; j < n; j++) {
    let pivot = a[j * n + j]!;
    const before = pivot;
    for (let k = 0; k < j; k++) pivot -= a[j * n + k]! ** 2;
    if (!(pivot > 1e-14 * before)) return undefined;
    const root = Math.sqrt(pivot);
    logDeterminant += 2 * Math.log(root);
    a[j * n + j] = root;
    for (let i = j + 1; i < n; i++) {
      let sum = a[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= a[i * n + k]! * a[j * n + k]!;
      a[i * n + j] = sum / root;
    }
  }
  return logDeterminant;
}

function forward(factor: Float64Array, right: Float64Array, n: number): Float64Array {
  const x = right.slice();
  for (let i = 0; i < n; i++) {
    let sum = x[i]!;
    for (let k = 0; k < i; k++) sum -= factor[i * n + k]! * x[k]!;
    x[i] = sum / factor[i * n + i]!;
  }
  return x;
}

function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]! * y[i]!;
  return sum;
}

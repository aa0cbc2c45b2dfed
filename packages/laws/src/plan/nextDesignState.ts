import type { ChinchillaParameters } from "../laws/chinchilla.js";
import { driftCovariance, type Place, type RunPoint } from "./nextDesignDrift.js";
import { driftSums } from "./nextDesignDriftSums.js";
import { type Centre, logLossGradient, SIZE, type Target } from "./nextDesignLaw.js";
import { addOuter, dot, inverse, multiply, solve, times } from "./nextDesignMatrices.js";

/** A run that may be added: its point, and what it costs with all its seeds. */
export interface Candidate extends RunPoint {
  /** Of one seed. */
  readonly flops: number;
}

/** What may be wrong with a run beside the law's parameters. */
export interface Errors {
  /** Standard deviation of what one run's noise does to a fit as an efficient one would have it, in ln loss. */
  readonly noise: number;
  /** Standard deviation of the truth's walk off the law over one e-fold of N or D, in ln loss. */
  readonly drift: number;
  /** Where that walk is 0. */
  readonly at: Place;
  placeOf(run: RunPoint): Place;
}

/** Variances of the two answers at the target, for one draw of the law's parameters. */
export interface Variances {
  readonly loss: number;
  readonly parameters: number;
}

/**
 * One draw of the law, with the runs so far: everything that the expected error of the next fit depends on, in 5 x 5 matrices.
 * The fit to come is the usual one, every run with one weight and no thought of drift: its estimate moves by M^-1 sum g_i e_i, M = sum
 * g_i g_i', so that an answer with gradient c has the mean squared error x' (noise^2 M + drift^2 Q) x, x = M^-1 c, Q = sum_ij
 * g_i g_j' K_ij with K the drift's covariance (Box & Draper 1959: variance, and the bias that the law's fault will make).
 */
interface Draw {
  readonly gradients: readonly Float64Array[];
  readonly answers: readonly Float64Array[];
  readonly information: Float64Array;
  readonly drifted: Float64Array;
  /** For each candidate j: sum over the runs so far of K_ji g_i. */
  readonly shared: readonly Float64Array[];
}

/** A design in the making: the runs there are and those added so far. */
export interface DesignState {
  readonly candidates: readonly Candidate[];
  /** How many runs of each candidate are added. */
  readonly counts: Int32Array;
  /** Adds so many runs of a candidate; takes away where negative. */
  add(candidate: number, runs: number): void;
  /**
   * The mean over the draws of the log variances, were so many runs of a candidate added (Chaloner & Larntz 1989: the average
   * over what is not known; of logarithms, so that no draw and neither answer outweighs the others by its unit or its luck).
   */
  criterion(weights: Weights, candidate?: number, runs?: number): number;
  /** For each draw, as the design is now. `drift` may be 0: by the noise alone. */
  variances(drift?: number): Variances[];
  copy(): DesignState;
}

/** How much each answer counts. */
export interface Weights {
  readonly loss: number;
  readonly parameters: number;
}

/** A draw of the law's parameters with its target. */
export interface DrawnLaw {
  readonly law: ChinchillaParameters;
  readonly target: Target;
}

/** Draws in which the runs do not determine the law are left out: the state has none of them. */
export function designState(
  runs: readonly RunPoint[],
  candidates: readonly Candidate[],
  laws: readonly DrawnLaw[],
  centre: Centre,
  errors: Errors,
): DesignState {
  const places = runs.map(errors.placeOf);
  const options = candidates.map(errors.placeOf);
  const among = options.map((p) => Float64Array.from(options, (q) => driftCovariance(errors.at, p, q)));
  const draws = laws.flatMap(({ law, target }): Draw[] => {
    const at = (run: RunPoint) => logLossGradient(law, centre, run.parameters, run.tokens);
    const own = runs.map(at);
    const information = new Float64Array(SIZE * SIZE);
    for (const g of own) addOuter(information, g, g, 1);
    const summed = driftSums(places, own, errors.at);
    const drifted = new Float64Array(SIZE * SIZE);
    for (const [i, g] of own.entries()) addOuter(drifted, g, summed(places[i]!), 1);
    const answers = [target.logLoss, target.logParameters];
    if (answers.some((c) => solve(information, c) === undefined)) return [];
    return [{ gradients: candidates.map(at), answers, information, drifted, shared: options.map(summed) }];
  });
  return stateOf(candidates, among, draws, errors, new Int32Array(candidates.length));
}

function stateOf(
  candidates: readonly Candidate[],
  among: readonly Float64Array[],
  draws: readonly Draw[],
  errors: Errors,
  counts: Int32Array,
): DesignState {
  const noise = errors.noise ** 2;
  let ready: readonly (Ready | undefined)[] = draws.map(prepare);
  return {
    candidates,
    counts,
    add(j, runs) {
      for (const { gradients, information, drifted, shared } of draws) {
        const g = gradients[j]!;
        addOuter(information, g, g, runs);
        addOuter(drifted, g, shared[j]!, runs);
        addOuter(drifted, shared[j]!, g, runs);
        addOuter(drifted, g, g, runs ** 2 * among[j]![j]!);
        shared.forEach((s, l) => {
          const k = runs * among[l]![j]!;
          if (k !== 0) for (let i = 0; i < SIZE; i++) s[i] = s[i]! + k * g[i]!;
        });
      }
      counts[j] = counts[j]! + runs;
      ready = draws.map(prepare);
    },
    criterion(weights, j, runs = 1) {
      let sum = 0;
      for (const [d, draw] of draws.entries()) {
        const prepared = ready[d];
        if (prepared === undefined) return Number.POSITIVE_INFINITY;
        const [loss, parameters] =
          j === undefined
            ? errorsNow(prepared, noise, errors.drift ** 2)
            : errorsWith(draw, prepared, noise, errors.drift ** 2, j, runs, among[j]![j]!);
        sum += weights.loss * Math.log(loss) + weights.parameters * Math.log(parameters);
      }
      return sum / draws.length;
    },
    variances(drift = errors.drift) {
      return ready.flatMap((prepared): Variances[] => {
        if (prepared === undefined) return [];
        const [loss, parameters] = errorsNow(prepared, noise, drift ** 2);
        return [{ loss, parameters }];
      });
    },
    copy() {
      const copied = draws.map((draw) => ({
        ...draw,
        information: draw.information.slice(),
        drifted: draw.drifted.slice(),
        shared: draw.shared.map((s) => s.slice()),
      }));
      return stateOf(candidates, among, copied, errors, counts.slice());
    },
  };
}

/** What every candidate's trial needs of a draw: M^-1, and of each answer x = M^-1 c, Q x, x' M x and x' Q x. */
interface Ready {
  readonly inverted: Float64Array;
  readonly drifted: Float64Array;
  readonly answers: readonly { x: Float64Array; qx: Float64Array; xmx: number; xqx: number }[];
}

function prepare({ information, drifted, answers }: Draw): Ready | undefined {
  const inverted = inverse(information);
  if (inverted === undefined) return undefined;
  return {
    inverted,
    drifted,
    answers: answers.map((c) => {
      const x = times(inverted, c);
      const qx = times(drifted, x);
      return { x, qx, xmx: dot(c, x), xqx: dot(x, qx) };
    }),
  };
}

function errorsNow({ answers }: Ready, noise: number, drift: number): [loss: number, parameters: number] {
  const [loss, parameters] = answers.map(({ xmx, xqx }) => noise * xmx + drift * xqx);
  return [loss!, parameters!];
}

/**
 * Mean squared errors, were so many runs of candidate j added. By Sherman and Morrison's formula x becomes x - pull y with y = M^-1
 * g: nothing is inverted anew.
 * @param own the candidate's drift variance
 */
function errorsWith(
  { gradients, shared }: Draw,
  { inverted, drifted, answers }: Ready,
  noise: number,
  drift: number,
  j: number,
  runs: number,
  own: number,
): [loss: number, parameters: number] {
  const g = gradients[j]!;
  const s = shared[j]!;
  multiply(inverted, g, Y);
  const gy = dot(g, Y);
  const sy = dot(s, Y);
  multiply(drifted, Y, QY);
  const yqy = dot(Y, QY);
  const errors: [number, number] = [0, 0];
  for (let a = 0; a < 2; a++) {
    const { x, qx, xmx, xqx } = answers[a]!;
    const gx = dot(g, x);
    const pull = (runs * gx) / (1 + runs * gy);
    const left = runs * (gx - pull * gy);
    const walked =
      xqx - 2 * pull * dot(Y, qx) + pull * pull * yqy + 2 * left * (dot(s, x) - pull * sy) + left * left * own;
    errors[a] = noise * (xmx - pull * gx) + drift * walked;
  }
  return errors;
}

/** Room for M^-1 g and Q M^-1 g: a search asks for them a million times. */
const Y = new Float64Array(SIZE);
const QY = new Float64Array(SIZE);

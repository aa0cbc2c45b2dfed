import { checkBudget } from "../forecast/forecast.js";
import { chinchilla, chinchillaExponents } from "../laws/chinchilla.js";
import type { ComputeCost } from "../model/computeCost.js";
import type { RunRecord } from "../record.js";
import { objectiveAt95 } from "../uncertainty/likelihood.js";
import { type ProfileInterval, type ProfilePoint, profileInterval } from "../uncertainty/profileLikelihood.js";
import type { ParametricFit } from "./parametric.js";
import { fromChinchilla, toChinchilla } from "./parametricData.js";
import type { Penalty } from "./parametricDescent.js";
import { interiorVariables } from "./parametricDiagnostics.js";
import { type ParametricProblem, type ParametricSetting, parametricProblem } from "./parametricFit.js";

/** A number that follows from the search variables; `value` turns it into what is reported. */
export interface Quantity {
  of(theta: ArrayLike<number>): number;
  value(q: number): number;
}

const asIs = (q: number) => q;

/** The free parameters and the exponent a, each as a quantity. */
export function freeQuantities(
  problem: ParametricProblem,
  { fixed, tied }: ParametricSetting,
  compute: ComputeCost,
): [name: string, quantity: Quantity][] {
  const own = (at: ArrayLike<number>) => toChinchilla(problem.data, at);
  // Amplitudes by their logarithms, in which their profiles are nearly parabolas; an interval does not mind.
  const quantities: Record<string, Quantity> = {
    E: { of: (at) => own(at).E, value: asIs },
    A: { of: (at) => Math.log(own(at).A), value: Math.exp },
    B: { of: (at) => Math.log(own(at).B), value: Math.exp },
    alpha: { of: (at) => at[3]!, value: asIs },
    beta: { of: (at) => at[4]!, value: asIs },
    a: { of: (at) => chinchillaExponents(own(at), compute).a, value: asIs },
  };
  const held = new Set(Object.keys(fixed).filter((name) => fixed[name as keyof typeof fixed] !== undefined));
  if (tied && (held.has("alpha") || held.has("beta"))) held.add("alpha").add("beta");
  if (tied || (held.has("alpha") && held.has("beta"))) held.add("a");
  return Object.entries(quantities).filter(([name]) => !held.has(name));
}

/** Profile intervals of the free parameters and of the exponent a. */
export function profileParameters(
  problem: ParametricProblem,
  setting: ParametricSetting,
  theta: Float64Array,
  compute: ComputeCost,
): Record<string, ProfileInterval> {
  return Object.fromEntries(
    freeQuantities(problem, setting, compute).map(([name, quantity]) => [
      name,
      profile(problem, setting, theta, quantity),
    ]),
  );
}

/** What a fit expects of a budget, with intervals by profile likelihood. */
export interface ProfileForecast {
  /** Compute, FLOPs. */
  readonly flops: number;
  /** N_opt, D_opt (tokens) and the mean loss there (nats per token). */
  readonly parameters: ProfileInterval;
  readonly tokens: ProfileInterval;
  readonly loss: ProfileInterval;
}

/**
 * Intervals of N_opt, D_opt and the mean loss at a budget by profile likelihood: the values that some law with twice a
 * log-likelihood within 3.841 of the best gives.
 * @param records the ones that were fitted
 * @throws IsoflopError "bad-budget"
 */
export function profileForecast(fit: ParametricFit, records: readonly RunRecord[], flops: number): ProfileForecast {
  checkBudget(flops);
  const problem = parametricProblem(records, fit.setting);
  const { theta } = problem.descend(fromChinchilla(problem.data, fit.parameters));
  const optimum = (at: ArrayLike<number>) => chinchilla.optimum(toChinchilla(problem.data, at), flops, fit.compute);
  const logarithm = (of: (at: ArrayLike<number>) => number): Quantity => ({
    of: (at) => Math.log(of(at)),
    value: Math.exp,
  });
  const interval = (quantity: Quantity) => profile(problem, fit.setting, theta, quantity);
  return {
    flops,
    parameters: interval(logarithm((at) => optimum(at).parameters)),
    tokens: interval(logarithm((at) => optimum(at).tokens)),
    loss: interval(logarithm((at) => optimum(at).loss!)),
  };
}

function profile(
  problem: ParametricProblem,
  setting: ParametricSetting,
  theta: Float64Array,
  quantity: Quantity,
): ProfileInterval {
  const { best, threshold, reach, holder } = profiled(problem, setting, theta, quantity);
  const found = profileInterval(best, threshold, reach, holder());
  return reported(found, quantity);
}

/** An interval of the search's quantity in what is reported. */
export function reported({ interval, open }: ProfileInterval, quantity: Quantity): ProfileInterval {
  const [p, q] = interval.map(quantity.value) as [number, number];
  return { interval: [Math.min(p, q), Math.max(p, q)], open };
}

/** What the profile of one quantity is looked for with. */
interface Profiled {
  readonly best: ProfilePoint;
  /** The objective at which the 95 % interval ends. */
  readonly threshold: number;
  /** A first guess of half the interval's width. */
  readonly reach: number;
  /** Fits with the quantity drawn to a target, each from the last one of its side that lay within the interval. */
  holder(): (target: number, side: number, stiffness: number) => ProfilePoint;
}

/**
 * Holds a quantity by a spring and lets the rest go: at the minimum of objective + k (q - target)^2 / 2 the objective is
 * the least of all points with the same q, so (q, objective) is a point of the profile whatever k is.
 */
export function profiled(
  problem: ParametricProblem,
  setting: ParametricSetting,
  theta: Float64Array,
  quantity: Quantity,
): Profiled {
  const runs = problem.rows.count;
  const start = problem.descend(theta);
  // The search sums Huber's losses over delta; the likelihoods know sums of r^2 and of |r|.
  const least = start.value;
  const { loss, delta } = setting;
  const threshold = objectiveAt95(loss, delta, least, runs);
  const best = { value: quantity.of(start.theta), objective: least };
  const scales = start.theta.map((v) => 1e-4 * (Math.abs(v) + 1e-3));
  const free = interiorVariables(start.theta, problem.model);
  return {
    best,
    threshold,
    reach: guess(),
    holder: () => {
      const warm = new Map<number, Float64Array>([
        [-1, start.theta],
        [1, start.theta],
      ]);
      return (target, side, stiffness) => {
        const penalty = spring(quantity, target, stiffness, scales, problem.model);
        const { theta: end, value } = problem.descend(warm.get(side)!, { penalty, tolerance: 1e-12 });
        const q = quantity.of(end);
        const objective = value - 0.5 * stiffness * (q - target) ** 2;
        if (objective < threshold) warm.set(side, end);
        return { value: q, objective };
      };
    },
  };

  /** A first reach: the quantity's change when one parameter moves by a hundredth, the largest of them. */
  function guess(): number {
    let largest = 1e-6 * (Math.abs(best.value) + 1e-6);
    for (const i of free) {
      const moved = start.theta.slice();
      moved[i]! *= 1.01;
      largest = Math.max(largest, Math.abs(quantity.of(moved) - best.value));
    }
    return largest;
  }
}

/** k (q - target)^2 / 2, with q's derivatives by central differences: q is smooth and cheap. */
function spring(
  quantity: Quantity,
  target: number,
  stiffness: number,
  scales: Float64Array,
  model: ParametricProblem["model"],
): Penalty {
  const point = new Float64Array(5);
  const slope = new Float64Array(5);
  return (theta, gradient, hessian) => {
    const at = (i: number, hi: number, j: number, hj: number) => {
      point.set(theta);
      point[i]! += hi;
      point[j]! += hj;
      return quantity.of(point);
    };
    const q = quantity.of(theta);
    const free = Array.from(theta, (_, i) => model.lower[i] !== model.upper[i]);
    // Steps stay on the positive side of what must be positive.
    const step = scales.map((h, i) => Math.min(h, 0.1 * (theta[i]! || h)));
    gradient.fill(0);
    hessian.fill(0);
    for (let i = 0; i < 5; i++)
      slope[i] = free[i] ? (at(i, step[i]!, i, 0) - at(i, -step[i]!, i, 0)) / (2 * step[i]!) : 0;
    for (let i = 0; i < 5; i++) {
      gradient[i] = stiffness * (q - target) * slope[i]!;
      for (let j = 0; j <= i; j++) {
        const [hi, hj] = [step[i]!, step[j]!];
        let second = 0;
        if (free[i] && free[j]) {
          second =
            i === j
              ? (at(i, hi, i, 0) - 2 * q + at(i, -hi, i, 0)) / hi ** 2
              : (at(i, hi, j, hj) - at(i, hi, j, -hj) - at(i, -hi, j, hj) + at(i, -hi, j, -hj)) / (4 * hi * hj);
        }
        hessian[i * 5 + j] = hessian[j * 5 + i] = stiffness * (slope[i]! * slope[j]! + (q - target) * second);
      }
    }
    return 0.5 * stiffness * (q - target) ** 2;
  };
}

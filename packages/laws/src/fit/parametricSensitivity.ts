import { chinchillaExponents } from "../laws/chinchilla.js";
import type { ComputeCost } from "../model/computeCost.js";
import type { RunRecord } from "../record.js";
import type { LeftOut } from "../statements/words.js";
import { fromChinchilla, toChinchilla } from "./parametricData.js";
import { type Conditioning, conditioning } from "./parametricDiagnostics.js";
import { type ParametricProblem, type ParametricSetting, parametricProblem } from "./parametricFit.js";
import { linearise, newLinearisation } from "./parametricObjective.js";
import { largerBudgets, leftOut } from "./smallestBudget.js";

/** Where the exponent a goes when something that should not matter is changed. */
export interface Sensitivity {
  /** a at a tenth of Huber's delta, and at ten times it. */
  readonly delta?: { readonly smaller: number; readonly larger: number };
  readonly withoutSmallest?: {
    readonly budget: number;
    /** What was left out, as in a sentence. */
    readonly without: LeftOut;
    readonly exponent: number;
    /** Variance of a from these runs over its variance from all of them. */
    readonly varianceRatio: number;
  };
}

export function sensitivityOf(
  records: readonly RunRecord[],
  problem: ParametricProblem,
  setting: ParametricSetting,
  theta: Float64Array,
  compute: ComputeCost,
  conditions: Conditioning,
): Sensitivity {
  const exponent = (of: ParametricProblem, at: ArrayLike<number>) =>
    chinchillaExponents(toChinchilla(of.data, at), compute).a;
  const atDelta = (delta: number) => exponent(problem, problem.descend(theta, { delta, tolerance: 1e-9 }).theta);
  const deltas =
    setting.loss === "huber"
      ? { delta: { smaller: atDelta(setting.delta / 10), larger: atDelta(setting.delta * 10) } }
      : {};

  const larger = largerBudgets(records, 2 * problem.model.size);
  if (!larger) return deltas;
  const rest = records.filter((_, i) => larger.keeps[i]);
  const several = (field: "parameters" | "tokens") => rest.some((r) => r[field] !== rest[0]![field]);
  if (!several("parameters") || !several("tokens")) return deltas;
  const smaller = parametricProblem(rest, setting);
  const start = fromChinchilla(smaller.data, toChinchilla(problem.data, theta));
  const refit = smaller.descend(start, { tolerance: 1e-9 });
  const at = newLinearisation(rest.length);
  linearise(smaller.rows, refit.theta, smaller.delta, at);
  const [alpha, beta] = [theta[3]!, theta[4]!];
  const scale = (alpha + compute.exponent * beta) ** 2;
  const variance = (of: Conditioning) => of.variance(-beta / scale, alpha / scale);
  const ratio = variance(conditioning(smaller.data, at, refit.theta)) / variance(conditions);
  return {
    ...deltas,
    withoutSmallest: {
      budget: larger.budget,
      without: leftOut(larger),
      exponent: exponent(smaller, refit.theta),
      varianceRatio: ratio,
    },
  };
}

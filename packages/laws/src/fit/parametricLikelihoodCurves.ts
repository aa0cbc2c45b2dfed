import { checkBudget } from "../forecast/forecast.js";
import { chinchilla } from "../laws/chinchilla.js";
import type { RunRecord } from "../record.js";
import { type ProfilePoint, profileInterval, stiffnessFor } from "../uncertainty/profileLikelihood.js";
import { BEYOND, DEFAULT_STEPS, type LikelihoodCurve, type LikelihoodCurveOptions } from "./likelihoodCurve.js";
import type { ParametricFit } from "./parametric.js";
import { fromChinchilla, toChinchilla } from "./parametricData.js";
import { parametricProblem } from "./parametricFit.js";
import { freeQuantities, profiled, reported } from "./parametricProfile.js";

/**
 * The profiles themselves of the free parameters, of a, and of N_opt where a budget is given.
 * @param records the ones that were fitted
 * @throws IsoflopError "bad-budget"
 */
export function parametricCurves(
  fit: ParametricFit,
  records: readonly RunRecord[],
  { steps = DEFAULT_STEPS, flops }: LikelihoodCurveOptions = {},
): Record<string, LikelihoodCurve> {
  if (flops !== undefined) checkBudget(flops);
  const problem = parametricProblem(records, fit.setting);
  const { theta } = problem.descend(fromChinchilla(problem.data, fit.parameters));
  const optimum = (at: ArrayLike<number>): number =>
    Math.log(chinchilla.optimum(toChinchilla(problem.data, at), flops ?? 1, fit.compute).parameters);
  const quantities = freeQuantities(problem, fit.setting, fit.compute);
  if (flops !== undefined) quantities.push(["N_opt", { of: optimum, value: Math.exp }]);
  return Object.fromEntries(
    quantities.map(([name, quantity]): [string, LikelihoodCurve] => {
      const { best, threshold, reach: guess, holder } = profiled(problem, fit.setting, theta, quantity);
      const found = profileInterval(best, threshold, guess, holder());
      const holdAt = holder();
      const points = [best, ...([-1, 1] as const).flatMap(follow)].sort((a, b) => a.value - b.value);
      return [
        name,
        {
          ...reported(found, quantity),
          estimate: quantity.value(best.value),
          points: points.map(({ value, objective }) => ({
            value: quantity.value(value),
            rise: Math.max(0, objective - best.objective),
          })),
          level: threshold - best.objective,
        },
      ];

      function follow(side: -1 | 1): ProfilePoint[] {
        const width = Math.abs(found.interval[side < 0 ? 0 : 1] - best.value);
        if (width === 0) return [];
        const open = found.open.includes(side < 0 ? "low" : "high");
        const reach = open ? width : BEYOND * width;
        const stiffness = stiffnessFor(threshold - best.objective, width);
        return Array.from({ length: steps }, (_, i) =>
          holdAt(best.value + (side * reach * (i + 1)) / steps, side, stiffness),
        );
      }
    }),
  );
}

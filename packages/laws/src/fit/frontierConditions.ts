import type { NewtonProblem } from "../numerics/boundedNewton.js";
import { goldenSection } from "../numerics/minimiseScalar.js";
import { warn } from "../statements/fit.js";
import { objectiveAt95 } from "../uncertainty/likelihood.js";
import { frontierProjection, GAMMA_BOUNDS, type LossFrontierFit } from "./lossFrontierFit.js";
import { conditionsAt } from "./newtonConditions.js";
import { ILL_CONDITIONED } from "./parametricWarnings.js";
import type { FitResult, FitWarning } from "./result.js";

/** What can be said of a fit of L_opt(C) = E + k C^-gamma beside its values. */
export interface FrontierConditions {
  readonly diagnostics: FitResult["diagnostics"];
  readonly warnings: readonly FitWarning[];
}

/** Values of gamma at which the profile is looked at for further minima. */
const GRID = 200;

/**
 * Conditioning of (E, k, gamma), and other minima of the profile over gamma that the points cannot tell from the fit. A
 * pure power law through two points has neither.
 * @param independent how many of the points are: neighbours on an envelope repeat each other
 */
export function frontierConditions(
  flops: readonly number[],
  loss: readonly number[],
  fit: LossFrontierFit,
  independent = loss.length,
): FrontierConditions {
  const atBound = fit.atBound ? [warn("parameter-at-bound/frontier")] : [];
  if (fit.form === "power-law") return { diagnostics: {}, warnings: atBound };
  const logC = flops.map(Math.log);
  const centre = logC.reduce((sum, v) => sum + v, 0) / logC.length;
  const centred = logC.map((v) => v - centre);
  const { E, gamma } = fit.parameters;
  const level = fit.parameters.k * Math.exp(-gamma * centre);
  const { conditionNumber, relativeGradient } = conditionsAt(frontierProblem(centred, loss), [E, level, gamma]);
  const others = otherMinima(centred, loss, gamma, independent);
  return {
    diagnostics: {
      frontierRelativeGradient: relativeGradient,
      ...(Number.isFinite(conditionNumber) && { frontierConditionNumber: conditionNumber }),
      frontierBasins: 1 + others.length,
    },
    warnings: [
      ...atBound,
      ...(conditionNumber > ILL_CONDITIONED ? [warn("ill-conditioned/frontier", { condition: conditionNumber })] : []),
      ...others
        .slice(0, 1)
        .map((other) => warn("second-basin/frontier", { E: other.E, gamma: other.gamma, ownE: E, ownGamma: gamma })),
    ],
  };
}

/** Half the sum of squared relative errors, over E, k and gamma. */
function frontierProblem(logC: readonly number[], loss: readonly number[]): NewtonProblem {
  const evaluate = (x: Float64Array, visit?: (residual: number, slopes: readonly number[]) => void) => {
    const [E, k, gamma] = x as unknown as [number, number, number];
    let sum = 0;
    logC.forEach((c, i) => {
      const power = Math.exp(-gamma * c);
      const residual = (E + k * power) / loss[i]! - 1;
      sum += 0.5 * residual * residual;
      visit?.(residual, [1 / loss[i]!, power / loss[i]!, (-k * power * c) / loss[i]!]);
    });
    return sum;
  };
  return {
    lower: [0, 0, GAMMA_BOUNDS[0]],
    upper: [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, GAMMA_BOUNDS[1]],
    value: (x) => evaluate(x),
    derivatives(x, gradient, hessian, metric) {
      gradient.fill(0);
      metric.fill(0);
      const value = evaluate(x, (residual, slopes) => {
        slopes.forEach((p, a) => {
          gradient[a] = gradient[a]! + residual * p;
          slopes.forEach((q, b) => {
            metric[3 * a + b] = metric[3 * a + b]! + p * q;
          });
        });
      });
      hessian.set(metric);
      return value;
    },
  };
}

/** Dips of the profile over ln gamma, other than the fit's, within what the likelihood allows or 1 %. */
function otherMinima(
  logC: readonly number[],
  loss: readonly number[],
  gamma: number,
  independent: number,
): { E: number; gamma: number }[] {
  const project = frontierProjection(
    Float64Array.from(logC),
    Float64Array.from(loss, (v) => 1 / v),
  );
  const error = (logGamma: number) => project(Math.exp(logGamma)).residual;
  const [low, high] = GAMMA_BOUNDS.map(Math.log) as [number, number];
  const step = (high - low) / (GRID - 1);
  const values = Array.from({ length: GRID }, (_, i) => error(low + i * step));
  const least = project(gamma).residual;
  const limit = Math.max(1.01 * least, objectiveAt95("mse", 0, least, independent));
  return values.flatMap((value, i) => {
    const [before, after] = [values[i - 1], values[i + 1]];
    if (before === undefined || after === undefined || !(value < before && value < after)) return [];
    const at = Math.exp(goldenSection(error, low + (i - 1) * step, low + (i + 1) * step, 1e-9));
    const found = project(at);
    if (Math.abs(Math.log(at / gamma)) < 0.01 || !(found.residual <= limit)) return [];
    return [{ E: found.E, gamma: at }];
  });
}

import { gridThenGolden } from "../numerics/minimiseScalar.js";
import { studentT975 } from "../numerics/studentT.js";
import { type ProfilePoint, profileInterval } from "../uncertainty/profileLikelihood.js";
import { BEYOND, DEFAULT_STEPS, type LikelihoodCurve, type LikelihoodCurveOptions } from "./likelihoodCurve.js";
import { frontierProjection, GAMMA_BOUNDS, type LossFrontierFit } from "./lossFrontierFit.js";

/**
 * Profiles of L_opt(C) = E + k C^-gamma through points of the frontier: of E, of gamma, and of the loss at a budget. As
 * the fit's, errors are relative to the loss, and E and k are not negative; the interval is the F interval of one
 * quantity (Bates & Watts 1988, chapter 6). None where the law has no E, or no fewer parameters than points.
 */
export function lossFrontierCurves(
  flops: readonly number[],
  losses: readonly number[],
  fit: Pick<LossFrontierFit, "parameters" | "form">,
  { steps = DEFAULT_STEPS, flops: budget }: LikelihoodCurveOptions = {},
): Record<string, LikelihoodCurve> {
  const degrees = flops.length - 3;
  if (fit.form === "power-law" || degrees < 1) return {};
  const logC = flops.map(Math.log);
  const centre = logC.reduce((sum, v) => sum + v, 0) / logC.length;
  const power = (gamma: number, at: number): number => Math.exp(-gamma * (at - centre));

  /** Least sum of squared relative errors of q + k (x^-gamma - x0^-gamma), where q is the loss at x0; over gamma and k. */
  const heldLoss = (q: number, at: number | undefined): number => {
    const sumAt = (gamma: number): number => {
      const there = at === undefined ? 0 : power(gamma, at);
      let [dd, d1] = [0, 0];
      const columns = logC.map((v, i) => (power(gamma, v) - there) / losses[i]!);
      columns.forEach((d, i) => {
        dd += d * d;
        d1 += d * (1 - q / losses[i]!);
      });
      // E = q - k x0^-gamma must not be negative.
      const k = Math.min(Math.max(d1 / dd, 0), there > 0 ? q / there : Number.POSITIVE_INFINITY);
      return columns.reduce((sum, d, i) => sum + (q / losses[i]! + k * d - 1) ** 2, 0);
    };
    const [low, high] = GAMMA_BOUNDS;
    return sumAt(Math.exp(gridThenGolden((v) => sumAt(Math.exp(v)), Math.log(low), Math.log(high), 40, 1e-9)));
  };
  /** The same with gamma held: the loss at any point is free. */
  const project = frontierProjection(
    Float64Array.from(logC, (v) => v - centre),
    Float64Array.from(losses, (v) => 1 / v),
  );
  const heldGamma = (gamma: number): number => project(gamma).residual;

  const { E, k, gamma } = fit.parameters;
  const least = heldGamma(gamma);
  const rise95 = (studentT975(degrees) ** 2 * least) / degrees;
  const curve = (estimate: number, bounds: readonly [number, number], sum: (q: number) => number): LikelihoodCurve => {
    const within = (q: number) => Math.min(Math.max(q, bounds[0]), bounds[1]);
    const holdAt = (q: number): ProfilePoint => ({ value: within(q), objective: Math.max(sum(within(q)), least) });
    const best = { value: estimate, objective: least };
    const found = profileInterval(best, least + rise95, 0.01 * (Math.abs(estimate) + 1e-3), holdAt);
    const follow = (side: -1 | 1): ProfilePoint[] => {
      const width = Math.abs(found.interval[side < 0 ? 0 : 1] - estimate);
      const reach = found.open.includes(side < 0 ? "low" : "high") ? width : BEYOND * width;
      return width === 0
        ? []
        : Array.from({ length: steps }, (_, i) => holdAt(estimate + (side * reach * (i + 1)) / steps));
    };
    const points = [...follow(-1).reverse(), best, ...follow(1)];
    // Beyond a bound there is nothing: what was asked for there is the bound again.
    const distinct = points.filter(({ value }, i) => value !== points[i - 1]?.value);
    return {
      ...found,
      estimate,
      points: distinct.map(({ value, objective }) => ({ value, rise: objective - least })),
      level: rise95,
    };
  };
  const at = budget === undefined ? undefined : Math.log(budget);
  return {
    E: curve(E, [0, Math.min(...losses)], (q) => heldLoss(q, undefined)),
    gamma: curve(gamma, GAMMA_BOUNDS, heldGamma),
    ...(at !== undefined && {
      L_opt: curve(E + k * Math.exp(-gamma * at), [0, Number.POSITIVE_INFINITY], (q) => heldLoss(q, at)),
    }),
  };
}

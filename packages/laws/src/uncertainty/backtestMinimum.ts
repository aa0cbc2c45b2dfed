import type { IsoflopProfile } from "../fit/profile.js";
import { gridThenGolden } from "../numerics/minimiseScalar.js";
import { evaluatePolynomial, fitPolynomial } from "../numerics/polynomial.js";

/** The least loss of an isoFLOP profile, by its runs alone. */
export interface MeasuredMinimum {
  readonly flops: number;
  readonly parameters: number;
  readonly tokens: number;
  readonly loss: number;
}

/** Sizes that leave a quartic a degree of freedom. */
const QUARTIC_SIZES = 6;
/** The quartic must beat the parabola's generalised cross-validation by this factor: its minimum is noisier. */
const CLEARLY = 4;

/**
 * The minimum to judge forecasts by, where the profile has one: the parabola's vertex, unless a quartic in ln N is clearly
 * better by generalised cross-validation (Craven & Wahba 1979: n RSS / (n - p)^2). A wide profile is no parabola, and the
 * vertex lies below the least loss; Approach 2 would forecast that very bias, and seem right by it.
 */
export function measuredMinimum({ status, vertex, points }: IsoflopProfile): MeasuredMinimum | undefined {
  if (status !== "used" || !vertex) return undefined;
  const logN = points.map((p) => Math.log(p.parameters));
  if (new Set(logN).size < QUARTIC_SIZES) return vertex;
  const losses = points.map((p) => p.loss);
  const [parabola, quartic] = [2, 4].map((degree) => fitPolynomial(logN, losses, degree));
  if (!parabola || !quartic) return vertex;
  const score = ({ regression }: typeof quartic) => regression.residualSum / regression.degreesOfFreedom ** 2;
  if (!(CLEARLY * score(quartic) < score(parabola))) return vertex;
  const at = gridThenGolden((u) => evaluatePolynomial(quartic, u), Math.min(...logN), Math.max(...logN), 60, 1e-9);
  const smooth = (values: number[]) => Math.exp(evaluatePolynomial(fitPolynomial(logN, values, 2)!, at));
  return {
    flops: smooth(points.map((p) => Math.log(p.flops))),
    parameters: Math.exp(at),
    tokens: smooth(points.map((p) => Math.log(p.tokens))),
    loss: evaluatePolynomial(quartic, at),
  };
}

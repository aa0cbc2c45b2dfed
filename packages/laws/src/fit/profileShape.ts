import { leastSquares } from "../numerics/leastSquares.js";
import type { ProfileVertex } from "./profile.js";
import type { ResampledProfile } from "./profileResampling.js";

/**
 * How far the minimum lies off the middle of its sizes in ln N, over half their range: 0 in the middle, 1 at an edge. A
 * minimum at 0.5 has 2.2 times the standard error of one in the middle (7 or more sizes), and its bias, which grows with
 * the cube of the offset, is then 1 % of N over sizes spanning a factor of 16 and 4 % over a factor of 100
 * (docs/approach-2-bias.md).
 */
export function offCentre({ design }: ResampledProfile, vertex: ProfileVertex): number {
  const middle = (design.low + design.high) / 2;
  return Math.abs(Math.log(vertex.parameters) - middle) / ((design.high - design.low) / 2);
}

/** What a cubic term would do to the minima of parabolas, pooled over budgets. */
export interface Lopsidedness {
  /** ln N at the parabolas' minima minus that at the cubics', weighted mean: positive where parabolas give too large N. */
  readonly logShift: number;
  /** Its standard error by the noise that the cubics leave. */
  readonly standardError: number;
  readonly degreesOfFreedom: number;
}

/**
 * A parabola's least squares are biased by the third derivative of the loss in ln N (isoflopBias.ts). Adding the cubic
 * P3 that is orthogonal to the parabola over the sizes, with coefficient g, moves the minimum at t by -g P3'(t)/(2 c2):
 * a shift with a known variance at every budget, whose weighted mean shows what one profile's noise hides. Undefined
 * where no budget has the five sizes that this takes.
 */
export function lopsidedness(
  used: readonly { readonly prepared: ResampledProfile; readonly vertex: ProfileVertex }[],
): Lopsidedness | undefined {
  const parts: { shift: number; perNoise: number }[] = [];
  let squares = 0;
  let degreesOfFreedom = 0;
  for (const { prepared, vertex } of used) {
    const { design, members } = prepared;
    if (prepared.curve !== "parabola" || design.sizes < 5) continue;
    const t = design.logN.map((value) => (value - design.centre) / design.scale);
    const cubes = t.map((value) => value ** 3);
    const below = leastSquares(design.columns, cubes)!;
    const cubic = Float64Array.from(below.residuals);
    const norm = cubic.reduce((sum, value) => sum + value ** 2, 0);
    const coefficients = design.coefficients(members.map((r) => r.loss))!;
    const residuals = members.map(({ loss }, i) => loss - design.fitted(coefficients, i));
    const g = residuals.reduce((sum, value, i) => sum + value * cubic[i]!, 0) / norm;
    const at = (Math.log(vertex.parameters) - design.centre) / design.scale;
    const slope = 3 * at ** 2 - below.coefficients[1]! - 2 * below.coefficients[2]! * at;
    // Of the cubic's slope at the parabola's minimum, over the curvature, in ln N.
    const perCoefficient = (design.scale * slope) / (2 * coefficients[2]!);
    // Relative noise is the same at every budget, as elsewhere in Approach 2.
    parts.push({ shift: g * perCoefficient, perNoise: (Math.abs(perCoefficient) * vertex.loss) / Math.sqrt(norm) });
    squares += residuals.reduce((sum, value, i) => sum + ((value - g * cubic[i]!) / vertex.loss) ** 2, 0);
    degreesOfFreedom += design.degreesOfFreedom - 1;
  }
  const usable = parts.filter((part) => part.perNoise > 0);
  if (usable.length === 0 || degreesOfFreedom < 1) return undefined;
  const weight = usable.reduce((sum, { perNoise }) => sum + perNoise ** -2, 0);
  return {
    logShift: usable.reduce((sum, { shift, perNoise }) => sum + shift * perNoise ** -2, 0) / weight,
    standardError: Math.sqrt(squares / degreesOfFreedom / weight),
    degreesOfFreedom,
  };
}

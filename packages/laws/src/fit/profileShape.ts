import { leastSquares } from "../numerics/leastSquares.js";
import type { ProfileVertex } from "./profile.js";
import type { ResampledProfile } from "./profileResampling.js";

/**
 * How far the minimum lies off the middle of its sizes in ln N, over half their range: 0 in the middle, 1 at an edge. At
 * 0.5 a minimum has twice the standard error of one in the middle, and from there its bias grows with the cube of the
 * offset: with alpha = beta = 0.31 over sizes spanning a factor of 100, 2 % of N at 0.5 and 14 % at 0.8
 * (docs/approach-2-bias.md).
 */
export function offCentre({ design }: ResampledProfile, vertex: ProfileVertex): number {
  const middle = (design.low + design.high) / 2;
  return Math.abs(Math.log(vertex.parameters) - middle) / ((design.high - design.low) / 2);
}

/** How lopsided profiles are, pooled over budgets, and what that does to the minima of their parabolas. */
export interface Lopsidedness {
  /**
   * Third over second coefficient in ln N: f'''/(3 f''), which is near (beta - alpha)/3 for L(N, D) = E + A/N^alpha +
   * B/D^beta.
   */
  readonly asymmetry: number;
  /** Its standard error by the noise that the cubics leave. */
  readonly standardError: number;
  readonly degreesOfFreedom: number;
  /** ln N at each parabola's minimum minus that with the pooled cubic; positive where the parabola's N is too large. */
  readonly logShifts: readonly number[];
}

/**
 * A parabola's least squares are biased by the third derivative of the loss in ln N (isoflopBias.ts). The cubic P3 in t
 * that is orthogonal to the parabola over the sizes, with coefficient g, moves the minimum at t by -g P3'(t)/(2 c2). One
 * profile's g drowns in noise; g/(c2 scale), the asymmetry in ln N, is of one law at every budget, and is pooled.
 * Undefined where no budget has the five sizes that this takes.
 */
export function lopsidedness(
  used: readonly { readonly prepared: ResampledProfile; readonly vertex: ProfileVertex }[],
): Lopsidedness | undefined {
  const parts: { asymmetry: number; perNoise: number; shift: number }[] = [];
  let squares = 0;
  let degreesOfFreedom = 0;
  for (const { prepared, vertex } of used) {
    const { design, members } = prepared;
    if (prepared.curve !== "parabola" || design.sizes < 5) continue;
    const cubes = design.columns[1]!.map((t) => t ** 3);
    const below = leastSquares(design.columns, cubes)!;
    const cubic = below.residuals;
    const norm = cubic.reduce((sum, value) => sum + value ** 2, 0);
    const coefficients = design.coefficients(members.map((r) => r.loss))!;
    const residuals = members.map(({ loss }, i) => loss - design.fitted(coefficients, i));
    const g = residuals.reduce((sum, value, i) => sum + value * cubic[i]!, 0) / norm;
    const t = (Math.log(vertex.parameters) - design.centre) / design.scale;
    const slope = 3 * t ** 2 - below.coefficients[1]! - 2 * below.coefficients[2]! * t;
    const unit = coefficients[2]! * design.scale;
    // Relative noise is the same at every budget, as elsewhere in Approach 2.
    parts.push({
      asymmetry: g / unit,
      perNoise: vertex.loss / (Math.sqrt(norm) * unit),
      shift: (design.scale ** 2 * slope) / 2,
    });
    squares += residuals.reduce((sum, value, i) => sum + ((value - g * cubic[i]!) / vertex.loss) ** 2, 0);
    degreesOfFreedom += design.degreesOfFreedom - 1;
  }
  if (degreesOfFreedom < 1) return undefined;
  const weight = parts.reduce((sum, { perNoise }) => sum + perNoise ** -2, 0);
  const asymmetry = parts.reduce((sum, part) => sum + part.asymmetry * part.perNoise ** -2, 0) / weight;
  return {
    asymmetry,
    standardError: Math.sqrt(squares / degreesOfFreedom / weight),
    degreesOfFreedom,
    logShifts: parts.map(({ shift }) => asymmetry * shift),
  };
}

import type { IsoflopProfile } from "./profile.js";
import { designProfile } from "./profileDesign.js";

/**
 * What the runs of one budget miss the parabola through them by, ln(loss / parabola), in the order of the profile's
 * points; where C is uneven, the parabola with its term in ln C. Empty with fewer than three sizes.
 */
export function profileResiduals({ points }: Pick<IsoflopProfile, "points">): number[] {
  const design = designProfile(points);
  const losses = points.map(({ loss }) => loss);
  const coefficients = design?.coefficients(losses);
  if (design === undefined || coefficients === undefined) return [];
  return losses.map((loss, i) => Math.log(loss / design.fitted(coefficients, i)));
}

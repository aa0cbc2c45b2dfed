/** Upper 2.5 % points of Student's t for 1 to 4 degrees of freedom, where the expansion below is poor. */
const FEW = [12.7062, 4.3027, 3.1824, 2.7764] as const;
const Z = 1.959964;

/**
 * The 97.5th percentile of Student's t for whole degrees of freedom, to 0.1 %: Cornish-Fisher expansion (Abramowitz &
 * Stegun 1964, 26.7.5). NaN for none.
 */
export function studentT975(degreesOfFreedom: number): number {
  const few = FEW[degreesOfFreedom - 1];
  if (few !== undefined) return few;
  if (!(degreesOfFreedom > 0)) return Number.NaN;
  const z2 = Z * Z;
  return [
    (Z * (z2 + 1)) / 4,
    (Z * (5 * z2 * z2 + 16 * z2 + 3)) / 96,
    (Z * (3 * z2 ** 3 + 19 * z2 * z2 + 17 * z2 - 15)) / 384,
    (Z * (79 * z2 ** 4 + 776 * z2 ** 3 + 1482 * z2 * z2 - 1920 * z2 - 945)) / 92160,
  ].reduce((sum, term, i) => sum + term / degreesOfFreedom ** (i + 1), Z);
}

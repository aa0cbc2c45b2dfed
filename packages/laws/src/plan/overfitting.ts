import { type KaplanModelDataParameters, kaplanModelData } from "../laws/kaplanModelData.js";
import type { KaplanModelStepsParameterName } from "../laws/kaplanModelSteps.js";
import type { Parameters } from "../laws/law.js";

/** The variation of the loss from seed to seed that Kaplan et al. 2020, section 4.2, count as no overfitting. */
export const KAPLAN_TOLERANCE = 0.02;

/** L(N, D) / L(N, infinity) - 1, the share of loss that finite data cost: Kaplan et al. 2020, equations 4.2 and 4.3. */
export function overfittingShare(p: KaplanModelDataParameters, n: number, d: number): number {
  return (1 + (n / p.Nc) ** (p.alphaN / p.alphaD) * (p.Dc / d)) ** p.alphaD - 1;
}

/**
 * The tokens from which on overfitting costs less than a share of the loss: equation 4.3 solved for D. With the constants of
 * Table 2 and 0.02 it is the paper's equation 4.4, D >= 5e3 N^0.74.
 */
export function tokensAgainstOverfitting(p: KaplanModelDataParameters, n: number, share = KAPLAN_TOLERANCE): number {
  return (p.Dc * (n / p.Nc) ** (p.alphaN / p.alphaD)) / ((1 + share) ** (1 / p.alphaD) - 1);
}

/**
 * A lower bound of the least steps after which a run of N on D tokens should stop early: Kaplan et al. 2020, equation 5.7,
 * S_c / [L(N, D) - L(N, infinity)]^(1 / alpha_S).
 */
export function earlyStoppingSteps(
  curve: Parameters<KaplanModelStepsParameterName>,
  law: KaplanModelDataParameters,
  n: number,
  d: number,
): number {
  const excess = kaplanModelData.loss(law, n, d) - (law.Nc / n) ** law.alphaN;
  return curve.Sc * excess ** (-1 / curve.alphaS);
}

import { leastSquares } from "../numerics/leastSquares.js";
import type { IsoflopMinima } from "./isoflopMinima.js";
import { type BudgetShift, chanceOf } from "./shifts.js";
import { leftOut } from "./smallestBudget.js";

/** Where the exponent goes without the smallest budget's minimum; undefined with fewer than four minima. */
export function withoutSmallestMinimum(
  { used, laws }: IsoflopMinima,
  standardError: number | undefined,
): (BudgetShift & { readonly budget: number }) | undefined {
  if (used.length < 4) return undefined;
  const vertices = used.map(({ profile }) => profile.vertex!);
  const weights = vertices.map(({ standardError: error }) => (error ? error ** -2 : Number.NaN));
  const even = weights.every(Number.isFinite) ? weights : weights.map(() => 1);
  const regress = (from: number) =>
    leastSquares(
      [vertices.slice(from).map(() => 1), vertices.slice(from).map(({ flops }) => Math.log(flops))],
      vertices.slice(from).map(({ parameters }) => Math.log(parameters)),
      even.slice(from),
    );
  const [all, rest] = [regress(0), regress(1)];
  if (!all || !rest) return undefined;
  const value = laws.parameters.a;
  const { budget } = used[0]!.profile;
  return {
    key: "exponent",
    name: "the exponent a",
    value,
    without: leftOut({ budget, several: false }),
    // Both by the same weights: the fit's own may be others.
    changed: value + rest.coefficients[1]! - all.coefficients[1]!,
    chance: chanceOf(standardError, rest.unscaledCovariance[1]![1]! / all.unscaledCovariance[1]![1]!),
    budget,
  };
}

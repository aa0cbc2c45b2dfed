import type { Interval, Optimum } from "../fit/result.js";
import { computeOf, sixND, tokensFor } from "../model/computeCost.js";
import { bisect } from "../numerics/minimiseScalar.js";
import type { NamedLaw } from "../published/law.js";

/** A model of another size than the optimum's for the same compute, and what that costs. */
export interface OffOptimum {
  readonly parameters: number;
  /** What the compute leaves for this size. */
  readonly tokens: number;
  /** Nats per token. */
  readonly loss: number;
  /**
   * Share of compute, 0.01 for 1 %, that a model of this size needs beyond the optimum's to reach the optimum's loss (trained for
   * longer than the budget allows); absent where a million times the optimum's data do not reach it.
   */
  readonly extraCompute?: number;
}

/** Data searched: up to a million times the optimum's, and down to a millionth. */
const DATA_RANGE = Math.log(1e6);
/** Sizes searched to either side of the optimum. */
const SIZE_RANGE = Math.log(1e4);

/**
 * A size beside the optimum on the isoFLOP line, by Hoffmann et al. 2022, equation 4: L(N, C / 6N) against L(N_opt, D_opt); and
 * the compute at which L(N, D) = L(N_opt, D_opt).
 *
 * @param law that predicts the loss of any N and D
 * @param optimum what the law would train for the budget
 * @param parameters N of the other size
 * @returns undefined where the law gives no loss over N and D
 *
 * @example
 * const optimum = besiroglu2024.optimum(5.76e23);
 * const half = offOptimum(besiroglu2024, optimum, optimum.parameters / 2);
 */
export function offOptimum(law: NamedLaw, optimum: Optimum, parameters: number): OffOptimum | undefined {
  const { loss: lossAt } = law;
  if (lossAt === undefined) return undefined;
  const cost = law.compute ?? sixND;
  const tokens = tokensFor(cost, optimum.flops, parameters);
  const least = lossAt(optimum.parameters, optimum.tokens);
  const centre = Math.log(optimum.tokens);
  const logD = bisect((x) => lossAt(parameters, Math.exp(x)) - least, centre - DATA_RANGE, centre + DATA_RANGE);
  return {
    parameters,
    tokens,
    loss: lossAt(parameters, tokens),
    ...(logD !== undefined && { extraCompute: computeOf(cost, parameters, Math.exp(logD)) / optimum.flops - 1 }),
  };
}

/** How much worse than the optimum is good enough: a share of compute, or of loss. */
export type Tolerance = { readonly extraCompute: number } | { readonly lossShare: number };

/**
 * The sizes that cost no more than a tolerance at the optimum's compute: from the smallest to the largest.
 *
 * @param law that predicts the loss of any N and D
 * @param optimum what the law would train for the budget
 * @param tolerance a share of compute beyond the budget, or of the optimum's loss
 * @returns undefined where the law gives no loss, or where the tolerance is not exceeded within ten thousand times the optimum
 *
 * @example
 * const sizes = sizesWithin(besiroglu2024, besiroglu2024.optimum(5.76e23), { extraCompute: 0.01 });
 */
export function sizesWithin(law: NamedLaw, optimum: Optimum, tolerance: Tolerance): Interval | undefined {
  const least = law.loss?.(optimum.parameters, optimum.tokens);
  if (least === undefined) return undefined;
  const excess = (logN: number): number => {
    const off = offOptimum(law, optimum, Math.exp(logN))!;
    return "lossShare" in tolerance
      ? off.loss / least - 1 - tolerance.lossShare
      : (off.extraCompute ?? Number.POSITIVE_INFINITY) - tolerance.extraCompute;
  };
  const centre = Math.log(optimum.parameters);
  const low = bisect(excess, centre - SIZE_RANGE, centre);
  const high = bisect(excess, centre, centre + SIZE_RANGE);
  return low === undefined || high === undefined ? undefined : [Math.exp(low), Math.exp(high)];
}

import type { Random } from "../numerics/random.js";
import type { RunRecord } from "../record.js";
import type { BootstrapOptions } from "../uncertainty/bootstrap.js";
import { createResampler } from "../uncertainty/resampling.js";
import type { FlopGrid, SmoothedCurve } from "./envelopeCurves.js";
import { fitPowerLaw } from "./powerLawFit.js";

/** The curve of least loss at one grid point. */
export interface Winner {
  readonly index: number;
  readonly curve: SmoothedCurve;
  /** Whether it is the smallest or the largest size there. */
  readonly edge: boolean;
}

/** The winner at every grid point that two sizes cover. */
export function envelopeOf(grid: FlopGrid, curves: readonly SmoothedCurve[], stride = 1): Winner[] {
  const winners: Winner[] = [];
  for (let index = 0; index < grid.flops.length; index += stride) {
    let best: SmoothedCurve | undefined;
    let least = Number.POSITIVE_INFINITY;
    let smallest = Number.POSITIVE_INFINITY;
    let largest = 0;
    for (const curve of curves) {
      if (index < curve.first || index >= curve.end) continue;
      const loss = curve.loss[index - curve.first]!;
      if (curve.parameters < smallest) smallest = curve.parameters;
      if (curve.parameters > largest) largest = curve.parameters;
      if (loss < least) {
        least = loss;
        best = curve;
      }
    }
    if (!best || smallest === largest) continue;
    winners.push({ index, curve: best, edge: best.parameters === smallest || best.parameters === largest });
  }
  return winners;
}

/** The FLOPs up to which the lowest quarter of the fitted envelope reaches: it has no budgets of its own. */
export function lowestQuarter({ logFlops }: FlopGrid, used: readonly Winner[]): number {
  const [low, high] = [logFlops[used[0]!.index]!, logFlops[used.at(-1)!.index]!];
  return Math.exp(low + (high - low) / 4);
}

/** The exponent of N_opt over the envelope beyond these FLOPs; undefined where it passes through one size alone. */
export function exponentAbove(grid: FlopGrid, used: readonly Winner[], flops: number): number | undefined {
  const rest = used.filter((winner) => grid.flops[winner.index]! > flops);
  if (new Set(rest.map((winner) => winner.curve.parameters)).size < 2) return undefined;
  return fitPowerLaw(
    rest.map((winner) => grid.logFlops[winner.index]!),
    rest.map((winner) => Math.log(winner.curve.parameters)),
  )?.exponent;
}

/**
 * Whole runs drawn with replacement, or every curve moved by its run's seed noise.
 * @throws IsoflopError "bad-noise", "no-replicates"
 */
export function curveResampler(
  records: readonly RunRecord[],
  curves: readonly SmoothedCurve[],
  options: BootstrapOptions,
) {
  const over = options.over === "noise" || (options.over === undefined && options.noise) ? "noise" : "runs";
  const resampler = createResampler(
    curves.map((curve) => records[curve.run]!),
    { ...options, over },
  );
  const counts = new Float64Array(curves.length);
  const shifts = new Float64Array(curves.length);
  return {
    over,
    draw(random: Random): readonly SmoothedCurve[] {
      resampler.draw(random, counts, shifts);
      if (over === "runs") return curves.filter((_, i) => counts[i]! > 0);
      return curves.map((curve, i) => ({ ...curve, loss: curve.loss.map((loss) => loss * Math.exp(shifts[i]!)) }));
    },
  };
}

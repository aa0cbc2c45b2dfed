import type { IsoflopFit } from "../fit/isoflop.js";
import type { ParametricFit } from "../fit/parametric.js";
import { FEWEST_DRAWS, type LossPrediction, predictionInterval } from "../forecast/forecast.js";
import { drawsOf, logNoiseOf, lossBy, optimumBy } from "../forecast/laws.js";
import { createRandom, type Random } from "../numerics/random.js";
import { central95 } from "../numerics/statistics.js";

/** What a run that {@link predictBesideOptimum} has forecast is said to be forecast by. */
export const BESIDE_OPTIMUM = "isoflop-power-law, chinchilla";

/** Whose laws forecast a run, where it is not the approach chosen alone: beside its optimum Approach 2 needs L(N, D). */
export function otherForecasters(law: string, approach: string): "" | "3" | "2, 3" {
  if (law === BESIDE_OPTIMUM) return "2, 3";
  return law === "chinchilla" && approach !== "3" ? "3" : "";
}

/** Pairs of draws behind an interval. */
const PAIRS = 1000;

/** A run that need not be compute-optimal. */
export interface RunSize {
  readonly parameters: number;
  readonly tokens: number;
  /** C in the fits' own convention. */
  readonly flops: number;
}

/**
 * Loss of a run beside the optimum, by two fits: Approach 2's loss of the optimum for its C, times what L(N, D) of Approach 3
 * makes of the run relative to its own optimum. Where a backtest trusts Approach 2, it is L(N, D)'s level that is off, much
 * less its shape across one budget: on ten sets of Porian et al. 2024 (arXiv:2406.19146) and the quickstart's runs, budgets
 * held out in turn (dev/LOG.md). It must be a fit that predictsLoss. Draws of the two are paired at random; a run's noise
 * is L(N, D)'s residuals, and crossed with it the misfit of Approach 2's minima.
 */
export function predictBesideOptimum(
  level: IsoflopFit,
  shape: ParametricFit,
  { parameters, tokens, flops }: RunSize,
  random: Random = createRandom(0),
): LossPrediction {
  const atOptimum = (values: Readonly<Record<string, number>>) => optimumBy(level, values, flops).loss!;
  const excess = (values: Readonly<Record<string, number>>) =>
    lossBy(shape, values, parameters, tokens) / optimumBy(shape, values, flops).loss!;
  const loss = atOptimum(level.parameters) * excess(shape.parameters);
  const [levels, shapes] = [[...drawsOf(level)].map(atOptimum), [...drawsOf(shape)].map(excess)];
  if (Math.min(levels.length, shapes.length) < FEWEST_DRAWS) return { loss };
  const pick = (values: readonly number[]) => values[random.integer(values.length)]!;
  const drawn = Array.from({ length: PAIRS }, () => pick(levels) * pick(shapes));
  const noise = { run: logNoiseOf(shape).run, misfit: logNoiseOf(level).misfit };
  return { loss, interval95: central95(drawn), predictionInterval95: predictionInterval(noise, drawn, random) };
}

import { type ChinchillaParameters, chinchilla } from "../laws/chinchilla.js";
import { type ComputeCost, computeOf, tokensFor } from "../model/computeCost.js";
import type { RunPoint } from "./nextDesignDrift.js";
import type { Candidate } from "./nextDesignState.js";

/** Sizes and amounts of data may go beyond the largest so far, or the optimum of the largest run allowed, by this factor. */
export const REACH = 4;
/** N may lie off the optimum of its compute by this factor, or by as much as any run's so far. */
export const OFF_OPTIMUM = 8;
const LEVELS = 12;
const SIZES = 20;
/** Levels of compute are no closer than this. */
const LEAST_STEP = 1.5;

/** Where candidates may lie. */
export interface CandidateRange {
  /** FLOPs of one run. */
  readonly flops: readonly [least: number, most: number];
  readonly parameters: readonly [least: number, most: number];
  readonly tokens: readonly [least: number, most: number];
  /** N over N_opt of the run's compute, by the fit. */
  readonly offOptimum: readonly [least: number, most: number];
}

/**
 * Never below the smallest size and the fewest tokens seen: there nothing says that the law holds. Above, up to REACH times
 * the largest seen, or what the law holds to be optimal for the largest run allowed. Off the optimum of its compute by OFF_OPTIMUM, or
 * as far as runs so far were: a law fitted near the optimum says little of a model trained on a thousandth of its data.
 */
export function candidateRange(
  runs: readonly RunPoint[],
  law: ChinchillaParameters,
  cost: ComputeCost,
  flops: readonly [least: number, most: number],
  mostTokens = Number.POSITIVE_INFINITY,
): CandidateRange {
  const best = chinchilla.optimum(law, flops[1], cost);
  const range = (values: readonly number[], optimal: number) => {
    const [least, most] = values.reduce<[number, number]>(
      ([a, b], v) => [Math.min(a, v), Math.max(b, v)],
      [Number.POSITIVE_INFINITY, 0],
    );
    return [least, REACH * Math.max(most, optimal)] as const;
  };
  const tokens = range(
    runs.map((r) => r.tokens),
    best.tokens,
  );
  const offsets = runs.map((run) => overOptimum(run, law, cost));
  const [least, most] = offsets.reduce(([a, b], v) => [Math.min(a, v), Math.max(b, v)], [1 / OFF_OPTIMUM, OFF_OPTIMUM]);
  return {
    flops,
    offOptimum: [least, most],
    parameters: range(
      runs.map((r) => r.parameters),
      best.parameters,
    ),
    tokens: [tokens[0], Math.min(tokens[1], mostTokens)],
  };
}

function overOptimum({ parameters, tokens }: RunPoint, law: ChinchillaParameters, cost: ComputeCost): number {
  return parameters / chinchilla.optimum(law, computeOf(cost, parameters, tokens), cost).parameters;
}

/** A grid of compute and size within the range, even in logarithms; or of the sizes given, each with its FLOPs per token. */
export function candidateGrid(
  { flops, parameters, tokens, offOptimum }: CandidateRange,
  law: ChinchillaParameters,
  cost: ComputeCost,
  sizes?: readonly Size[],
): Candidate[] {
  const levels = spaced(flops[0], flops[1], LEVELS, LEAST_STEP);
  const allowed =
    sizes === undefined
      ? spaced(parameters[0], parameters[1], SIZES, 1).map((n) => ({
          parameters: n,
          flopsPerToken: computeOf(cost, n, 1),
        }))
      : thinned(sizes.filter(({ parameters: n }) => n >= parameters[0] && n <= parameters[1]));
  return levels.flatMap((level) =>
    allowed.flatMap(({ parameters: n, flopsPerToken }): Candidate[] => {
      const d = level / flopsPerToken;
      const run = { parameters: n, tokens: d, flops: level };
      const off = overOptimum(run, law, cost);
      return within(d, tokens) && within(off, offOptimum) ? [run] : [];
    }),
  );
}

function within(value: number, [least, most]: readonly [number, number]): boolean {
  return value >= least * (1 - 1e-9) && value <= most * (1 + 1e-9);
}

/** A size that can be built. */
export interface Size {
  readonly parameters: number;
  /** Training FLOPs a token costs, as the runs' C is counted. */
  readonly flopsPerToken: number;
}

/** An isoFLOP profile: sizes around the optimum of its budget, even in ln N. */
export interface RegularGrid {
  /** Sizes of a profile. */
  readonly sizes: number;
  /** Largest over smallest of them. */
  readonly span: number;
}

/** The regular way to spend the same: profiles at one budget, centred where the law puts the optimum. */
export function regularGrid(
  { sizes, span }: RegularGrid,
  flops: number,
  mostFlops: number,
  law: ChinchillaParameters,
  cost: ComputeCost,
): Candidate[] {
  // As many profiles as keep each run within what one may cost.
  const profiles = Math.max(1, Math.ceil(flops / (sizes * mostFlops) - 1e-9));
  const budget = flops / (sizes * profiles);
  const centre = chinchilla.optimum(law, budget, cost).parameters;
  return Array.from({ length: sizes * profiles }, (_, i): Candidate => {
    const n = centre * span ** (sizes === 1 ? 0 : (i % sizes) / (sizes - 1) - 0.5);
    return { parameters: n, tokens: tokensFor(cost, budget, n), flops: budget };
  });
}

function spaced(low: number, high: number, most: number, leastStep: number): number[] {
  if (!(high > low)) return [high];
  const count = Math.max(
    2,
    Math.min(most, 1 + Math.floor(Math.log(high / low) / Math.log(Math.max(leastStep, 1 + 1e-9)))),
  );
  return Array.from({ length: count }, (_, i) => (i === count - 1 ? high : low * (high / low) ** (i / (count - 1))));
}

/** Of many sizes those nearest to an even spacing. */
function thinned(sizes: readonly Size[]): readonly Size[] {
  if (sizes.length <= SIZES) return sizes;
  const sorted = [...sizes].sort((p, q) => p.parameters - q.parameters);
  const wanted = spaced(sorted[0]!.parameters, sorted.at(-1)!.parameters, SIZES, 1);
  const miss = (size: Size, n: number) => Math.abs(Math.log(size.parameters / n));
  return [...new Set(wanted.map((n) => sorted.reduce((a, b) => (miss(b, n) < miss(a, n) ? b : a))))];
}

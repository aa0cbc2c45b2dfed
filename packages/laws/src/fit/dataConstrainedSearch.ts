import { type DecayForm, decayRate, NO_DECAY, scaleOfDecay, worthOfRepeats } from "../laws/forms/repetition.js";
import { minimiseBounded, type NewtonProblem, type NewtonResult } from "../numerics/boundedNewton.js";
import type { DecayBounds, RepeatedTerms } from "./dataConstrainedProblem.js";

/** R* tried: 0.02 to 20,000 in steps of 16 %, and none. */
const SCALES = [...Array.from({ length: 94 }, (_, i) => 0.02 * 1.16 ** i), NO_DECAY];
/** Around a dip of that grid, to both neighbours, in steps of 1.5 %. */
const FINER = 10;

/** The objective over a grid of R_D* and R_N*: with E + f(R_D*) + g(R_N*) for the loss, two tables and a logarithm a cell. */
function gridOf(
  terms: RepeatedTerms,
  logLoss: Float64Array,
  threshold: number,
  form: DecayForm,
  data: readonly number[],
  model: readonly number[],
): number[][] {
  const table = (scales: readonly number[], unique: Float64Array, repeats: Float64Array, exponent: number) =>
    scales.map((scale) => {
      const rate = decayRate(scale, form);
      return unique.map((term, i) => term * (1 + worthOfRepeats(repeats[i]!, rate)) ** -exponent);
    });
  const byModel = table(model, terms.model, terms.modelRepeats, terms.alpha);
  return table(data, terms.data, terms.dataRepeats, terms.beta).map((d) =>
    byModel.map((m) => {
      let sum = 0;
      for (let i = 0; i < logLoss.length; i++) {
        const size = Math.abs(Math.log(terms.E + d[i]! + m[i]!) - logLoss[i]!);
        sum += size <= threshold ? 0.5 * size * size : threshold * (size - 0.5 * threshold);
      }
      return sum;
    }),
  );
}

/**
 * Starts (R_D*, R_N*), under fixed base constants. With Huber's small delta the objective is nearly piecewise linear: it
 * has several dips along a flat valley, and small ones within each. Taken are the dips of both its profiles over a
 * grid, and around each of them the least cells of a finer one.
 */
export function repetitionStarts(
  terms: RepeatedTerms,
  logLoss: Float64Array,
  threshold: number,
  form: DecayForm,
  bounds: DecayBounds,
): (readonly [RD: number, RN: number])[] {
  const trials = ([low, high]: readonly [number, number]) => (low === high ? [scaleOfDecay(low)] : SCALES);
  const [data, model] = [trials(bounds.data), trials(bounds.model)];
  const grid = gridOf(terms, logLoss, threshold, form, data, model);
  const dips = new Set<string>();
  const collect = (profile: readonly Cell[]) =>
    profile.forEach((cell, k) => {
      if (cell.value > (profile[k - 1]?.value ?? cell.value) || cell.value > (profile[k + 1]?.value ?? cell.value))
        return;
      dips.add(`${cell.i} ${cell.j}`);
    });
  collect(grid.map((row, i) => row.map((value, j) => ({ value, i, j })).reduce(lower)));
  collect(model.map((_, j) => grid.map((row, i) => ({ value: row[j]!, i, j })).reduce(lower)));
  return [...dips].flatMap((dip) => {
    const [i, j] = dip.split(" ").map(Number) as [number, number];
    const [around, across] = [between(data, i), between(model, j)];
    const fine = gridOf(terms, logLoss, threshold, form, around, across);
    return fine
      .flatMap((row, p) => row.map((value, q) => ({ value, scales: [around[p]!, across[q]!] as const })))
      .sort((p, q) => p.value - q.value)
      .slice(0, 3)
      .map((cell) => cell.scales);
  });
}

interface Cell {
  readonly value: number;
  readonly i: number;
  readonly j: number;
}

const lower = (p: Cell, q: Cell): Cell => (q.value < p.value ? q : p);

/** From the neighbour before to the neighbour after, evenly in ln R*. No decay stands by itself. */
function between(scales: readonly number[], index: number): number[] {
  const own = scales[index]!;
  if (own === NO_DECAY) return [own];
  const sides = [scales[index - 1] ?? own, scales[index + 1] ?? own].map((side) => (side === NO_DECAY ? own : side));
  const [low, high] = sides.map(Math.log) as [number, number];
  if (low === high) return [own];
  return Array.from({ length: 2 * FINER + 1 }, (_, k) => Math.exp(low + ((high - low) * k) / (2 * FINER)));
}

/** Minimises through falling thresholds; the path has one but for least absolute deviations. */
export function descendThrough(
  problems: readonly NewtonProblem[],
  start: readonly number[],
  maxIterations: number,
): NewtonResult {
  return problems.reduce<NewtonResult>((at, problem) => minimiseBounded(problem, at.x, { maxIterations }), {
    x: start,
    value: Number.POSITIVE_INFINITY,
    converged: false,
    iterations: 0,
  });
}

/** Two minima nearer than this in ln delta are one. */
export const APART = 0.01;

/** Distinct minima, lowest first. */
export function distinctMinima<M extends { readonly objective: number }>(
  found: readonly M[],
  decays: (minimum: M) => readonly number[],
): M[] {
  const kept: M[] = [];
  for (const one of [...found].sort((p, q) => p.objective - q.objective)) {
    if (!kept.some((other) => decayDistance(decays(one), decays(other)) < APART)) kept.push(one);
  }
  return kept;
}

/** Distance in ln delta, with R* beyond 1e5 taken for no decay. */
export function decayDistance(p: readonly number[], q: readonly number[]): number {
  return Math.hypot(...p.map((delta, i) => Math.log((delta + 1e-5) / (q[i]! + 1e-5))));
}

import type { Law } from "../laws/law.js";
import { minimiseBounded, type NewtonResult } from "../numerics/boundedNewton.js";
import { nonNegativeLeastSquares } from "../numerics/nonNegativeLeastSquares.js";
import type { Random } from "../numerics/random.js";
import { standardDeviation } from "../numerics/statistics.js";
import { type LawLoss, type LawProblem, lawObjective, residualsAt } from "./lawObjective.js";
import { inputScales, outputScale, rangeScales, ratio } from "./lawRows.js";

type Values = Readonly<Record<string, number>>;

/** Candidates screened for each start that is polished. */
const SCREENED = 60;

/** Least absolute deviations as the limit of a vanishing delta, relative to the residuals' scale. */
const LAD_DELTA = 1e-9;

/**
 * Deltas through which the objective is approached: with one far below the residuals it is nearly piecewise linear, and
 * Newton's method needs to arrive near the right pieces.
 * @param scale size of y where residuals are taken in y; 1 for ln y
 */
export function deltaPath(loss: LawLoss, delta: number, scale: number): number[] {
  if (loss === "mse") return [Number.POSITIVE_INFINITY];
  const target = loss === "lad" ? LAD_DELTA * scale : delta;
  const path: number[] = [];
  for (let step = 0.1 * scale; step > target * 1.5; step /= step > 1e-3 * scale ? 3 : 10) path.push(step);
  return [...path, target];
}

/**
 * The path of every second start: at once at the small deltas. Those that come down from large ones all end in the basin
 * that the smoothed objective leads to.
 */
export function directPath(path: readonly number[], scale: number): readonly number[] {
  const small = path.filter((delta) => delta <= 1e-3 * scale);
  return small.length > 0 ? small : path.slice(-1);
}

/** The path of refits to resampled data: from the optimum, and no finer than a resample's own scatter can show. */
export function refitPath(path: readonly number[], scale: number): readonly number[] {
  const direct = directPath(path, scale);
  const visible = direct.filter((delta) => delta >= 1e-5 * scale);
  return visible.length > 0 ? visible : direct;
}

/** Minimises through the deltas; the last to full precision. */
export function descend(
  problem: LawProblem,
  weights: Float64Array,
  start: readonly number[],
  path: readonly number[],
  maxIterations: number,
): NewtonResult {
  let x = start;
  for (const delta of path.slice(0, -1)) {
    x = minimiseBounded(lawObjective(problem, weights, delta, true), x, { maxIterations: 40, tolerance: 1e-6 }).x;
  }
  const delta = path.at(-1)!;
  // Gauss-Newton steps carry far; the law's curvature then finishes where residuals stay large.
  if (delta === Number.POSITIVE_INFINITY) {
    x = minimiseBounded(lawObjective(problem, weights, delta, false), x, { maxIterations, tolerance: 1e-10 }).x;
  }
  return minimiseBounded(lawObjective(problem, weights, delta, true), x, { maxIterations });
}

/**
 * Starts of a search: first the published constants in the data's own units (Law.rescale), then random variations of them,
 * best first and apart from each other, each with the law's linear parameters, or else its level, fitted to the data.
 */
export function lawStarts(problem: LawProblem, count: number, random: Random): number[][] {
  const { law, space, rows } = problem;
  const here = inputScales(law, rows);
  const level = outputScale(law, rows);
  const there = rangeScales(law);
  const published = law.published.parameters;
  // In units of the law's own middle, amplitudes are sizes of y, and hardly hang on exponents.
  const unit = law.rescale(published, ratio(ones(law), there), 1 / law.value(published, there));
  const candidates: { x: number[]; objective: number }[] = [];
  const total = SCREENED * (space.members.length + 1);
  for (let k = 0; k < total; k++) {
    const varied = k === 0 ? unit : vary(law, unit, random, k < total / 2 ? 0.5 : 1.2);
    const placed = law.rescale(varied, here, level);
    const x = space.toVariables(fitted(problem, { ...placed, ...space.held }));
    const inside = x.map((v, i) => Math.min(Math.max(v, space.lower[i]!), space.upper[i]!));
    const residuals = residualsAt(problem, space.toParameters(inside));
    const objective = residuals.reduce((sum, r) => sum + Math.abs(r), 0);
    if (Number.isFinite(objective)) candidates.push({ x: inside, objective });
  }
  const first = candidates[0];
  candidates.sort((a, b) => a.objective - b.objective);
  const ranked = candidates.map(({ x }) => x);
  return first === undefined ? [] : [first.x, ...apart(ranked, count - 1)];
}

/**
 * The first `count` of ranked points that keep a distance from one another, in units of the points' own spread: the best
 * ones alone would all lie in the best basin. The distance shrinks until there are enough.
 */
function apart(ranked: readonly number[][], count: number): number[][] {
  const spread = (ranked[0] ?? []).map((_, k) => standardDeviation(ranked.map((x) => x[k]!)) || 1);
  const near = (a: readonly number[], b: readonly number[], distance: number) =>
    Math.hypot(...a.map((v, k) => (v - b[k]!) / spread[k]!)) < distance;
  for (let distance = Math.sqrt(spread.length); ; distance /= 2) {
    const chosen: number[][] = [];
    for (const x of ranked) {
      if (chosen.length === count) break;
      if (!chosen.some((other) => near(x, other, distance))) chosen.push(x);
    }
    if (chosen.length === count || distance < 1e-3) return chosen;
  }
}

function ones(law: Law): Record<string, number> {
  return Object.fromEntries(Object.keys(law.inputs).map((name) => [name, 1]));
}

/** Positive parameters by log-normal factors of spread `spread`; the others by a share of themselves. */
function vary(law: Law, p: Values, random: Random, spread: number): Values {
  const entries = Object.entries(law.parameters).map(([name, { support = "positive" }]) => {
    const value = p[name]!;
    const factor = Math.exp(spread * random.normal());
    return [name, support === "real" && random.uniform() < 0.1 ? -value * factor : value * factor] as const;
  });
  return Object.fromEntries(entries);
}

/** The same candidate with its linear parameters by least squares within their signs, or else at the data's level. */
function fitted(problem: LawProblem, p: Values): Values {
  const { law, space, rows } = problem;
  const linear = space.members.flatMap((group) =>
    group.length === 1 && law.parameters[group[0]!]!.linear ? group : [],
  );
  if (linear.length === 0) return levelled(problem, p);
  const log = law.residuals === "log";
  const zero = { ...p, ...Object.fromEntries(linear.map((name) => [name, 0])) };
  const signs = linear.map((name) => ((law.parameters[name]!.bounds?.[1] ?? 1) <= 0 ? -1 : 1));
  const columns = linear.map(() => new Float64Array(rows.length));
  const y = new Float64Array(rows.length);
  rows.forEach((row, i) => {
    const weight = log ? 1 / row.y : 1;
    const gradient = law.gradient(p, row.inputs);
    linear.forEach((name, k) => {
      columns[k]![i] = signs[k]! * gradient[name]! * weight;
    });
    y[i] = (row.y - law.value(zero, row.inputs)) * weight;
  });
  if (!y.every(Number.isFinite) || columns.some((column) => !column.every(Number.isFinite))) return p;
  const found = nonNegativeLeastSquares(columns, y);
  // A vanished amplitude would have no logarithm, and no gradient by which to return: a share of it is kept.
  return {
    ...p,
    ...Object.fromEntries(linear.map((name, k) => [name, signs[k]! * (found[k]! || 1e-3 * Math.abs(p[name]!))])),
  };
}

function levelled(problem: LawProblem, p: Values): Values {
  const { law, rows } = problem;
  if (law.residuals !== "log") return p;
  const off = residualsAt(problem, p).reduce((sum, r) => sum + r, 0) / rows.length;
  return Number.isFinite(off) ? { ...law.rescale(p, ones(law), Math.exp(-off)), ...problem.space.held } : p;
}

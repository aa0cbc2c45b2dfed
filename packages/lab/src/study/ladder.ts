import { flopsPerToken, IsoflopError } from "@isoflop/laws";
import type { Study } from "./schema.js";
import { type SizedShape, shapesUpTo } from "./shapes.js";

/** One isoFLOP profile: what it may spend, and on which models. */
export interface Profile {
  /** Training FLOPs of each of its runs. */
  readonly budget: number;
  readonly shapes: readonly SizedShape[];
}

/** N in the middle of every profile: explicit, or from D/N at the geometric mean of the budgets and N ∝ C^exponent. */
export function profileCentres(design: Study["design"]): number[] {
  const { budgets, centre } = design;
  if (Array.isArray(centre)) return centre;
  const logMean = budgets.reduce((sum, budget) => sum + Math.log(budget), 0) / budgets.length;
  const reference = Math.exp(logMean);
  // C = 6·N·D with D = r·N gives N = sqrt(C / 6r).
  const middle = Math.sqrt(reference / (6 * centre.tokensPerParameter));
  return budgets.map((budget) => middle * (budget / reference) ** centre.exponent);
}

/** The sizes of every budget: realisable shapes, distinct, nearest to an even spacing of log N around the centre. */
export function isoflopProfiles(study: Study, vocabulary: number): Profile[] {
  const { design, counting } = study;
  const centres = profileCentres(design);
  if (centres.length !== design.budgets.length) {
    throw new IsoflopError({
      code: "design-centres",
      message: `design.centre lists ${centres.length} sizes for ${design.budgets.length} budgets.`,
      hint: "Give one parameter count for each budget, or { tokensPerParameter, exponent }.",
    });
  }
  const largest = Math.max(...centres) * design.span;
  const candidates = shapesUpTo(largest, design.shapes, vocabulary, counting.parameters);
  return design.budgets.map((budget, i) => {
    const targets = spacedTargets(centres[i] ?? 0, design.span, design.sizes);
    return { budget, shapes: distinctNearest(targets, candidates, budget) };
  });
}

function spacedTargets(centre: number, span: number, sizes: number): number[] {
  return Array.from({ length: sizes }, (_, i) => centre * span ** (i / (sizes - 1) - 0.5));
}

/**
 * As many distinct candidates as targets, in order, with the least sum of squared log distances. (Taking the nearest free one
 * target by target would push the upper half of a profile upwards wherever the family has a gap.)
 */
function distinctNearest(targets: readonly number[], candidates: readonly SizedShape[], budget: number): SizedShape[] {
  if (candidates.length < targets.length) throw tooFewShapes(budget, targets, candidates);
  // least[j]: least cost of giving the targets so far candidates among the first j + 1; choice[i][j]: the one target i got.
  let least = candidates.map(() => 0);
  const choice: number[][] = [];
  for (const target of targets) {
    const row: number[] = [];
    const chosen: number[] = [];
    for (const [j, { parameters }] of candidates.entries()) {
      const before = choice.length === 0 ? 0 : (least[j - 1] ?? Number.POSITIVE_INFINITY);
      const here = before + Math.log(parameters / target) ** 2;
      const without = row[j - 1] ?? Number.POSITIVE_INFINITY;
      row.push(Math.min(here, without));
      chosen.push(here < without ? j : (chosen[j - 1] ?? j));
    }
    least = row;
    choice.push(chosen);
  }
  const picked: SizedShape[] = [];
  let limit = candidates.length - 1;
  for (let i = targets.length - 1; i >= 0; i--) {
    const j = choice[i]?.[limit] ?? 0;
    const shape = candidates[j];
    if (shape !== undefined) picked.unshift(shape);
    limit = j - 1;
  }
  return picked;
}

function tooFewShapes(budget: number, targets: readonly number[], candidates: readonly SizedShape[]): IsoflopError {
  return new IsoflopError({
    code: "design-too-few-shapes",
    message: `The profile at ${budget.toExponential()} FLOPs wants ${targets.length} sizes around ${Math.round(targets[targets.length >> 1] ?? 0)} parameters, but the family has only ${candidates.length} shapes up to there.`,
    hint: "Raise the budgets, lower design.sizes or design.shapes.widthMultiple (with dial: depth, the aspect), or centre the profiles on larger models.",
  });
}

/** Tokens that a budget buys for a shape by the study's count of FLOPs. */
export function affordableTokens(
  budget: number,
  shape: SizedShape["shape"],
  convention: Study["counting"]["flops"],
): number {
  return budget / flopsPerToken(shape, convention);
}

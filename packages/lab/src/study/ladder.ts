import { IsoflopError } from "@isoflop/laws/error";
import { flopsPerToken } from "@isoflop/laws/model";
import type { DesignContext } from "./designs/request.js";
import type { Study } from "./schema.js";
import type { ShapeFamily } from "./shapeSchema.js";
import { type SizedShape, shapesUpTo } from "./shapes.js";

/** Distinct shapes of a family nearest to the sizes asked for, N ascending. Errors: design-too-few-shapes, design-too-large. */
export function shapesNear(
  sizes: readonly number[],
  family: ShapeFamily,
  { vocabulary, counting }: DesignContext,
): SizedShape[] {
  const targets = [...sizes].sort((a, b) => a - b);
  // Twice: the nearest to the largest may be larger, and others may need those below.
  const candidates = shapesUpTo(2 * (targets.at(-1) ?? 1), family, vocabulary, counting.parameters);
  return distinctNearest(targets, candidates, "The design");
}

/**
 * As many distinct candidates as targets, in order, with the least sum of squared log distances. (Taking the nearest free one
 * target by target would push the upper half of a profile upwards wherever the family has a gap.)
 */
export function distinctNearest(
  targets: readonly number[],
  candidates: readonly SizedShape[],
  who: string,
): SizedShape[] {
  if (candidates.length < targets.length) throw tooFewShapes(who, targets, candidates);
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

function tooFewShapes(who: string, targets: readonly number[], candidates: readonly SizedShape[]): IsoflopError {
  return new IsoflopError({
    code: "design-too-few-shapes",
    message: `${who} wants ${targets.length} sizes around ${Math.round(targets[targets.length >> 1] ?? 0)} parameters, but the family has only ${candidates.length} shapes up to there.`,
    hint: "Raise the budgets or sizes, ask for fewer sizes, lower design.shapes.widthMultiple (with dial: depth, the aspect), or centre the profiles on larger models.",
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

import type { Corpus, RunSpec } from "@isoflop/trainer";
import { onlyRay } from "../study/designs/ladder.js";
import { affordableTokens, shapesNear } from "../study/ladder.js";
import { resolveRun } from "../study/resolve.js";
import type { Study } from "../study/schema.js";
import { nearestShape, shapesUpTo } from "../study/shapes.js";

/** How much larger the second model is; at the same FLOPs it then sees about so much less data. */
const LARGER = 4;

/**
 * The two runs that judge a forecast, at the same budget: the forecast optimum ("Chinchilla's way"), and a model four times larger on a quarter
 * of the tokens ("Gopher's way"). Sizes are the nearest that the study's family of shapes can build. Of a ladder along one ray: the run
 * on it, since nothing off it is forecast.
 * @param parameters N_opt as forecast, in the study's count
 */
export function resolveHoldout(budget: number, parameters: number, study: Study, corpus: Corpus): RunSpec[] {
  const { design, counting } = study;
  const ray = onlyRay(design);
  if (ray !== undefined) {
    // N and D of the ray that spend the budget; the nearest shape, on as many tokens as its own N has on the ray.
    const [{ shape, parameters: own } = { shape: undefined, parameters: 0 }] = shapesNear([parameters], design.shapes, {
      vocabulary: corpus.vocabulary,
      counting,
    });
    if (shape === undefined) return [];
    return [resolveRun({ shape, tokens: ray * own, budget, role: "holdout-optimum", seed: 0 }, study, corpus)];
  }
  const shapes = shapesUpTo(2 * LARGER * parameters, design.shapes, corpus.vocabulary, counting.parameters);
  const optimum = nearestShape(parameters, shapes);
  const larger = nearestShape(LARGER * optimum.parameters, shapes);
  return (
    [
      ["holdout-optimum", optimum],
      ["holdout-larger", larger],
    ] as const
  ).map(([role, { shape }]) =>
    resolveRun(
      { shape, tokens: affordableTokens(budget, shape, counting.flops), budget, role, seed: 0 },
      study,
      corpus,
    ),
  );
}

/** The held-out runs of a stated forecast. */
export function holdoutRuns(
  forecast: {
    readonly budgets: readonly { readonly budget: number; readonly optimum: { readonly parameters: number } }[];
  },
  study: Study,
  corpus: Corpus,
): RunSpec[] {
  return forecast.budgets.flatMap(({ budget, optimum }) => resolveHoldout(budget, optimum.parameters, study, corpus));
}

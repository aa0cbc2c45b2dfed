import { countParameters, IsoflopError, type TransformerShape } from "@isoflop/laws";
import type { RunSpec } from "@isoflop/trainer";
import type { Study } from "./schema.js";

export type ShapeFamily = Study["design"]["shapes"];

/** A shape of the family, and its N by the study's count. */
export interface SizedShape {
  readonly shape: RunSpec["shape"];
  readonly parameters: number;
}

/** N of a shape: every parameter (Hoffmann), or all but the embeddings and the unembedding (Kaplan). */
export function countedParameters(shape: TransformerShape, counting: Study["counting"]["parameters"]): number {
  const counts = countParameters(shape);
  return counting === "total" ? counts.total : counts.block;
}

/** Heads are no wider than this under `heads: auto`. */
const WIDEST_HEAD = 64;
const FEWEST_HEADS = 4;
const FEWEST_LAYERS = 2;

/** The one shape of a width, or none where its heads do not divide it or nothing is left of its feed-forward block. */
export function shapeOfWidth(width: number, family: ShapeFamily, vocabulary: number): RunSpec["shape"] | undefined {
  const layers = family.layers === "auto" ? Math.max(FEWEST_LAYERS, Math.round(width / family.aspect)) : family.layers;
  const heads = family.heads === "auto" ? Math.max(FEWEST_HEADS, Math.ceil(width / WIDEST_HEAD)) : family.heads;
  const feedForward = Math.round(width * family.feedForward);
  if (width % heads !== 0 || feedForward < 1) return undefined;
  return {
    layers,
    width,
    heads,
    headWidth: width / heads,
    feedForward,
    vocabulary,
    context: family.context,
    tiedEmbeddings: family.tiedEmbeddings,
    positions: family.positions,
    biases: family.biases,
    normalisation: "layer",
    activation: family.activation,
  };
}

/** No model that could be trained is wider; a typing error in a budget should end here, not in all of the memory. */
const WIDEST = 65_536;

/**
 * All shapes of the family from the smallest to the first with more than `limit` parameters, N ascending.
 * Errors: design-too-large, where no width up to 65,536 has so many.
 */
export function shapesUpTo(
  limit: number,
  family: ShapeFamily,
  vocabulary: number,
  counting: Study["counting"]["parameters"],
): SizedShape[] {
  const shapes: SizedShape[] = [];
  for (let width = family.widthMultiple; width <= WIDEST; width += family.widthMultiple) {
    const shape = shapeOfWidth(width, family, vocabulary);
    if (shape === undefined) continue;
    const parameters = countedParameters(shape, counting);
    shapes.push({ shape, parameters });
    if (parameters > limit) return shapes;
  }
  throw new IsoflopError({
    code: "design-too-large",
    message: `The design asks for models of ${limit.toExponential(2)} parameters; no width up to ${WIDEST} in this family of shapes has so many.`,
    hint: "Check design.budgets, design.centre and holdout.budgets for a slip in an exponent, and that design.shapes.heads divides the widths.",
  });
}

/** The shape whose N is, by ratio, nearest to what is asked. */
export function nearestShape(parameters: number, shapes: readonly SizedShape[]): SizedShape {
  const miss = (candidate: SizedShape) => Math.abs(Math.log(candidate.parameters / parameters));
  return shapes.reduce((best, candidate) => (miss(candidate) < miss(best) ? candidate : best));
}

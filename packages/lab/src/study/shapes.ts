import { IsoflopError } from "@isoflop/laws/error";
import { countParameters, type TransformerShape } from "@isoflop/laws/model";
import type { RunSpec } from "@isoflop/trainer";
import type { Study } from "./schema.js";
import type { ShapeFamily } from "./shapeSchema.js";

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

/** The one shape of a width under `dial: width`, or none where its heads do not divide it or nothing is left of its feed-forward block. */
export function shapeOfWidth(width: number, family: ShapeFamily, vocabulary: number): RunSpec["shape"] | undefined {
  const layers = family.layers === "auto" ? Math.max(FEWEST_LAYERS, Math.round(width / family.aspect)) : family.layers;
  return shapeOf(width, layers, family, vocabulary);
}

/** The one shape of a depth under `dial: depth`: its width is the aspect ratio times its layers, in whole multiples. */
export function shapeOfDepth(layers: number, family: ShapeFamily, vocabulary: number): RunSpec["shape"] | undefined {
  const { widthMultiple, aspect } = family;
  const width =
    family.width === "auto" ? widthMultiple * Math.max(1, Math.round((aspect * layers) / widthMultiple)) : family.width;
  return shapeOf(width, layers, family, vocabulary);
}

function shapeOf(width: number, layers: number, family: ShapeFamily, vocabulary: number): RunSpec["shape"] | undefined {
  const attention = headsOf(width, family);
  const feedForward = roundedFeedForward(width, family);
  if (attention === undefined || feedForward < 1) return undefined;
  // Rotary positions turn pairs of elements.
  if (family.positions === "rope" && attention.headWidth % 2 !== 0) return undefined;
  return {
    layers,
    width,
    ...attention,
    feedForward,
    vocabulary,
    context: family.context,
    tiedEmbeddings: family.tiedEmbeddings,
    positions: family.positions,
    biases: family.biases,
    normalisation: family.normalisation,
    activation: family.activation,
  };
}

function headsOf(width: number, family: ShapeFamily): { heads: number; headWidth: number } | undefined {
  const { heads, headWidth } = family;
  if (heads !== "auto" && headWidth !== "auto") return { heads, headWidth };
  if (headWidth !== "auto") return width % headWidth === 0 ? { heads: width / headWidth, headWidth } : undefined;
  const wanted = heads === "auto" ? Math.max(FEWEST_HEADS, Math.ceil(width / WIDEST_HEAD)) : heads;
  // A depth has one width only: rather than leave the depth out, it gets the next number of heads that divides it.
  const most = heads === "auto" && family.dial === "depth" ? width : wanted;
  for (let count = wanted; count <= most; count++) {
    if (width % count === 0) return { heads: count, headWidth: width / count };
  }
  return undefined;
}

/**
 * Inner width of the feed-forward block. Without a gate: the ratio times the width, rounded. With SwiGLU as Llama does: 8/3 of
 * the width, cut to a whole number, then up to a multiple (Touvron et al. 2023, section 2.2, and their code: of 256). 256 would
 * sextuple the block of a width of 16, so below a width of 4096 it is the largest power of two that is at most width / 16,
 * but at least 4.
 */
export function roundedFeedForward(width: number, family: ShapeFamily): number {
  const { feedForward, feedForwardMultiple, activation } = family;
  if (feedForwardMultiple === "auto" && activation !== "swiglu") return Math.round(width * feedForward);
  const multiple =
    feedForwardMultiple === "auto"
      ? Math.min(256, Math.max(4, 2 ** Math.floor(Math.log2(width / 16))))
      : feedForwardMultiple;
  // 8/3 in binary is a little less: without the 1e-9 a third of the widths would lose one.
  return multiple * Math.ceil(Math.floor(width * feedForward + 1e-9) / multiple);
}

/** No model that could be trained is wider or deeper; a typing error in a budget should end here, not in all of the memory. */
const WIDEST = 65_536;
const DEEPEST = 4096;

/**
 * All shapes of the family from the smallest to the first with more than `limit` parameters, N ascending.
 * Errors: design-too-large, where no width up to 65,536 and no depth up to 4,096 has so many.
 */
export function shapesUpTo(
  limit: number,
  family: ShapeFamily,
  vocabulary: number,
  counting: Study["counting"]["parameters"],
): SizedShape[] {
  const shapes: SizedShape[] = [];
  for (const shape of family.dial === "width" ? byWidth(family, vocabulary) : byDepth(family, vocabulary)) {
    const parameters = countedParameters(shape, counting);
    shapes.push({ shape, parameters });
    if (parameters > limit) return shapes;
  }
  throw new IsoflopError({
    code: "design-too-large",
    message: `The design asks for models of ${limit.toExponential(2)} parameters; no ${family.dial === "width" ? `width up to ${WIDEST}` : `depth up to ${DEEPEST}`} in this family of shapes has so many.`,
    hint: "Check design.budgets, design.centre and holdout.budgets for a slip in an exponent, and that design.shapes.heads divides the widths.",
  });
}

function* byWidth(family: ShapeFamily, vocabulary: number): Generator<RunSpec["shape"]> {
  for (let width = family.widthMultiple; width <= WIDEST; width += family.widthMultiple) {
    const shape = shapeOfWidth(width, family, vocabulary);
    if (shape !== undefined) yield shape;
  }
}

function* byDepth(family: ShapeFamily, vocabulary: number): Generator<RunSpec["shape"]> {
  for (let layers = 1; layers <= DEEPEST; layers++) {
    const shape = shapeOfDepth(layers, family, vocabulary);
    if (shape !== undefined && shape.width <= WIDEST) yield shape;
  }
}

/** The shape whose N is, by ratio, nearest to what is asked. */
export function nearestShape(parameters: number, shapes: readonly SizedShape[]): SizedShape {
  const miss = (candidate: SizedShape) => Math.abs(Math.log(candidate.parameters / parameters));
  return shapes.reduce((best, candidate) => (miss(candidate) < miss(best) ? candidate : best));
}

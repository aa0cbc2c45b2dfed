import { IsoflopError } from "@isoflop/laws/error";
import { z } from "zod";
import { count, positive, quantity } from "../fields.js";
import { shapesNear } from "../ladder.js";
import type { shapesSchema } from "../shapeSchema.js";
import { shapeOfWidth } from "../shapes.js";
import { type DesignContext, type DesignRequest, overSeeds } from "./request.js";

/** One run of a list. */
export const listedRunSchema = z
  .strictObject({
    /** N in the study's count: the nearest shape of the family is trained. */
    parameters: positive.optional(),
    /** Or a shape of the family by its width and depth. */
    shape: z.strictObject({ width: count, layers: count }).optional(),
    tokens: positive,
    /** Absent: one run for each of the design's seeds. */
    seed: quantity.refine((value) => Number.isInteger(value) && value >= 0, { error: "must be 0 or more" }).optional(),
    /** Tokens. */
    batch: count.optional(),
    /** Peak learning rate. */
    lr: positive.optional(),
    uniqueTokens: count.optional(),
  })
  .superRefine(({ parameters, shape }, context) => {
    if ((parameters === undefined) !== (shape === undefined)) return;
    context.addIssue({ code: "custom", message: "needs parameters or a shape { width, layers }, and not both" });
  });

export type ListedRun = z.output<typeof listedRunSchema>;

interface ListDesign {
  readonly seeds: number;
  readonly shapes: z.output<typeof shapesSchema>;
}

/** Errors: design-shape. */
export function listedRequests(
  runs: readonly ListedRun[],
  design: ListDesign,
  context: DesignContext,
): DesignRequest[] {
  return runs.flatMap((run) => {
    const { tokens, seed, batch, lr, uniqueTokens } = run;
    const request = {
      shape: shapeOfRun(run, design, context),
      tokens,
      ...(batch === undefined ? {} : { batchTokens: batch }),
      ...(lr === undefined ? {} : { learningRate: lr }),
      ...(uniqueTokens === undefined ? {} : { uniqueTokens }),
    };
    return seed === undefined ? overSeeds(design.seeds, request) : [{ ...request, seed }];
  });
}

function shapeOfRun(
  { parameters, shape }: ListedRun,
  { shapes }: ListDesign,
  context: DesignContext,
): DesignRequest["shape"] {
  if (parameters !== undefined) {
    const [nearest] = shapesNear([parameters], shapes, context);
    if (nearest !== undefined) return nearest.shape;
  }
  const { width = 0, layers = 0 } = shape ?? {};
  const built = shapeOfWidth(width, { ...shapes, layers }, context.vocabulary);
  if (built !== undefined) return built;
  throw new IsoflopError({
    code: "design-shape",
    message: `A run of the design asks for width ${width}, over which the heads of design.shapes cannot be divided.`,
    hint: "Take another width, or give design.shapes.heads or headWidth.",
  });
}

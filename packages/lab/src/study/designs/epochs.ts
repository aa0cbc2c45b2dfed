import { z } from "zod";
import { positive } from "../fields.js";
import { shapesNear } from "../ladder.js";
import { commonFields, MOST, sizesSchema, tokensSchema } from "./fields.js";
import { type DesignContext, type DesignRequest, overSeeds } from "./request.js";

/**
 * Unique tokens x repeats x sizes, for the law of Muennighoff et al. 2023 (arXiv:2305.16264). The unique tokens of
 * smaller runs are part of those of larger ones.
 */
export const epochsSchema = z.strictObject({
  kind: z.literal("epochs"),
  sizes: sizesSchema,
  /** U: tokens that a run sees again and again. */
  uniqueTokens: tokensSchema,
  /** Passes over them; runs of one pass tell what fresh tokens are worth. */
  repeats: z
    .array(positive.refine((value) => value >= 1, { error: "must be at least 1: one pass" }))
    .min(1)
    .max(MOST)
    .prefault([1, 2, 4, 8, 16]),
  ...commonFields,
});

export type EpochsDesign = z.output<typeof epochsSchema>;

export function epochsRequests(design: EpochsDesign, context: DesignContext): DesignRequest[] {
  return shapesNear(design.sizes, design.shapes, context).flatMap(({ shape }) =>
    design.uniqueTokens.flatMap((unique) =>
      design.repeats.flatMap((repeats) =>
        // One pass over U tokens is U fresh tokens: a limit would, where batches round them up, repeat the last few.
        overSeeds(design.seeds, { shape, tokens: unique * repeats, ...(repeats > 1 ? { uniqueTokens: unique } : {}) }),
      ),
    ),
  );
}

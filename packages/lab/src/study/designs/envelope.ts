import { z } from "zod";
import { positive } from "../fields.js";
import { shapesNear } from "../ladder.js";
import { commonFields, fewer, MOST, sizesSchema, spaced } from "./fields.js";
import { type DesignContext, type DesignRequest, overSeeds } from "./request.js";

const horizonsSchema = z.union(
  [
    z.array(positive).min(1, { error: "needs at least one number of tokens" }).max(MOST),
    z
      .strictObject({
        /** Tokens of the longest run. */
        longest: positive,
        count: fewer.default(4),
        /** Longest over shortest. */
        span: positive.refine((value) => value > 1, { error: "must be greater than 1" }).default(16),
      })
      .transform(({ longest, count, span }) => spaced(longest / span, longest, count)),
  ],
  { error: "expected a list of numbers of tokens, or { longest, count, span }" },
);

/**
 * Approach 1 of Hoffmann et al. 2022 (arXiv:2203.15556, section 3.1): every size trained over several horizons, four over a
 * factor of 16 in the paper, each a run of its own whose cosine is as long as it is.
 */
export const envelopeSchema = z.strictObject({
  kind: z.literal("envelope"),
  sizes: sizesSchema,
  horizons: horizonsSchema,
  ...commonFields,
});

export type EnvelopeDesign = z.output<typeof envelopeSchema>;

export function envelopeRequests(design: EnvelopeDesign, context: DesignContext): DesignRequest[] {
  return shapesNear(design.sizes, design.shapes, context).flatMap(({ shape }) =>
    design.horizons.flatMap((tokens) => overSeeds(design.seeds, { shape, tokens })),
  );
}

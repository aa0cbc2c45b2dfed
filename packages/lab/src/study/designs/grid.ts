import { z } from "zod";
import { shapesNear } from "../ladder.js";
import { commonFields, sizesSchema, tokensSchema } from "./fields.js";
import { type DesignContext, type DesignRequest, overSeeds } from "./request.js";

/** Every size on every number of tokens. */
export const gridSchema = z.strictObject({
  kind: z.literal("grid"),
  sizes: sizesSchema,
  tokens: tokensSchema,
  ...commonFields,
});

export type GridDesign = z.output<typeof gridSchema>;

export function gridRequests(design: GridDesign, context: DesignContext): DesignRequest[] {
  return shapesNear(design.sizes, design.shapes, context).flatMap(({ shape }) =>
    design.tokens.flatMap((tokens) => overSeeds(design.seeds, { shape, tokens })),
  );
}

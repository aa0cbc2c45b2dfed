import { z } from "zod";
import { positive } from "../fields.js";
import { shapesNear } from "../ladder.js";
import { commonFields, MOST, sizesSchema } from "./fields.js";
import { type DesignContext, type DesignRequest, overSeeds } from "./request.js";

/**
 * Sizes along rays of fixed D/N: one ray forecasts along itself; several, as in Bhagia et al. 2024 (arXiv:2412.04403: 1, 2,
 * 5 and 10 times Chinchilla's 20 tokens a parameter) and Gadre et al. 2024 (arXiv:2403.08540), L(N, D).
 */
export const ladderSchema = z.strictObject({
  kind: z.literal("ladder"),
  sizes: sizesSchema,
  /** D/N of every ray. */
  tokensPerParameter: z
    .union([positive.transform((value) => [value]), z.array(positive).min(1).max(MOST)], {
      error: "expected a ratio such as 20, or a list of them",
    })
    .prefault(20),
  ...commonFields,
});

export type LadderDesign = z.output<typeof ladderSchema>;

export function ladderRequests(design: LadderDesign, context: DesignContext): DesignRequest[] {
  return shapesNear(design.sizes, design.shapes, context).flatMap(({ shape, parameters }) =>
    design.tokensPerParameter.flatMap((ratio) => overSeeds(design.seeds, { shape, tokens: ratio * parameters })),
  );
}

/** D/N of a ladder that has one ray, along which alone it can forecast. */
export function onlyRay(design: {
  readonly kind: string;
  readonly tokensPerParameter?: readonly number[];
  readonly also: readonly unknown[];
}): number | undefined {
  const [ray, another] = design.kind === "ladder" && design.also.length === 0 ? (design.tokensPerParameter ?? []) : [];
  return another === undefined ? ray : undefined;
}

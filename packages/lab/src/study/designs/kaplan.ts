import { z } from "zod";
import { count, positive } from "../fields.js";
import { shapesNear } from "../ladder.js";
import { commonFields, MOST, sizesSchema, tokensSchema } from "./fields.js";
import { type DesignContext, type DesignRequest, overSeeds, type Part } from "./request.js";

/** Evaluations over a run that may stop early, and how many of them may pass without a fall. */
const EVALUATIONS = 50;
const PATIENCE = 5;

/**
 * The experiments of Kaplan et al. 2020 (arXiv:2001.08361), each a part that may be left out: L(N) at convergence (equation
 * 1.1), L(D) on nested subsets with early stopping (1.2), L(C) (1.3), and a scan of batch sizes for the critical batch (section 5.1,
 * equations 5.1 and 5.3).
 */
export const kaplanSchema = z
  .strictObject({
    kind: z.literal("kaplan"),
    /** L(N): sizes trained on all the text, until the validation loss no longer falls or the tokens are spent. */
    model: z.strictObject({ sizes: sizesSchema, tokens: positive }).optional(),
    /** L(D): the largest model on ever more of the text, until the validation loss no longer falls. */
    data: z.strictObject({ size: positive, uniqueTokens: tokensSchema, mostEpochs: positive.default(20) }).optional(),
    /** L(C): sizes x horizons. */
    compute: z.strictObject({ sizes: sizesSchema, tokens: tokensSchema }).optional(),
    /** B_crit: one size, at several batches of so many tokens, at a constant learning rate. */
    batch: z
      .strictObject({
        size: positive,
        batches: z.array(count).min(2, { error: "needs two batches: one has nothing to compare with" }).max(MOST),
        tokens: positive,
      })
      .optional(),
    ...commonFields,
  })
  .refine(({ model, data, compute, batch }) => [model, data, compute, batch].some((part) => part !== undefined), {
    error: "needs one of its parts: model, data, compute, batch",
  });

export type KaplanDesign = z.output<typeof kaplanSchema>;

export function kaplanRequests(design: KaplanDesign, context: DesignContext): DesignRequest[] {
  const { model, data, compute, batch, shapes, seeds } = design;
  const near = (sizes: readonly number[]) => shapesNear(sizes, shapes, context).map(({ shape }) => shape);
  const stopping = { evaluations: EVALUATIONS, patience: PATIENCE };
  const asked: Omit<DesignRequest, "seed">[] = [];
  const ask = (part: Part, request: Omit<DesignRequest, "seed" | "part">) => asked.push({ ...request, part });
  if (model !== undefined) {
    for (const shape of near(model.sizes)) ask("model", { shape, tokens: model.tokens, ...stopping });
  }
  if (data !== undefined) {
    for (const shape of near([data.size])) {
      for (const uniqueTokens of data.uniqueTokens) {
        ask("data", { shape, tokens: data.mostEpochs * uniqueTokens, uniqueTokens, ...stopping });
      }
    }
  }
  if (compute !== undefined) {
    for (const shape of near(compute.sizes)) for (const tokens of compute.tokens) ask("compute", { shape, tokens });
  }
  if (batch !== undefined) {
    for (const shape of near([batch.size])) {
      for (const batchTokens of batch.batches) {
        ask("batch", {
          shape,
          tokens: batch.tokens,
          batchTokens,
          rateBySquareRoot: true,
          constantRate: true,
          evaluations: EVALUATIONS,
          gradientNoise: true,
        });
      }
    }
  }
  return asked.flatMap((request) => overSeeds(seeds, request));
}

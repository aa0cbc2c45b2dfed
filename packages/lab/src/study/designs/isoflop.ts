import { IsoflopError } from "@isoflop/laws/error";
import { z } from "zod";
import { count, positive, quantity, unit } from "../fields.js";
import { affordableTokens, distinctNearest } from "../ladder.js";
import type { Study } from "../schema.js";
import { nearestShape, type SizedShape, shapesUpTo } from "../shapes.js";
import { commonFields, spaced } from "./fields.js";
import { type DesignContext, type DesignRequest, overSeeds } from "./request.js";

/** Centring by what the smaller budgets have shown. */
const adaptiveSchema = z.union(
  [
    z.boolean().transform((on) => (on ? { first: 1, extensions: 3 } : undefined)),
    z.strictObject({
      /** So many of the smallest budgets are centred by tokensPerParameter, and trained together. */
      first: count.default(1),
      /** A profile whose minimum is at an edge gets more sizes on that side, so many times at the most. */
      extensions: quantity
        .refine((value) => Number.isInteger(value) && value >= 0 && value <= 20, { error: "must be from 0 to 20" })
        .default(3),
    }),
  ],
  { error: "expected true, false or { first, extensions }" },
);

const centreSchema = z.union(
  [
    z.array(positive).min(1),
    z.strictObject({
      /** D/N of the middle size, at the geometric mean of the budgets. */
      tokensPerParameter: positive.default(20),
      /** Exponent a of N ∝ C^a by which the middle moves from budget to budget; .5 keeps D/N. */
      exponent: unit.default(0.5),
      /** The larger budgets are centred on the minimum that the smaller ones forecast. */
      adaptive: adaptiveSchema.prefault(false),
    }),
  ],
  { error: "expected { tokensPerParameter, exponent, adaptive } or a list of parameter counts, one for each budget" },
);

/** Budgets x sizes around the expected minimum: Approach 2 of Hoffmann et al. 2022 (arXiv:2203.15556, section 3.2). */
export const isoflopSchema = z.strictObject({
  kind: z.literal("isoflop"),
  /** Training FLOPs of each profile. */
  budgets: z.array(positive).min(1, { error: "needs at least one budget" }),
  /** Model sizes in each profile. A parabola needs three. */
  sizes: count
    .refine((value) => value >= 3, { error: "must be at least 3: a parabola has three coefficients" })
    .refine((value) => value <= 1000, { error: "must be at most 1000" })
    .default(7),
  centre: centreSchema.prefault({}),
  /** Largest over smallest N within one profile. */
  span: quantity.refine((value) => value > 1, { error: "must be greater than 1" }).default(8),
  ...commonFields,
});

export type IsoflopDesign = z.output<typeof isoflopSchema>;

/** One isoFLOP profile: what it may spend, and on which models. */
export interface Profile {
  /** Training FLOPs of each of its runs. */
  readonly budget: number;
  readonly shapes: readonly SizedShape[];
}

/** A profile of an adaptive design as it was decided: N of its sizes in the study's count, ascending. */
export interface DecidedProfile {
  readonly budget: number;
  readonly centre: number;
  readonly sizes: readonly number[];
}

/** The adaptive part of a design, where it has one. */
export function adaptiveCentres({ centre }: IsoflopDesign) {
  return Array.isArray(centre) ? undefined : centre.adaptive;
}

/** The exponent by which the middle of the profiles moves from budget to budget. */
export function centreExponent({ centre }: IsoflopDesign): number {
  return Array.isArray(centre) ? 0.5 : centre.exponent;
}

/**
 * N in the middle of every profile: explicit, as decided, or from D/N at the geometric mean of the budgets and N ∝
 * C^exponent. Of an adaptive design's budgets to come: the largest decided centre, carried on by the exponent.
 */
export function profileCentres(design: IsoflopDesign, decided: readonly DecidedProfile[] = []): number[] {
  const { budgets, centre } = design;
  if (Array.isArray(centre)) return centre;
  const logMean = budgets.reduce((sum, budget) => sum + Math.log(budget), 0) / budgets.length;
  const reference = Math.exp(logMean);
  // C = 6·N·D with D = r·N gives N = sqrt(C / 6r).
  const middle = Math.sqrt(reference / (6 * centre.tokensPerParameter));
  const last = [...decided].sort((a, b) => a.budget - b.budget).at(-1);
  return budgets.map((budget) => {
    const own = decided.find((profile) => profile.budget === budget);
    if (own !== undefined) return own.centre;
    return last === undefined
      ? middle * (budget / reference) ** centre.exponent
      : last.centre * (budget / last.budget) ** centre.exponent;
  });
}

/**
 * The sizes of every budget: realisable shapes, distinct, nearest to an even spacing of log N around the centre; of decided
 * profiles those that were decided. Errors: design-centres, design-too-few-shapes, design-too-large.
 */
export function isoflopProfiles(study: Study, vocabulary: number): Profile[] {
  const { design, decided = [] } = study;
  if (design.kind !== "isoflop") return [];
  return profilesOf(design, { vocabulary, counting: study.counting }, decided);
}

/** The same of the design alone. */
export function profilesOf(
  design: IsoflopDesign,
  { vocabulary, counting }: DesignContext,
  decided: readonly DecidedProfile[],
): Profile[] {
  const centres = profileCentres(design, decided);
  if (centres.length !== design.budgets.length) {
    throw new IsoflopError({
      code: "design-centres",
      message: `design.centre lists ${centres.length} sizes for ${design.budgets.length} budgets.`,
      hint: "Give one parameter count for each budget, or { tokensPerParameter, exponent }.",
    });
  }
  const largest = Math.max(...centres.map((centre) => centre * design.span), ...decided.flatMap(({ sizes }) => sizes));
  const candidates = shapesUpTo(largest, design.shapes, vocabulary, counting.parameters);
  return design.budgets.map((budget, i) => {
    const own = decided.find((profile) => profile.budget === budget);
    if (own !== undefined) return { budget, shapes: own.sizes.map((size) => nearestShape(size, candidates)) };
    const centre = centres[i] ?? 0;
    const targets = spaced(centre / Math.sqrt(design.span), centre * Math.sqrt(design.span), design.sizes);
    return { budget, shapes: distinctNearest(targets, candidates, `The profile at ${budget.toExponential()} FLOPs`) };
  });
}

export function isoflopRequests(
  design: IsoflopDesign,
  context: DesignContext,
  decided: readonly DecidedProfile[] = [],
): DesignRequest[] {
  return profilesOf(design, context, decided).flatMap(({ budget, shapes }) =>
    shapes.flatMap(({ shape }) =>
      overSeeds(design.seeds, { shape, tokens: affordableTokens(budget, shape, context.counting.flops), budget }),
    ),
  );
}

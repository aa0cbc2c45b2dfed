import { z } from "zod";
import { count, positive } from "../fields.js";
import { shapesSchema } from "../shapeSchema.js";
import { listedRunSchema } from "./listedRun.js";

/** So many sizes, seeds or horizons, and a slip of the pen is likelier than a wish. */
export const MOST = 1000;
export const fewer = count.refine((value) => value <= MOST, { error: `must be at most ${MOST}` });

/**
 * What every design has: how often each run is repeated with another seed, the family its models are taken from, and runs
 * beside those of its kind, as `isoflop next` proposes them.
 */
export const commonFields = {
  seeds: fewer.default(1),
  shapes: shapesSchema.prefault({}),
  also: z.array(listedRunSchema).max(100_000).default([]),
};

/** From the least to the largest, evenly spaced in the logarithm. */
export function spaced(from: number, to: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => (count === 1 ? to : from * (to / from) ** (i / (count - 1))));
}

/** Values: a list, or so many between two ends, evenly spaced in the logarithm. */
function valuesSchema(one: string, many: string) {
  return z.union(
    [
      z
        .array(positive)
        .min(1, { error: `needs at least one ${one}` })
        .max(MOST),
      z
        .strictObject({ from: positive, to: positive, count: fewer })
        .refine(({ from, to }) => from < to, { error: "from must be below to", path: ["from"] })
        .transform(({ from, to, count }) => spaced(from, to, count)),
    ],
    { error: `expected a list of ${many}, or { from, to, count }` },
  );
}

/** Model sizes as parameter counts, in the study's count: the nearest shapes that the family has are trained. */
export const sizesSchema = valuesSchema("parameter count", "parameter counts");

/** Numbers of training tokens. */
export const tokensSchema = valuesSchema("number of tokens", "numbers of tokens");

import type { RunSpec } from "@isoflop/trainer";
import { z } from "zod";
import type { Settled } from "./choices.js";
import { dataSchema } from "./dataSchema.js";
import { executorSchema } from "./executorSchema.js";
import { count, notNegative, orAuto, positive, quantity, unit } from "./fields.js";
import { hyperparametersSchema } from "./hyperparametersSchema.js";
import { shapesSchema } from "./shapeSchema.js";

const centreSchema = z.union(
  [
    z.array(positive).min(1),
    z.strictObject({
      /** D/N of the middle size, at the geometric mean of the budgets. */
      tokensPerParameter: positive.default(20),
      /** Exponent a of N ∝ C^a by which the middle moves from budget to budget; .5 keeps D/N. */
      exponent: unit.default(0.5),
    }),
  ],
  { error: "expected { tokensPerParameter, exponent } or a list of parameter counts, one for each budget" },
);

const designSchema = z.strictObject({
  kind: z.literal("isoflop", { error: "expected isoflop" }),
  /** Training FLOPs of each profile. */
  budgets: z.array(positive).min(1, { error: "needs at least one budget" }),
  /** Model sizes in each profile. A parabola needs three. */
  sizes: count
    .refine((value) => value >= 3, { error: "must be at least 3: a parabola has three coefficients" })
    .refine((value) => value <= 1000, { error: "must be at most 1000" })
    .default(7),
  seeds: count.refine((value) => value <= 1000, { error: "must be at most 1000" }).default(1),
  centre: centreSchema.prefault({}),
  /** Largest over smallest N within one profile. */
  span: quantity.refine((value) => value > 1, { error: "must be greater than 1" }).default(8),
  shapes: shapesSchema.prefault({}),
});

/** study.yaml. Every object is strict: a misspelt key is an error, not a default. */
const plainSchema = z.strictObject({
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, { error: "may hold letters, digits, '.', '_' and '-' only" }),
  data: dataSchema,
  trainer: z
    .union(
      [
        z.literal("builtin"),
        z.strictObject({ command: z.array(z.string().min(1)).min(1, { error: "needs a program" }) }),
      ],
      {
        error: 'expected builtin or { command: [program, …, "{run}"] }',
      },
    )
    .default("builtin"),
  design: designSchema,
  /** What N and C mean in this study. Budgets are spent, and records written, by these. */
  counting: z
    .strictObject({
      parameters: z.enum(["total", "non-embedding"]).default("total"),
      flops: z.enum(["6N", "kaplan", "hoffmann"]).default("6N"),
    })
    .prefault({}),
  hyperparameters: hyperparametersSchema.prefault({}),
  /** Trained only after their outcome has been forecast. */
  holdout: z
    .strictObject({
      budgets: z.array(positive).default([]),
      /** Whose forecast is trained and judged; auto: of 2 and 3, the better at the largest budget when not shown it. */
      approach: z.enum(["auto", "1", "2", "3"]).default("auto"),
    })
    .prefault({}),
  evaluation: z
    .strictObject({
      /** Validation loss every so many steps; 0: at the end only. */
      everySteps: quantity
        .refine((value) => Number.isInteger(value) && value >= 0, { error: "must be 0 or more" })
        .default(0),
      /** Validation sequences, the same for every run. */
      sequences: count.default(1024),
      /** A run ends when its validation loss has not fallen by `minimumDecrease` over so many evaluations. */
      earlyStopping: z.strictObject({ patience: count, minimumDecrease: notNegative.default(0) }).optional(),
      /** Measures the gradient noise scale every so many steps, from parts of the batch of so many sequences. */
      gradientNoise: z
        .strictObject({
          everySteps: count.default(10),
          sequences: orAuto(count, "a number of sequences").default("auto"),
        })
        .optional(),
    })
    .superRefine(({ everySteps, earlyStopping }, context) => {
      if (earlyStopping === undefined || everySteps > 0) return;
      context.addIssue({
        code: "custom",
        path: ["earlyStopping"],
        message: "needs validation losses along the run; give evaluation.everySteps",
      });
    })
    .prefault({}),
  /** Tasks scored after training, by name: files of questions, see docs/contract.md. Paths start from this file's folder. */
  tasks: z
    .record(
      z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, { error: "may hold letters, digits, '.', '_' and '-' only" }),
      z.string().min(1, { error: "expected the path of a .jsonl file" }),
      { error: "expected names with the paths of .jsonl files" },
    )
    .default({}),
  checkpoint: z.strictObject({ everySteps: orAuto(count, "a number of steps").default("auto") }).prefault({}),
  executor: executorSchema,
});

/** What one part of the file says against another. */
export const studySchema = plainSchema.superRefine(({ design, hyperparameters }, context) => {
  const { heads, headWidth } = design.shapes;
  // muP's learning rate of the output projection goes as 1 / width, and its fan-in would not.
  if (heads !== "auto" && headWidth !== "auto" && hyperparameters.parametrisation !== "standard") {
    context.addIssue({
      code: "custom",
      path: ["design", "shapes", "headWidth"],
      message:
        "with heads too, attention no longer grows with the width, as muP supposes; take parametrisation: standard",
    });
  }
});

/**
 * A study file as it is read; and, once they are known, the hyperparameters that it left to a rule or a sweep, and its tasks
 * with their contents' hashes.
 */
export type Study = z.output<typeof studySchema> & {
  readonly settled?: Settled;
  readonly taskFiles?: RunSpec["tasks"];
};

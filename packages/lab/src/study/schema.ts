import type { RunSpec } from "@isoflop/trainer";
import { z } from "zod";
import type { Settled } from "./choices.js";
import { dataSchema } from "./dataSchema.js";
import { designSchema } from "./designs/designs.js";
import type { DecidedProfile } from "./designs/isoflop.js";
import { onlyRay } from "./designs/ladder.js";
import { executorSchema } from "./executorSchema.js";
import { count, notNegative, orAuto, positive, quantity } from "./fields.js";
import { hardwareSchema } from "./hardwareSchema.js";
import { hyperparametersSchema } from "./hyperparametersSchema.js";

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
  /** What the trainer writes beside its metrics: TensorBoard's event files, in runs/<id>/tensorboard. */
  logging: z.strictObject({ tensorboard: z.boolean().default(false) }).prefault({}),
  executor: executorSchema,
  hardware: hardwareSchema.optional(),
});

/** What one part of the file says against another. */
export const studySchema = plainSchema.superRefine(
  ({ design, hyperparameters, holdout, trainer, executor, logging }, context) => {
    if (trainer !== "builtin" && logging.tensorboard) {
      context.addIssue({
        code: "custom",
        path: ["logging", "tensorboard"],
        message:
          "the built-in trainer alone logs to TensorBoard; let yours do it, or export its runs: isoflop export --what tensorboard",
      });
    }
    if (trainer === "builtin" && executor.precision !== "float32") {
      context.addIssue({
        code: "custom",
        path: ["executor", "precision"],
        message:
          "the built-in trainer computes in float32; bfloat16 needs trainer: { command: … }, see trainers/pytorch",
      });
    }
    const adaptive = design.kind === "isoflop" && !Array.isArray(design.centre) && design.centre.adaptive !== undefined;
    if (adaptive && hyperparameters.schedule === "kaplan" && typeof hyperparameters.length !== "object") {
      context.addIssue({
        code: "custom",
        path: ["design", "centre", "adaptive"],
        message: "the longest run is not known until all are; with schedule: kaplan give hyperparameters.length too",
      });
    }
    if (holdout.budgets.length > 0 && design.kind === "kaplan" && design.compute === undefined) {
      context.addIssue({
        code: "custom",
        path: ["holdout", "budgets"],
        message: "without the part compute nothing says what to train for a budget",
      });
    }
    if (holdout.budgets.length > 0 && onlyRay(design) !== undefined && holdout.approach !== "auto") {
      context.addIssue({
        code: "custom",
        path: ["holdout", "approach"],
        message: "a ladder along one ray forecasts along it alone; take auto, or several tokensPerParameter",
      });
    }
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
  },
);

/**
 * A study file as it is read; and, once they are known, the hyperparameters that it left to a rule or a sweep, the profiles
 * that it left to the runs of smaller budgets, and its tasks with their contents' hashes.
 */
export type Study = z.output<typeof studySchema> & {
  readonly settled?: Settled;
  readonly decided?: readonly DecidedProfile[];
  readonly taskFiles?: RunSpec["tasks"];
};

/** The study as its kind of design has it. What was chosen for that (a sweep's values, profiles' centres) stays when runs are added beside it. */
export function withoutAlso(study: Study): Study {
  return { ...study, design: { ...study.design, also: [] } };
}

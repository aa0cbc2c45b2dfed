import { z } from "zod";
import { parseQuantity } from "./quantity.js";

/** A number, also as "1e18", "70B", "20 PF-days" or "5%". */
const quantity = z
  .union([z.number(), z.string()], { error: "expected a number such as 1e18, 70B or 20PF-days" })
  .transform((value, context) => {
    const number = typeof value === "number" ? value : parseQuantity(value);
    if (number !== undefined && Number.isFinite(number)) return number;
    context.addIssue({ code: "custom", message: "expected a number such as 1e18, 70B or 20PF-days" });
    return z.NEVER;
  });
const positive = quantity.refine((value) => value > 0, { error: "must be greater than 0" });
const count = quantity.refine((value) => Number.isInteger(value) && value >= 1, {
  error: "must be a whole number of at least 1",
});
const unit = quantity.refine((value) => value >= 0 && value < 1, { error: "must be at least 0 and below 1" });

/** `auto`, or what the user wants instead. */
const orAuto = <T extends z.ZodType>(schema: T, what: string) =>
  z.union([z.literal("auto"), schema], { error: `expected auto or ${what}` });

/** A part of the corpus, or a text of its own. */
const validationSchema = z
  .union([z.number(), z.string().min(1)], { error: "expected a part of the corpus such as 5%, or a text of its own" })
  .transform((value, context) => {
    const part = typeof value === "number" ? value : parseQuantity(value);
    if (part === undefined) return value;
    if (part > 0 && part <= 0.5) return part;
    context.addIssue({ code: "custom", message: "must be above 0 and at most 50%" });
    return z.NEVER;
  });

/** A vocabulary trained on the corpus has the 256 bytes, the end of text, and a token more at least. */
const vocabulary = count.refine((value) => value > 257 && value <= 2 ** 20, { error: "must be from 258 to 1048576" });

const tokenizerSchema = z.union(
  [
    z.literal("bytes"),
    z.strictObject({ bpe: vocabulary }),
    z.strictObject({ file: z.string().min(1), endOfText: z.string().min(1).optional() }),
    z
      .string()
      .regex(/\.json$/i)
      .transform((file) => ({ file })),
  ],
  { error: "expected bytes, { bpe: <size of the vocabulary> } or the path of a tokenizer.json" },
);

const dataSchema = z.strictObject({
  /** npm:<package>[@version], a .tgz, a text, JSONL or Parquet file, a folder or a glob. */
  corpus: z.string().min(1),
  /** Where JSONL and Parquet files have their texts. */
  field: z.string().min(1).default("text"),
  tokenizer: tokenizerSchema.default("bytes"),
  validation: validationSchema.default(0.05),
  /** Further texts to measure the loss on, by name. */
  validationSets: z
    .record(
      z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/, { error: "may hold letters, digits, '.', '_' and '-' only" }),
      z.string().min(1),
    )
    .default({}),
  /** Training tokens that a run may see; longer runs see them again. */
  uniqueTokens: count.optional(),
  /** Whether a run may see a token twice; by default only where uniqueTokens says how many there are. */
  repeat: z.boolean().optional(),
});

const shapesSchema = z.strictObject({
  /** Width per layer that `layers: auto` aims at; it never takes fewer than two layers. */
  aspect: positive.default(64),
  layers: orAuto(count, "a number of layers").default("auto"),
  /** auto: four, and more once heads would be wider than 64. */
  heads: orAuto(count, "a number of heads").default("auto"),
  /** Widths are multiples of this. */
  widthMultiple: count.default(4),
  /** n_ctx, tokens. */
  context: count.default(64),
  /** Inner width of the feed-forward block over the width. */
  feedForward: positive.default(4),
  /** Of the feed-forward block: GPT-2's tanh GELU, or max(x, 0)² (Primer). */
  activation: z.enum(["gelu", "relu2"]).default("relu2"),
  tiedEmbeddings: z.boolean().default(true),
  positions: z.enum(["learned", "alibi", "none"]).default("alibi"),
  biases: z.boolean().default(false),
});

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

const hyperparametersSchema = z.strictObject({
  /** Tokens in a batch. */
  batch: orAuto(count, "a number of tokens").default("auto"),
  /** Peak learning rate. */
  lr: orAuto(positive, "a learning rate").default("auto"),
  schedule: z.enum(["cosine", "constant"]).default("cosine"),
  /** Part of the steps. */
  warmup: orAuto(unit, "a part of the steps such as 5%").default("auto"),
  /** Final learning rate over the peak. */
  floor: quantity.refine((value) => value >= 0 && value <= 1, { error: "must lie between 0 and 1" }).default(0.1),
  betas: orAuto(z.tuple([unit, unit]), "two numbers such as [0.9, 0.95]").default("auto"),
  epsilon: positive.default(1e-8),
  weightDecay: orAuto(
    quantity.refine((value) => value >= 0, { error: "must not be negative" }),
    "a number",
  ).default("auto"),
  clip: positive.default(1),
  parametrisation: orAuto(z.enum(["mup", "standard"]), "mup or standard").default("auto"),
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
    })
    .prefault({}),
  checkpoint: z.strictObject({ everySteps: orAuto(count, "a number of steps").default("auto") }).prefault({}),
  executor: z
    .strictObject({
      kind: z.literal("local", { error: "expected local" }).default("local"),
      /** Runs at a time; auto: one for each core. */
      workers: orAuto(count, "a number of workers").default("auto"),
      /** Threads of one run. */
      threads: count.refine((value) => value <= 256, { error: "must be at most 256" }).default(1),
      /** What the runs are computed on, where the trainer has it. */
      device: z.enum(["cpu", "cuda", "webgpu", "coreml", "directml"]).default("cpu"),
      /** Of matrix products. */
      precision: z.enum(["float32", "bfloat16"]).default("float32"),
    })
    .prefault({}),
});

/** What the built-in trainer cannot build is refused with its line, not run by run after the corpus is prepared. */
export const studySchema = plainSchema.superRefine(({ trainer, design }, context) => {
  if (trainer !== "builtin") return;
  const refuse = (key: "biases" | "tiedEmbeddings", message: string) =>
    context.addIssue({ code: "custom", path: ["design", "shapes", key], message });
  if (design.shapes.biases) refuse("biases", "the built-in trainer has none; take false, or a trainer.command");
  if (!design.shapes.tiedEmbeddings) {
    refuse("tiedEmbeddings", "the built-in trainer ties them; take true, or a trainer.command");
  }
});

export type Study = z.output<typeof studySchema>;

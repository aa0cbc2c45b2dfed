import { z } from "zod";

const count = z.number().int().positive();

/** run.json: everything that determines a run, resolved; written once before training, never changed. */
export const runSpecSchema = z.strictObject({
  contract: z.literal(1),
  /** Content hash of all fields that determine the numbers (not `name`, `data.folder`, `versions`). */
  id: z.string().min(8),
  name: z.string(),
  shape: z.strictObject({
    layers: count,
    width: count,
    heads: count,
    headWidth: count,
    feedForward: count,
    vocabulary: count,
    context: count,
    tiedEmbeddings: z.boolean(),
    positions: z.enum(["learned", "alibi", "none"]),
    biases: z.boolean(),
  }),
  /** Of the feed-forward block: GPT-2's tanh GELU, or max(x, 0)² (Primer). */
  activation: z.enum(["gelu", "relu2"]),
  parameters: z.strictObject({
    embedding: z.number().int().nonnegative(),
    position: z.number().int().nonnegative(),
    /** Everything between embedding and unembedding: Kaplan's non-embedding N, with norms. */
    block: count,
    /** The unembedding's own parameters; 0 when tied. */
    head: z.number().int().nonnegative(),
    total: count,
  }),
  /** Training FLOPs per token (forward + backward) by each convention. */
  flopsPerToken: z.strictObject({
    "6N": z.number().positive(),
    kaplan: z.number().positive(),
    hoffmann: z.number().positive(),
  }),
  /** The convention by which the study spends its budget; `flops` in metrics.jsonl uses it. */
  convention: z.enum(["6N", "kaplan", "hoffmann"]),
  /** Nominal isoFLOP budget, FLOPs, where the design has one. */
  budget: z.number().positive().optional(),
  /** What the design wants this run for: training the fit, or checking the forecast. */
  role: z.enum(["fit", "holdout-optimum", "holdout-larger"]),
  steps: count,
  batch: z.strictObject({ sequences: count, tokens: count }),
  /** steps * batch.tokens. */
  tokens: count,
  schedule: z.strictObject({
    kind: z.enum(["cosine", "constant"]),
    warmupSteps: z.number().int().nonnegative(),
    /** Final learning rate as a fraction of the peak. */
    floor: z.number().min(0).max(1),
  }),
  optimizer: z.strictObject({
    kind: z.literal("adamw"),
    /** Peak learning rate at the base width. */
    learningRate: z.number().positive(),
    beta1: z.number().min(0).lt(1),
    beta2: z.number().min(0).lt(1),
    epsilon: z.number().positive(),
    /** Decoupled weight decay, multiplied by the learning rate as in AdamW. */
    weightDecay: z.number().nonnegative(),
    /** Global gradient-norm clip. */
    clip: z.number().positive(),
  }),
  parametrisation: z.strictObject({ kind: z.enum(["mup", "standard"]), baseWidth: count }),
  seed: z.number().int().nonnegative(),
  data: z.strictObject({
    /** Folder of the token cache (train.bin, validation.bin, corpus.json). Not part of the id. */
    folder: z.string(),
    corpus: z.string(),
    corpusHash: z.string(),
    tokenizer: z.string(),
    tokenizerHash: z.string(),
    trainTokens: count,
    validationTokens: count,
  }),
  evaluation: z.strictObject({
    /** Validation loss every so many steps (0: only at the end). */
    everySteps: z.number().int().nonnegative(),
    /** Validation sequences evaluated, the same for every run. */
    sequences: count,
  }),
  checkpoint: z.strictObject({ everySteps: count }),
  runtime: z.strictObject({ threads: count }),
  versions: z.record(z.string(), z.string()),
});
export type RunSpec = z.infer<typeof runSpecSchema>;

/** One line of metrics.jsonl. `val/loss` only on the steps that evaluated. Losses in nats per token. */
export const metricsLineSchema = z.looseObject({
  step: count,
  tokens: count,
  flops: z.number().positive(),
  /** Seconds of training so far, over all sessions. */
  time: z.number().nonnegative(),
  "train/loss": z.number(),
  "val/loss": z.number().optional(),
  lr: z.number().nonnegative(),
  grad_norm: z.number().nonnegative(),
});
export type MetricsLine = z.infer<typeof metricsLineSchema>;

/** result.json: written once, by rename, when the run has ended. */
export const resultSchema = z.looseObject({
  status: z.enum(["done", "diverged", "failed"]),
  reason: z.string().optional(),
  steps: z.number().int().nonnegative(),
  tokens: z.number().int().nonnegative(),
  flops: z.number().nonnegative(),
  /** Mean training loss over the last tenth of the steps. */
  "train/loss": z.number().optional(),
  "val/loss": z.number().optional(),
  wallSeconds: z.number().nonnegative(),
  /** Sessions this run took, 1 when never interrupted. */
  sessions: count.optional(),
});
export type RunResult = z.infer<typeof resultSchema>;

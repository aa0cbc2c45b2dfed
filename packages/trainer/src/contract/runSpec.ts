import { z } from "zod";
import { scheduleSchema } from "./schedule.js";

const count = z.number().int().positive();

/** The version of the run contract, docs/contract.md. */
export const CONTRACT = 2;

/** A hyperparameter's value and where it is from: the study file, a stated rule, or a sweep before the runs. */
const chosen = z.strictObject({
  by: z.enum(["user", "rule", "sweep"]),
  value: z.number().positive(),
  /** Where the best value lies, by the sweep. */
  interval95: z.tuple([z.number().positive(), z.number().positive()]).optional(),
});

const plainSchema = z.strictObject({
  contract: z.literal(CONTRACT),
  /** Content hash of all fields that determine the numbers (not `name`, `choices`, `data.folder`, `logging`, `versions`). */
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
    positions: z.enum(["learned", "alibi", "rope", "none"]),
    biases: z.boolean(),
    normalisation: z.enum(["layer", "rms"]),
    /** Of the feed-forward block: GPT-2's tanh GELU, max(x, 0)² (Primer), or SwiGLU. */
    activation: z.enum(["gelu", "relu2", "swiglu"]),
  }),
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
  /** A step's gradient is the mean over its sequences, taken `microSequences` at a time; those divide the sequences. */
  batch: z.strictObject({ sequences: count, tokens: count, microSequences: count }),
  /** steps * batch.tokens. */
  tokens: count,
  schedule: scheduleSchema,
  optimizer: z.strictObject({
    kind: z.literal("adamw"),
    /** Peak learning rate at the base width. */
    learningRate: z.number().positive(),
    beta1: z.number().min(0).lt(1),
    beta2: z.number().min(0).lt(1),
    epsilon: z.number().positive(),
    /** Decoupled weight decay, multiplied by the learning rate as in AdamW: under muP by that of the matrices. */
    weightDecay: z.number().nonnegative(),
    /** Multiplied by the schedule's own learning rate at any width instead, as microsoft/mup has it. */
    independentWeightDecay: z.boolean().optional(),
    /** Global gradient-norm clip. */
    clip: z.number().positive(),
  }),
  parametrisation: z.strictObject({ kind: z.enum(["mup", "standard"]), baseWidth: count }),
  /** Who chose the learning rate and the batch. Not part of the id: it determines no number. */
  choices: z
    .strictObject({
      learningRate: chosen,
      /** Tokens; by rule and by sweep those of a run of 10⁶ tokens, from which they grow as D^0.4. */
      batch: chosen,
    })
    .optional(),
  seed: z.number().int().nonnegative(),
  data: z.strictObject({
    /** Folder of the token cache (train.bin, validation.bin, validation-<name>.bin, corpus.json). Not part of the id. */
    folder: z.string(),
    corpus: z.string(),
    corpusHash: z.string(),
    tokenizer: z.string(),
    tokenizerHash: z.string(),
    /** Bytes of one token in the files, little-endian. */
    tokenBytes: z.union([z.literal(1), z.literal(2), z.literal(4)]),
    trainTokens: count,
    validationTokens: count,
    /** Mean bytes of UTF-8 text a validation token stands for: bits per byte = loss / (ln 2 * this). */
    validationBytesPerToken: z.number().positive(),
    /** Training sequences that the run may see, a subset that smaller ones are part of; absent: all of them. */
    uniqueSequences: count.optional(),
    /** Further validation sets, each in validation-<name>.bin. */
    validationSets: z.array(
      z.strictObject({
        name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/),
        tokens: count,
        bytesPerToken: z.number().positive(),
      }),
    ),
  }),
  evaluation: z.strictObject({
    /** Validation loss every so many steps (0: only at the end). */
    everySteps: z.number().int().nonnegative(),
    /** Sequences evaluated of each validation set (all of a smaller one), the same for every run. */
    sequences: count,
    /** The run ends when the validation loss has not fallen by `minimumDecrease` over so many evaluations. */
    earlyStopping: z.strictObject({ patience: count, minimumDecrease: z.number().nonnegative() }).optional(),
  }),
  /** Gradient noise scale (McCandlish et al. 2018, appendix A.1) every so many steps, from parts of the batch this large. */
  gradientNoise: z.strictObject({ everySteps: count, sequences: count }).optional(),
  /** Multiple-choice and last-word tasks scored after training; files of the study, by their content. */
  tasks: z.array(z.strictObject({ name: z.string().min(1), file: z.string().min(1), hash: z.string().min(8) })),
  checkpoint: z.strictObject({ everySteps: count }),
  runtime: z.strictObject({
    threads: count,
    device: z.enum(["cpu", "cuda", "webgpu", "coreml", "directml"]),
    /** Of matrix products; parameters, moments and reductions are float32. */
    precision: z.enum(["float32", "bfloat16"]),
  }),
  /** What the trainer writes beside its metrics. Not part of the id: it determines no number. */
  logging: z.strictObject({ tensorboard: z.boolean() }).optional(),
  versions: z.record(z.string(), z.string()),
});

/** run.json: everything that determines a run, resolved; written once before training, never changed. */
export const runSpecSchema = plainSchema.superRefine(({ shape, batch, gradientNoise, evaluation }, context) => {
  const refuse = (path: (string | number)[], message: string) => context.addIssue({ code: "custom", path, message });
  // D and C are counted in them.
  if (batch.tokens !== batch.sequences * shape.context) {
    refuse(["batch", "tokens"], `is not the ${batch.sequences} sequences times the context of ${shape.context}`);
  }
  if (batch.sequences % batch.microSequences !== 0) {
    refuse(["batch", "microSequences"], `${batch.microSequences} does not divide the ${batch.sequences} sequences`);
  }
  if (
    gradientNoise &&
    (batch.sequences % gradientNoise.sequences !== 0 || gradientNoise.sequences >= batch.sequences)
  ) {
    refuse(["gradientNoise", "sequences"], `must divide the ${batch.sequences} sequences of the batch, and be fewer`);
  }
  if (evaluation.earlyStopping && evaluation.everySteps === 0) {
    refuse(["evaluation", "earlyStopping"], "needs evaluations on the way: everySteps is 0");
  }
  if (shape.positions === "rope" && shape.headWidth % 2 !== 0) {
    refuse(["shape", "headWidth"], "rotary positions turn pairs: the head width must be even");
  }
});
export type RunSpec = z.infer<typeof runSpecSchema>;

/**
 * One line of metrics.jsonl. Losses in nats per token; `val/loss`, `val/bits_per_byte` and `val/<set>/loss` only on the
 * steps that evaluated, `noise/small` and `noise/big` (mean squared gradient norms of the parts and of the batch) only on
 * those that measured the gradient noise. A trainer whose log is all that is known of it may have no training loss on a
 * step that evaluated, and no learning rate or gradient norm at all.
 */
export const metricsLineSchema = z.looseObject({
  step: count,
  tokens: count,
  flops: z.number().positive(),
  /** Seconds of training so far, over all sessions. */
  time: z.number().nonnegative(),
  "train/loss": z.number().optional(),
  "val/loss": z.number().optional(),
  "val/bits_per_byte": z.number().optional(),
  "noise/small": z.number().nonnegative().optional(),
  "noise/big": z.number().nonnegative().optional(),
  lr: z.number().nonnegative().optional(),
  grad_norm: z.number().nonnegative().optional(),
});
export type MetricsLine = z.infer<typeof metricsLineSchema>;

/** A line as the built-in trainer and the PyTorch trainer write it: they know every step. */
export const wholeLineSchema = metricsLineSchema.required({ "train/loss": true, lr: true, grad_norm: true });
export type WholeLine = z.infer<typeof wholeLineSchema>;

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
  "val/bits_per_byte": z.number().optional(),
  /** Loss on each further validation set. */
  "val/sets": z.record(z.string(), z.number()).optional(),
  /** The least validation loss of the run, and when it was: where it stops early, this is its loss. */
  best: z.strictObject({ step: count, "val/loss": z.number() }).optional(),
  /** Passes over the training sequences that it may see. */
  epochs: z.number().nonnegative().optional(),
  /** B_simple in tokens, over the last half of the measurements. */
  gradientNoiseScale: z.number().positive().optional(),
  /** Its standard error. */
  gradientNoiseScaleError: z.number().nonnegative().optional(),
  /** Why one of the two is not there. */
  gradientNoiseScaleReason: z.string().optional(),
  /** Scores by task. */
  tasks: z.record(z.string(), z.record(z.string(), z.number())).optional(),
  wallSeconds: z.number().nonnegative(),
  /** Sessions this run took, 1 when never interrupted. */
  sessions: count.optional(),
  /** Why TensorBoard's files end before the run does. */
  tensorboardReason: z.string().optional(),
});
export type RunResult = z.infer<typeof resultSchema>;

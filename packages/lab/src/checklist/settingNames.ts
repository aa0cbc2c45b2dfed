import { plain } from "./spread.js";

/** A setting that was found, under the name that it was logged by. */
export interface FoundSetting {
  readonly key: string;
  readonly value: string | number | boolean;
}

/**
 * Names that programs give to what a mapping has no need of (N, D and the loss do not depend on it): those of transformers'
 * TrainingArguments, torchtitan, OLMo, Levanter, nanoGPT and lingua, and what scripts use.
 */
const NAMES = {
  learningRate: ["learning_rate", "lr", "max_lr", "peak_lr", "max_learning_rate", "peak_learning_rate"],
  schedule: [
    "lr_scheduler_type",
    "lr_schedule",
    "lr_scheduler",
    "lr_decay_style",
    "schedule",
    "scheduler",
    "scheduler.name",
    "lr_scheduler.decay_type",
  ],
  scheduleLength: [
    "lr_decay_steps",
    "lr_decay_iters",
    "max_steps",
    "total_steps",
    "num_train_steps",
    "training.steps",
    "max_iters",
    "t_max",
  ],
  warmup: ["warmup_steps", "warmup_iters", "warmup_ratio", "num_warmup_steps", "warmup", "t_warmup", "warmup_fraction"],
  optimiser: ["optim", "optimizer", "optimizer_type", "optimizer.name", "optimizer.type", "optimizer_name"],
  weightDecay: ["weight_decay"],
  beta1: ["adam_beta1", "beta1"],
  beta2: ["adam_beta2", "beta2"],
  betas: ["betas"],
  clip: ["max_grad_norm", "grad_clip", "clip_grad", "max_norm", "gradient_clipping", "clip"],
  batch: ["global_batch_size", "global_train_batch_size", "train_batch_size", "total_batch_size", "batch_size"],
  corpus: [
    "dataset",
    "dataset_name",
    "dataset_path",
    "data_path",
    "corpus",
    "train_data",
    "data.paths",
    "data.root_dir",
    "train_file",
    "data_dir",
    "dataset.name",
  ],
  tokenizer: [
    "tokenizer",
    "tokenizer_name",
    "tokenizer_path",
    "tokenizer.identifier",
    "tokenizer.name",
    "tokenizer.path",
    "data.tokenizer",
  ],
  precision: ["precision", "dtype", "torch_dtype", "amp_dtype", "mixed_precision", "mixed_precision_param"],
  bf16: ["bf16"],
  fp16: ["fp16"],
  software: [
    "transformers_version",
    "torch_version",
    "framework_version",
    "python_version",
    "code_version",
    "git_commit",
    "git_sha",
    "commit",
  ],
  averaging: ["ema", "ema_decay", "weight_averaging", "averaging", "swa"],
  epochs: ["epoch", "epochs", "num_epochs"],
} as const satisfies Readonly<Record<string, readonly string[]>>;
export type Named = keyof typeof NAMES;

const bare = (key: string): string => key.toLowerCase().replaceAll(/[^a-z0-9./]+/g, "_");

/** Looks settings up by the ends of their paths: "optimizer.learning_rate" and "args/learning_rate" are learning_rate. */
export function namedSettings(all: ReadonlyMap<string, unknown>): (what: Named) => FoundSetting | undefined {
  const keys = [...all.keys()].map((key) => ({ key, path: bare(key) }));
  return (what) => {
    for (const name of NAMES[what]) {
      const found = keys
        .filter(({ path }) => path === name || path.endsWith(`.${name}`) || path.endsWith(`/${name}`))
        .sort((a, b) => a.path.length - b.path.length)
        .find(({ key }) => isSaid(all.get(key)));
      if (found === undefined) continue;
      const value = all.get(found.key);
      const kept = typeof value === "number" || typeof value === "boolean" ? value : plain(value);
      return { key: plain(found.key), value: kept };
    }
    return undefined;
  };
}

const isSaid = (value: unknown): boolean => value !== undefined && value !== null && value !== "" && value !== "None";

/** "lr_scheduler_type: cosine". */
export const shownSetting = (found: FoundSetting | undefined): string | undefined =>
  found === undefined ? undefined : `${found.key} ${String(found.value)}`;

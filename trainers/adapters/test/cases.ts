// Test support: one small run, and for each trainer the command that has a fake of it train that run.
import { fileURLToPath } from "node:url";
import { countParameters } from "@isoflop/laws";
import type { RunSpec } from "@isoflop/trainer";
import { runId } from "../../../packages/lab/src/study/identity.js";
import { tinySpec } from "../../../packages/trainer/src/training/tinyRun.js";

export const BUILT = fileURLToPath(new URL("../../../packages/lab/dist/cli/main.js", import.meta.url));
const FAKE = fileURLToPath(new URL("./fixtures/fakeTrainer.mjs", import.meta.url));
const BYTES_PER_TOKEN = 4;
export const STEPS = 20;
export const COUNTING = { parameters: "total", flops: "6N" } as const;

export const shape: RunSpec["shape"] = {
  ...tinySpec("/nowhere").shape,
  positions: "rope",
  normalisation: "rms",
  tiedEmbeddings: false,
};
export const parameters = countParameters(shape);
export const perToken = 6 * parameters.total;
const planned: RunSpec = {
  ...tinySpec("/nowhere", { steps: STEPS, shape, parameters }),
  flopsPerToken: { "6N": perToken, kaplan: perToken, hoffmann: perToken },
  schedule: { kind: "wsd", warmupSteps: 2, decaySteps: 8, decay: "linear", floor: 0.1 },
  parametrisation: { kind: "standard", baseWidth: 16 },
  seed: 42,
  checkpoint: { everySteps: 5 },
  evaluation: { everySteps: 10, sequences: 24 },
};
export const spec = { ...planned, id: runId(planned) };

export interface Case {
  readonly adapter: string;
  readonly options: readonly string[];
  readonly template: readonly string[];
  readonly said: number;
  /** Steps that metrics.jsonl has, and the validation loss of step s. */
  readonly steps: readonly number[];
  readonly validation: (step: number) => number;
  readonly digits: number;
}

export const lossAt = (step: number) => 2 + 6 / Math.sqrt(step);
export const every = (n: number) => Array.from({ length: STEPS / n }, (_, i) => n * (i + 1));
export const CASES: Readonly<Record<string, Case>> = {
  torchtitan: {
    adapter: "torchtitan",
    options: [
      "--accept=data,evaluation.sequences,optimizer,runtime",
      "--fixed=shape.positions=rope,shape.normalisation=rms,shape.biases=false,shape.tiedEmbeddings=false,shape.vocabulary=256",
      "--fixed=schedule.kind=wsd,schedule.decay=linear,parametrisation.kind=standard,shape.activation=relu2",
    ],
    template: [
      "--model.flavor=L{shape.layers}W{shape.width}H{shape.heads}F{shape.feedForward}",
      "--training.steps={steps}",
      "--training.global_batch_size={batch.sequences}",
      "--training.seq_len={shape.context}",
      "--training.seed={seed}",
      "--lr_scheduler.warmup_steps={schedule.warmupSteps}",
      "--lr_scheduler.decay_ratio={schedule.decaySteps/steps}",
      "--lr_scheduler.min_lr_factor={schedule.floor}",
      "--validation.freq={evaluateEvery}",
      "--metrics.log_freq=4",
      "--checkpoint.interval={checkpoint.everySteps}",
      "--job.dump_folder={folder}",
    ],
    said: parameters.total,
    steps: [1, 4, 8, 10, 12, 16, 20],
    validation: (step) => lossAt(step) + 0.1,
    digits: 4,
  },
  nanochat: {
    adapter: "nanochat",
    options: ["--accept=data,evaluation.sequences,optimizer,runtime.precision", `--bytes-per-token=${BYTES_PER_TOKEN}`],
    template: [
      "--depth={shape.layers}",
      "--aspect-ratio={shape.width//shape.layers}",
      "--head-dim={shape.headWidth}",
      "--max-seq-len={shape.context}",
      "--vocab={shape.vocabulary}",
      "--num-iterations={steps}",
      "--total-batch-size={batch.tokens}",
      "--warmup-steps={schedule.warmupSteps}",
      "--warmdown-ratio={schedule.decaySteps/steps}",
      "--final-lr-frac={schedule.floor}",
      "--eval-every={evaluateEvery}",
      "--save-every={checkpoint.everySteps}",
      "--device-type={runtime.device}",
      "--model-tag={id}",
      "--resume-from-step={resume.step}",
    ],
    said: parameters.block,
    steps: every(1),
    validation: (step) => (lossAt(step) / 3) * Math.LN2 * BYTES_PER_TOKEN,
    digits: 5,
  },
  huggingFace: {
    adapter: "hugging-face",
    options: [
      "--accept=data,evaluation.sequences,runtime,schedule,shape.vocabulary",
      "--fixed=shape.positions=rope,shape.normalisation=rms,shape.biases=false,shape.tiedEmbeddings=false",
      "--fixed=shape.activation=relu2,parametrisation.kind=standard,optimizer.kind=adamw",
    ],
    template: [
      "--config_overrides=num_hidden_layers={shape.layers},hidden_size={shape.width},num_attention_heads={shape.heads},intermediate_size={shape.feedForward}",
      "--block_size={shape.context}",
      "--max_steps={steps}",
      "--per_device_train_batch_size={batch.microSequences}",
      "--gradient_accumulation_steps={batch.sequences/batch.microSequences}",
      "--learning_rate={optimizer.learningRate}",
      "--adam_beta1={optimizer.beta1}",
      "--adam_beta2={optimizer.beta2}",
      "--adam_epsilon={optimizer.epsilon}",
      "--weight_decay={optimizer.weightDecay}",
      "--max_grad_norm={optimizer.clip}",
      "--seed={seed}",
      "--eval_steps={evaluateEvery}",
      "--save_steps={checkpoint.everySteps}",
      "--logging_steps=2",
      "--output_dir={folder}/checkpoint",
      "--resume_from_checkpoint={resume.path}",
    ],
    said: parameters.total,
    steps: every(2),
    validation: (step) => lossAt(step) + 0.1,
    digits: 12,
  },
};

export const adaptArguments = ({ adapter, options, template }: Case, kind: string, run: string) => [
  "adapt",
  adapter,
  run,
  ...options,
  "--",
  process.execPath,
  FAKE,
  kind,
  ...template,
];

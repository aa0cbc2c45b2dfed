// The hugging-face adapter on the real library: a small study whose runs the Trainer of transformers trains, stopped and resumed.
//   PYTHON=<a Python with transformers, accelerate and torch> node dev/checkHuggingFace.mjs
// Prints, for each run: status, steps, size by the log, validation loss, and how far metrics.jsonl is from trainer_state.json.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const local = (path) => fileURLToPath(new URL(path, import.meta.url));
const isoflop = local("../packages/lab/dist/cli/main.js");
const folder = mkdtempSync(join(tmpdir(), "isoflop-hugging-face-"));
const study = join(folder, "study");
mkdirSync(study);
const words = ["the", "power", "of", "a", "law", "is", "its", "reach"];
writeFileSync(join(folder, "text.txt"), Array.from({ length: 200_000 }, (_, i) => words[(i * i) % 8]).join(" "));
const command = [
  process.execPath,
  isoflop,
  "adapt",
  "hugging-face",
  "{run}",
  "--accept=data,evaluation.sequences",
  "--fixed=shape.positions=rope,shape.normalisation=rms,shape.activation=swiglu,shape.biases=false,shape.tiedEmbeddings=false",
  "--fixed=optimizer.kind=adamw,schedule.kind=cosine,parametrisation.kind=standard,runtime.device=cpu,runtime.precision=float32",
  "--",
  process.env.PYTHON ?? "python3",
  local("huggingFaceTrainer.py"),
  "--width={shape.width}",
  "--layers={shape.layers}",
  "--heads={shape.heads}",
  "--feed_forward={shape.feedForward}",
  "--vocabulary={shape.vocabulary}",
  "--context={shape.context}",
  "--stop_at={steps//2}",
  "--max_steps={steps}",
  "--per_device_train_batch_size={batch.microSequences}",
  "--gradient_accumulation_steps={batch.sequences/batch.microSequences}",
  "--learning_rate={optimizer.learningRate}",
  "--adam_beta1={optimizer.beta1}",
  "--adam_beta2={optimizer.beta2}",
  "--adam_epsilon={optimizer.epsilon}",
  "--weight_decay={optimizer.weightDecay}",
  "--max_grad_norm={optimizer.clip}",
  "--lr_scheduler_type=cosine_with_min_lr",
  '--lr_scheduler_kwargs={"min_lr_rate": {schedule.floor}}',
  "--warmup_steps={schedule.warmupSteps}",
  "--seed={seed}",
  "--use_cpu=True",
  "--report_to=none",
  "--log_level=info",
  "--eval_strategy=steps",
  "--eval_steps={evaluateEvery}",
  "--logging_steps=1",
  "--logging_nan_inf_filter=False",
  "--save_steps={checkpoint.everySteps}",
  "--output_dir={folder}/checkpoint",
  "--resume_from_checkpoint={resume.path}",
];
writeFileSync(
  join(study, "study.yaml"),
  `name: hugging-face
data: { corpus: ../text.txt }
trainer: { command: ${JSON.stringify(command)} }
design: { kind: isoflop, budgets: [4e9], sizes: 3, span: 3, shapes: { family: llama, context: 32 } }
hyperparameters: { lr: 3e-3, batch: 4096, parametrisation: standard }
evaluation: { everySteps: 10 }
checkpoint: { everySteps: 5 }
executor: { workers: 1 }
`,
);
const { status, stderr } = spawnSync(process.execPath, [isoflop, "run", study], { encoding: "utf8" });
process.stdout.write(`isoflop run: exit code ${status}\n${status === 0 ? "" : stderr}`);
for (const id of readdirSync(join(study, "runs"))) {
  const run = join(study, "runs", id);
  const json = (name) => JSON.parse(readFileSync(join(run, name), "utf8"));
  const [spec, result] = [json("run.json"), json("result.json")];
  const log = readFileSync(join(run, "trainer.log"), "utf8");
  const lines = readFileSync(join(run, "metrics.jsonl"), "utf8").trim().split("\n").map(JSON.parse);
  const { log_history: history } = json("checkpoint/trainer_state.json");
  const off = history.flatMap(({ step, loss, eval_loss: validation }) => {
    const line = lines.find((one) => one.step === step);
    return [
      loss === undefined ? 0 : loss - line["train/loss"],
      validation === undefined ? 0 : validation - line["val/loss"],
    ];
  });
  const say = {
    status: result.status,
    steps: `${result.steps} of ${spec.steps}, ${lines.length} lines`,
    parameters: `${/trainable parameters = ([\d,]+)/.exec(log)?.[1]} and ${spec.parameters.total}`,
    sessions: (log.match(/Running training/g) ?? []).length,
    loss: result["val/loss"],
    off: Math.max(...off.map(Math.abs)),
  };
  process.stdout.write(`${spec.name}: ${JSON.stringify(say)}\n`);
}
process.stdout.write(`${folder}\n`);

import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { countParameters } from "@isoflop/laws";
import type { MetricsLine, RunSpec } from "@isoflop/trainer";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runLocally } from "../../../packages/lab/src/executors/local.js";
import { command as isoflop } from "../../../packages/lab/src/fixtures/testIo.js";
import { createRun } from "../../../packages/lab/src/runs/folder.js";
import { readMetrics } from "../../../packages/lab/src/runs/metrics.js";
import { toRecords } from "../../../packages/lab/src/runs/records.js";
import { readRunState } from "../../../packages/lab/src/runs/status.js";
import { runId } from "../../../packages/lab/src/study/identity.js";
import { tinySpec } from "../../../packages/trainer/src/training/tinyRun.js";

const BUILT = fileURLToPath(new URL("../../../packages/lab/dist/cli/main.js", import.meta.url));
const FAKE = fileURLToPath(new URL("./fixtures/fakeTrainer.mjs", import.meta.url));
const BYTES_PER_TOKEN = 4;
const STEPS = 20;
const COUNTING = { parameters: "total", flops: "6N" } as const;

const shape: RunSpec["shape"] = {
  ...tinySpec("/nowhere").shape,
  positions: "rope",
  normalisation: "rms",
  tiedEmbeddings: false,
};
const parameters = countParameters(shape);
const perToken = 6 * parameters.total;
const planned: RunSpec = {
  ...tinySpec("/nowhere", { steps: STEPS, shape, parameters }),
  flopsPerToken: { "6N": perToken, kaplan: perToken, hoffmann: perToken },
  schedule: { kind: "wsd", warmupSteps: 2, decaySteps: 8, decay: "linear", floor: 0.1 },
  parametrisation: { kind: "standard", baseWidth: 16 },
  seed: 42,
  checkpoint: { everySteps: 5 },
  evaluation: { everySteps: 10, sequences: 24 },
};
const spec = { ...planned, id: runId(planned) };

interface Case {
  readonly adapter: string;
  readonly options: readonly string[];
  readonly template: readonly string[];
  readonly said: number;
  /** Steps that metrics.jsonl has, and the validation loss of step s. */
  readonly steps: readonly number[];
  readonly validation: (step: number) => number;
  readonly digits: number;
}

const lossAt = (step: number) => 2 + 6 / Math.sqrt(step);
const every = (n: number) => Array.from({ length: STEPS / n }, (_, i) => n * (i + 1));
const CASES: Readonly<Record<string, Case>> = {
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

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-adapters-"));
  process.env.NANOCHAT_BASE_DIR = join(folder, "nanochat");
});
afterEach(async () => {
  for (const name of Object.keys(process.env)) if (/^FAKE_|^NANOCHAT_/.test(name)) delete process.env[name];
  await rm(folder, { recursive: true, force: true });
});

const adaptArguments = ({ adapter, options, template }: Case, kind: string, run: string) => [
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

/** In this process: `isoflop adapt` on a folder of its own or on one that is there. */
async function adapted(kind: string, template = CASES[kind]!.template) {
  const one = CASES[kind]!;
  process.env.FAKE_PARAMETERS ??= String(one.said);
  const run = await createRun(folder, spec);
  const { code, stderr } = await isoflop(...adaptArguments({ ...one, template }, kind, run));
  const log = await readFile(join(run, "trainer.log"), "utf8").catch(() => "");
  return { code, stderr, log, run, state: (await readRunState(run))!, lines: await readMetrics(run) };
}

/** As `isoflop run` has it done: by the local executor, in a process of its own. */
async function executed(kind: string, signal: AbortSignal) {
  const one = CASES[kind]!;
  process.env.FAKE_PARAMETERS = String(one.said);
  const outcome = await runLocally([spec], {
    runsFolder: folder,
    command: [process.execPath, BUILT, ...adaptArguments(one, kind, "{run}")],
    workers: 1,
    signal,
  });
  const run = join(folder, spec.id);
  return { outcome, state: (await readRunState(run))!, lines: await readMetrics(run) };
}

/** All that a run by this trainer has to say, whatever happened on the way. */
function expectWhole(kind: string, lines: readonly MetricsLine[]): void {
  const one = CASES[kind]!;
  expect(lines.map(({ step }) => step)).toEqual(one.steps);
  for (const { step, tokens, flops, "train/loss": loss, "val/loss": validation } of lines) {
    expect([tokens, flops]).toEqual([step * 64, step * 64 * perToken]);
    // torchtitan was told to log every fourth step and to validate every tenth: step 10 has no training loss.
    if (kind === "torchtitan" && step === 10) expect(loss).toBeUndefined();
    else expect(loss).toBeCloseTo(lossAt(step), one.digits);
    const evaluated = step % 10 === 0 || (kind === "torchtitan" && step === 1);
    if (evaluated) expect(validation).toBeCloseTo(one.validation(step), one.digits - 1);
    else expect(validation).toBeUndefined();
  }
  const times = lines.map(({ time }) => time);
  expect(times).toEqual([...times].sort((a, b) => a - b));
}

async function until(check: () => Promise<boolean>): Promise<void> {
  while (!(await check())) await new Promise((resolve) => setTimeout(resolve, 30));
}

describe.each(Object.keys(CASES))("a run by %s", { timeout: 120_000 }, (kind) => {
  const one = CASES[kind]!;

  test("is read by the lab as any other run of the study", async () => {
    const { code, state, lines, log } = await adapted(kind);
    expect(code).toBe(0);
    expectWhole(kind, lines);
    expect(log.length).toBeGreaterThan(100);
    expect(state).toMatchObject({ status: "done", result: { steps: STEPS, tokens: STEPS * 64, trainer: one.adapter } });
    // The trainer's data are its own: how often it went through them, nobody knows.
    expect(state.result).not.toHaveProperty("epochs");
    const { records, dropped } = await toRecords([state], COUNTING, "fit");
    expect(dropped).toEqual([]);
    expect(records).toMatchObject([{ parameters: parameters.total, tokens: STEPS * 64 }]);
    expect(records[0]!.loss).toBeCloseTo(one.validation(STEPS), one.digits - 1);
    expect(records[0]!.curve).toHaveLength(lines.filter((line) => line["train/loss"] !== undefined).length);
  });

  test("that crashes has failed, and started again goes on from its checkpoint", async () => {
    process.env.FAKE_CRASH = "13";
    const crashed = await adapted(kind);
    expect([crashed.code, crashed.stderr]).toEqual([1, expect.stringContaining("CUDA out of memory")]);
    expect(crashed.state.status).toBe("running");
    const { code, lines, log } = await adapted(kind);
    expect(code).toBe(0);
    expectWhole(kind, lines);
    expect(log.match(/out of memory/g)).toHaveLength(1);
  });

  test("stopped by the executor goes on from its checkpoint", async () => {
    process.env.FAKE_WAIT = "13";
    const stop = new AbortController();
    const log = join(folder, spec.id, "trainer.log");
    const waiting = until(async () => (await readFile(log, "utf8").catch(() => "")).includes("waiting"));
    void waiting.then(() => stop.abort());
    const stopped = await executed(kind, stop.signal);
    expect(stopped.outcome).toMatchObject({ stopped: true, failed: [], trained: 0 });
    expect(stopped.state.status).toBe("running");
    const resumed = await executed(kind, new AbortController().signal);
    expect(resumed.outcome).toMatchObject({ failed: [], trained: 1 });
    expectWhole(kind, resumed.lines);
  });

  test("whose loss is no number has diverged, and its trainer is stopped", async () => {
    process.env.FAKE_NAN = "12";
    const { code, state, lines } = await adapted(kind);
    expect([code, state.status, state.result!.reason]).toEqual([0, "diverged", expect.stringMatching(/NaN|nan/)]);
    expect(lines.at(-1)!.step).toBe({ torchtitan: 10, nanochat: 11, huggingFace: 10 }[kind]);
    // What the Hugging Face Trainer prints has no step.
    expect(state.result!.steps).toBe(kind === "huggingFace" ? 10 : 12);
    const { records, dropped } = await toRecords([state], COUNTING, "fit");
    expect([records, dropped.map(({ id }) => id)]).toEqual([[], [spec.id]]);
  });

  test("of a model of another size is refused as soon as the log says so", async () => {
    process.env.FAKE_PARAMETERS = String(2 * one.said);
    const { code, stderr, lines, state } = await adapted(kind);
    expect([code, stderr]).toEqual([2, expect.stringContaining(`is ${2 * one.said}, run.json says ${one.said}`)]);
    expect([lines, state.result]).toEqual([[], undefined]);
  });

  test("that ends early without an error has failed, and says how far it came", async () => {
    process.env.FAKE_SHORT = "15";
    const { code, stderr } = await adapted(kind);
    const reached = { torchtitan: 12, nanochat: 15, huggingFace: 14 }[kind];
    expect([code, stderr]).toEqual([1, expect.stringContaining(`reaches only step ${reached} of ${STEPS}`)]);
  });

  test("is refused where nothing tells the trainer of a part of it", async () => {
    const untold = one.template.filter((argument) => !argument.includes("={steps}"));
    const { code, stderr } = await adapted(kind, untold);
    expect([code, stderr]).toEqual([2, expect.stringContaining("nothing tells the trainer of steps (20)")]);
    expect(stderr).toContain("--accept steps");
  });
});

test("a run.json that wants what the trainer never does is refused, not trained otherwise", {
  timeout: 60_000,
}, async () => {
  const other: RunSpec = { ...spec, shape: { ...shape, activation: "gelu" }, seed: 0 };
  const run = await createRun(folder, { ...other, id: runId(other) });
  const refused = await isoflop(...adaptArguments(CASES.nanochat!, "nanochat", run));
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain(
    "shape.activation is relu2 there, gelu in run.json; seed is 42 there, 0 in run.json",
  );
  const [, ...rest] = CASES.nanochat!.options;
  const accepting = { ...CASES.nanochat!, options: [`${CASES.nanochat!.options[0]},shape.activation,seed`, ...rest] };
  process.env.FAKE_PARAMETERS = String(parameters.block);
  expect(await isoflop(...adaptArguments(accepting, "nanochat", run))).toMatchObject({ code: 0 });
  expect((await readRunState(run))!.result).toMatchObject({
    accepted: ["data", "evaluation.sequences", "optimizer", "runtime.precision", "shape.activation", "seed"],
  });
});

test("what would go wrong later is said at once", async () => {
  const run = await createRun(folder, spec);
  const one = CASES.nanochat!;
  const without = (word: string): Case => ({
    ...one,
    options: one.options.filter((option) => !option.includes(word)),
    template: one.template.filter((argument) => !argument.includes(word)),
  });
  const outcomes = await Promise.all(
    [
      without("--bytes-per-token"),
      without("{resume.step}"),
      without("--model-tag"),
      { ...one, template: [...one.template, "--x={shape.depth}"] },
      { ...one, options: [...one.options, "--accept=shpe"] },
      { ...one, options: [...one.options, "--fixed=sed=1"] },
    ].map((wrong) => isoflop(...adaptArguments(wrong, "nanochat", run))),
  );
  expect(outcomes.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2, 2]);
  expect(outcomes.map(({ stderr }) => stderr.split("\n")[0])).toEqual([
    expect.stringContaining("bits per byte"),
    expect.stringContaining("where to go on after a stop"),
    expect.stringContaining("--model-tag"),
    expect.stringContaining("run.json has no shape.depth"),
    expect.stringContaining("--accept shpe: run.json has no such field"),
    expect.stringContaining("--fixed sed: run.json has no such field"),
  ]);
  const missing = await isoflop("adapt", one.adapter, run, ...one.options, "--", "/nowhere/python", ...one.template);
  expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining("cannot start /nowhere/python") });
});

test("SIGTERM to the adapter alone reaches the trainer, and the exit code is 143", { timeout: 60_000 }, async () => {
  const one = CASES.torchtitan!;
  const run = await createRun(folder, spec);
  const env = { ...process.env, FAKE_PARAMETERS: String(one.said), FAKE_WAIT: "13" };
  const adapter = spawn(process.execPath, [BUILT, ...adaptArguments(one, "torchtitan", run)], { env });
  let stderr = "";
  adapter.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const ended = new Promise<number | null>((resolve) => adapter.on("close", resolve));
  await until(async () => (await readFile(join(run, "trainer.log"), "utf8").catch(() => "")).includes("waiting"));
  adapter.kill("SIGTERM");
  expect(await ended).toBe(143);
  expect(stderr).toContain("stopped at step 12: checkpoint of step 10");
});

describe("an adapter of one's own", () => {
  const OWN = fileURLToPath(new URL("../nanogpt.mjs", import.meta.url));
  const differing = "--accept=shape,schedule,optimizer,data,runtime,seed,evaluation,parametrisation";
  const nanogpt = (run: string, script: string) =>
    isoflop(
      "adapt",
      OWN,
      run,
      differing,
      "--",
      process.execPath,
      "-e",
      script,
      "--",
      "--max_iters={steps}",
      "--batch_size={batch.sequences}",
    );
  /** nanoGPT's loop: it evaluates before the update of that number, and makes one update more than max_iters. */
  const loop = (evaluates: boolean) => `
    for (let i = 0; i <= ${STEPS}; i++) {
      if (${evaluates} && i % 10 === 0) console.log("step " + i + ": train loss 3.0, val loss " + (3 + 1 / (i + 1)).toFixed(4));
      console.log("iter " + i + ": loss " + (4 - i / 100).toFixed(4) + ", time 148.74ms, mfu 0.01%");
    }`;

  test("is a module of thirty lines, and trains runs as the others do", async () => {
    const run = await createRun(folder, spec);
    expect(await nanogpt(run, loop(true))).toMatchObject({ code: 0 });
    const state = (await readRunState(run))!;
    expect(state.result).toMatchObject({ status: "done", steps: STEPS, trainer: "nanogpt", "val/loss": 3.0476 });
    const lines = await readMetrics(run);
    expect(lines.map(({ step }) => step)).toEqual(every(1));
    expect(lines.map((line) => line["train/loss"])).toEqual(
      every(1).map((step) => Number((4 - (step - 1) / 100).toFixed(4))),
    );
    expect(lines.filter((line) => line["val/loss"] !== undefined).map(({ step }) => step)).toEqual([10, 20]);
    // Whose text it validates on is not known, so bits per byte are not either.
    expect(lines.at(-1)).not.toHaveProperty("val/bits_per_byte");
    expect(lines.at(-1)).not.toHaveProperty("lr");
  });

  test("whose log has no validation loss of the last step: no fit takes the run, and it says why", async () => {
    const run = await createRun(folder, spec);
    expect(await nanogpt(run, loop(false))).toMatchObject({ code: 0 });
    const { records, dropped } = await toRecords([(await readRunState(run))!], COUNTING, "fit");
    expect(records).toEqual([]);
    expect(dropped[0]!.reason).toContain("no validation loss of step 20");
  });
});

test("a run that has ended is left as it is", async () => {
  const run = await createRun(folder, spec);
  const result = JSON.stringify({ status: "done", steps: 20, tokens: 1280, flops: 1, wallSeconds: 1 });
  await writeFile(join(run, "result.json"), result);
  expect(await isoflop("adapt", "torchtitan", run, "--", "/nowhere/python")).toMatchObject({ code: 0 });
  expect(await readFile(join(run, "result.json"), "utf8")).toBe(result);
});

import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { MetricsLine } from "@isoflop/trainer";
import { describe, expect, test } from "vitest";
import { runLocally } from "../../../packages/lab/src/executors/local.js";
import { command as isoflop } from "../../../packages/lab/src/fixtures/testIo.js";
import { createRun } from "../../../packages/lab/src/runs/folder.js";
import { readMetrics } from "../../../packages/lab/src/runs/metrics.js";
import { toRecords } from "../../../packages/lab/src/runs/records.js";
import { readRunState } from "../../../packages/lab/src/runs/status.js";
import { adaptArguments, BUILT, CASES, COUNTING, lossAt, parameters, perToken, STEPS, spec } from "./cases.js";
import { inFolder } from "./folder.js";

let folder: string;
inFolder((made) => {
  folder = made;
});

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

describe.each(Object.keys(CASES))("a run by %s", (kind) => {
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

test("SIGTERM to the adapter alone reaches the trainer, and the exit code is 143", async () => {
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

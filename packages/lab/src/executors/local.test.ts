import { spawn } from "node:child_process";
import { existsSync, rmSync } from "node:fs";
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Corpus, RunSpec } from "@isoflop/trainer";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { countAttempts, readAttempts } from "../runs/attempts.js";
import { liftHold, placeHold } from "../runs/control.js";
import { readRuns, toRecords } from "../runs/records.js";
import { readRunState } from "../runs/status.js";
import { parseStudy } from "../study/parse.js";
import { resolveRuns } from "../study/resolve.js";
import { costOf, type ExecutionEvent } from "./execution.js";
import { type LocalOptions, runLocally } from "./local.js";
import { identifyProcess } from "./processes.js";
import { startTrainer, trainerArguments } from "./runProcess.js";

const FAKE = fileURLToPath(new URL("./fixtures/fakeTrainer.mjs", import.meta.url));
const command = [process.execPath, FAKE];
const corpus: Corpus = {
  folder: "/nowhere",
  source: "planted",
  corpusHash: "c".repeat(64),
  tokenizer: "bytes",
  tokenizerHash: "t".repeat(64),
  vocabulary: 256,
  tokenBytes: 1,
  trainTokens: 1e9,
  validationTokens: 1e6,
  validationBytesPerToken: 1,
  validationSets: [],
  documents: 1,
  validationDocuments: 0,
  documentsLeftOut: 0,
  split: "chunks",
};
const study = parseStudy(
  "name: t\ndata: { corpus: x }\ndesign: { kind: isoflop, budgets: [1e10, 4e10], sizes: 3, span: 4 }",
  "study.yaml",
);
const specs = resolveRuns(study, corpus);
const [first] = specs as [RunSpec, ...RunSpec[]];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-runs-"));
});
afterEach(async () => {
  for (const name of Object.keys(process.env)) if (name.startsWith("FAKE_")) delete process.env[name];
  await rm(folder, { recursive: true, force: true });
});

async function run(extra: Partial<LocalOptions> = {}, where = folder) {
  const events: ExecutionEvent[] = [];
  const outcome = await runLocally(specs, {
    runsFolder: where,
    command,
    workers: 2,
    onEvent: (event) => events.push(event),
    ...extra,
  });
  return { outcome, events };
}

/** Acts once a run waits half-way, as FAKE_WAIT has it do. */
async function whenItWaits(runFolder: string, act: () => unknown): Promise<void> {
  while (!existsSync(join(runFolder, "waited"))) await new Promise((resolve) => setTimeout(resolve, 10));
  await act();
}

/** Everything that determines a study's results; the number of sessions is allowed to differ. */
async function results(where: string): Promise<string> {
  const { records } = await toRecords(await readRuns(where), study.counting, "fit");
  return JSON.stringify(records);
}

describe("the local executor", () => {
  it("trains every run once, the longest first, and nothing the second time", async () => {
    const { outcome, events } = await run({ workers: 1 });
    expect(outcome).toMatchObject({ trained: specs.length, failed: [], diverged: [], stopped: false });
    const started = events.filter((event) => event.kind === "started").map((event) => costOf(event.spec));
    expect(started).toEqual([...started].sort((a, b) => b - a));
    const again = await run();
    expect(again.outcome).toMatchObject({ trained: 0 });
    expect(again.outcome.done).toHaveLength(specs.length);
    expect(again.events).toEqual([]);
  });

  it("tries a crashed run once more, and the result is that of an undisturbed one", async () => {
    await run({}, join(folder, "calm"));
    process.env.FAKE_CRASH = first.name;
    const { outcome, events } = await run({}, join(folder, "rough"));
    expect(events.filter((event) => event.kind === "retried").map((event) => event.spec.name)).toEqual([first.name]);
    expect(outcome.done).toHaveLength(specs.length);
    expect(await results(join(folder, "rough"))).toBe(await results(join(folder, "calm")));
  });

  it("sets a run that fails twice aside with its reason, keeps the others, and tries it again next time", async () => {
    process.env.FAKE_NEVER = first.name;
    const { outcome } = await run();
    expect(outcome.done).toHaveLength(specs.length - 1);
    expect(outcome.failed.map((failure) => failure.spec.id)).toEqual([first.id]);
    expect(outcome.failed[0]?.reason).toMatch(/told to crash.*exit code 1/s);
    expect(await readRunState(join(folder, first.id))).toMatchObject({ status: "failed" });
    delete process.env.FAKE_NEVER;
    const again = await run();
    expect(again.outcome).toMatchObject({ trained: 1, failed: [] });
  });

  it("keeps and reports a diverged run, and does not repeat it", async () => {
    process.env.FAKE_DIVERGE = first.name;
    const { outcome, events } = await run();
    expect(outcome.diverged.map((spec) => spec.id)).toEqual([first.id]);
    expect(events.filter((event) => event.kind === "started")).toHaveLength(specs.length);
    delete process.env.FAKE_DIVERGE;
    expect((await run()).outcome).toMatchObject({ trained: 0 });
    const { records, dropped } = await toRecords(await readRuns(folder), study.counting, "fit");
    expect(records).toHaveLength(specs.length - 1);
    expect(dropped).toEqual([
      { id: first.id, name: first.name, reason: expect.stringMatching(/diverged: loss is NaN/) },
    ]);
  });

  it("stops at a full disk with a clear error, finished runs kept", async () => {
    const last = [...specs].sort((a, b) => costOf(a) - costOf(b))[0] as RunSpec;
    process.env.FAKE_FULL = last.name;
    await expect(run({ workers: 1 })).rejects.toMatchObject({
      code: "write-enospc",
      exitCode: 1,
      message: expect.stringMatching(/disk is full/),
    });
    const states = await readRuns(folder);
    expect(states.filter((state) => state.status === "done")).toHaveLength(specs.length - 1);
  });

  it("a trainer that cannot be started is a failure with its reason", async () => {
    const { outcome } = await run({ command: ["/no/such/trainer"] });
    expect(outcome.failed).toHaveLength(specs.length);
    expect(outcome.failed[0]?.reason).toMatch(/cannot start \/no\/such\/trainer/);
  });

  it("stops in order when told to, and goes on to the same results", async () => {
    await run({}, join(folder, "calm"));
    process.env.FAKE_WAIT = first.name;
    const stop = new AbortController();
    void whenItWaits(join(folder, "stopped", first.id), () => stop.abort());
    const { outcome } = await run({ signal: stop.signal }, join(folder, "stopped"));
    expect(outcome.stopped).toBe(true);
    expect(outcome.done.length).toBeLessThan(specs.length);
    const again = await run({}, join(folder, "stopped"));
    expect(again.outcome.done).toHaveLength(specs.length);
    expect(await results(join(folder, "stopped"))).toBe(await results(join(folder, "calm")));
  });

  it("stops the trainer that a killed lab left behind before it starts another on the same run", async () => {
    await run({}, join(folder, "calm"));
    const runs = join(folder, "orphaned");
    await mkdir(join(runs, first.id), { recursive: true });
    await writeFile(join(runs, first.id, "run.json"), JSON.stringify(first));
    process.env.FAKE_WAIT = first.name;
    const orphan = await startTrainer(command, join(runs, first.id), 1);
    delete process.env.FAKE_WAIT;
    const { outcome } = await run({}, runs);
    const end = await orphan.ended;
    expect(end.code === 143 || end.signal !== null).toBe(true);
    expect(outcome.done).toHaveLength(specs.length);
    expect(await results(runs)).toBe(await results(join(folder, "calm")));
  });

  it("finds an orphan by its command line when its number was never noted", async () => {
    await mkdir(join(folder, first.id), { recursive: true });
    await writeFile(join(folder, first.id, "run.json"), JSON.stringify(first));
    if (!existsSync("/proc/self/cmdline"))
      return expect(await identifyProcess(process.pid)).toEqual({ pid: process.pid });
    const [program = "", ...rest] = trainerArguments(command, join(folder, first.id));
    const orphan = spawn(program, rest, {
      stdio: "ignore",
      detached: true,
      env: { ...process.env, FAKE_WAIT: first.name },
    });
    const ended = new Promise((resolve) => orphan.on("close", (code, signal) => resolve(signal ?? code)));
    const { outcome } = await run();
    // By its own handler, or by the signal itself where it came before there was one.
    expect([143, "SIGTERM"]).toContain(await ended);
    expect(outcome.done).toHaveLength(specs.length);
  });

  it("notes in every run who was at it and how that ended", async () => {
    process.env.FAKE_CRASH = first.name;
    await run();
    const endings = async (spec: RunSpec) =>
      (await readAttempts(join(folder, spec.id))).map(({ ending, reason }) => [ending, reason]);
    expect(await endings(first)).toEqual([
      ["failed", expect.stringMatching(/told to crash/)],
      ["done", undefined],
    ]);
    expect(await endings(specs[1] as RunSpec)).toEqual([["done", undefined]]);
    expect(countAttempts(await readAttempts(join(folder, first.id)))).toEqual({
      attempts: 2,
      failures: 1,
      preemptions: 0,
      lost: 0,
    });
  });

  it("goes on with a run that is killed from outside as long as it gets any further, and sets one aside that does not", async () => {
    // It kills itself, which nobody can tell from the system's doing, at every seventh report: each time with a checkpoint more.
    const diesOften = [
      process.execPath,
      "--import",
      `data:text/javascript,${encodeURIComponent(`
        import fs from "node:fs";
        import { syncBuiltinESMExports } from "node:module";
        const { writeFileSync } = fs;
        let reports = 0;
        fs.writeFileSync = (path, ...rest) => {
          writeFileSync(path, ...rest);
          if (path.includes(${JSON.stringify(first.id)}) && path.endsWith("metrics.jsonl") && ++reports === 7)
            process.kill(process.pid, "SIGKILL");
        };
        syncBuiltinESMExports();
      `)}`,
      FAKE,
    ];
    const path = join(folder, first.id);
    const { outcome } = await run({ command: diesOften });
    const kills = (await readAttempts(path)).length - 1;
    expect(kills).toBeGreaterThan(3);
    expect(outcome).toMatchObject({ failed: [] });
    expect(countAttempts(await readAttempts(path))).toMatchObject({ preemptions: kills, failures: 0 });

    const killed = [process.execPath, "-e", "process.kill(process.pid, 'SIGKILL')"];
    const hopeless = await run({ command: killed }, join(folder, "hopeless"));
    expect(hopeless.outcome.failed).toHaveLength(specs.length);
    expect(hopeless.outcome.failed[0]?.reason).toMatch(/killed by SIGKILL/);
    expect(hopeless.events.filter(({ kind }) => kind === "preempted")).toHaveLength(3 * specs.length);
  });

  it("sets a run aside whose folder the system refuses, and trains the others", async () => {
    await writeFile(join(folder, first.id), "a file in its place");
    const { outcome } = await run();
    expect(outcome.failed).toEqual([{ spec: first, reason: expect.stringMatching(/not a folder \(ENOTDIR\)|EEXIST/) }]);
    expect(outcome.done).toHaveLength(specs.length - 1);
    await rm(join(folder, first.id));
    expect((await run()).outcome).toMatchObject({ trained: 1, failed: [] });
  });

  it("gives trainers their threads, and the run folder where {run} stands", async () => {
    const script = "require('fs').writeFileSync(process.argv[1] + '/threads', process.env.OMP_NUM_THREADS)";
    await startTrainer([process.execPath, "-e", script, "{run}"], folder, 3).then(({ ended }) => ended);
    expect(await readFile(join(folder, "threads"), "utf8")).toBe("3");
    expect(trainerArguments(["torchrun", "t.py"], "/r")).toEqual(["torchrun", "t.py", "/r"]);
    expect(trainerArguments(["t", "--run={run}", "-v"], "/r")).toEqual(["t", "--run=/r", "-v"]);
  });
});

describe("a study that is controlled while it trains", () => {
  const runs = () => join(folder, "study", "runs");
  const studyFolder = () => join(folder, "study");
  /** Acts once the first run is half-way, where it waits. */
  const halfWay = (act: () => Promise<void>): Promise<void> => {
    process.env.FAKE_WAIT = first.name;
    return whenItWaits(join(runs(), first.id), act);
  };

  it("lets a paused run save itself and wait, trains others in its place, and goes on with it to the same bits, however soon", async () => {
    await run({}, join(folder, "calm"));
    const kinds: string[] = [];
    const acting = halfWay(() => placeHold(studyFolder(), "paused", first.id));
    const onEvent = (event: ExecutionEvent) => {
      if (event.spec.id !== first.id) return;
      kinds.push(event.kind);
      // Before control is looked at again, and whether or not others are still at work.
      if (event.kind === "paused") rmSync(join(studyFolder(), "control", `${first.id}.pause`));
    };
    const { outcome } = await run({ studyFolder: studyFolder(), onEvent }, runs());
    await acting;
    expect(kinds).toEqual(["started", "paused", "started", "done"]);
    expect(outcome).toMatchObject({ held: [], failed: [] });
    expect((await readAttempts(join(runs(), first.id))).map(({ ending, reason }) => [ending, reason])).toEqual([
      ["stopped", "paused"],
      ["done", undefined],
    ]);
    expect(await results(runs())).toBe(await results(join(folder, "calm")));
  });

  it("ends when only paused runs are left, tells them, and trains them when they are resumed", async () => {
    process.env.FAKE_WAIT = "*";
    const [longest] = [...specs].sort((a, b) => costOf(b) - costOf(a)) as [RunSpec];
    const acting = whenItWaits(join(runs(), longest.id), () => placeHold(studyFolder(), "paused"));
    const { outcome } = await run({ studyFolder: studyFolder() }, runs());
    await acting;
    expect(outcome.done.length).toBeLessThan(specs.length);
    expect(outcome.held?.map(({ hold }) => hold)).toEqual(
      Array.from({ length: specs.length - outcome.done.length }, () => "paused"),
    );
    expect(outcome.stopped).toBe(false);
    expect(await readRunState(join(runs(), longest.id))).toMatchObject({ status: "paused" });
    expect((await run({ studyFolder: studyFolder() }, runs())).events).toEqual([]);
    await liftHold(studyFolder());
    delete process.env.FAKE_WAIT;
    expect((await run({ studyFolder: studyFolder() }, runs())).outcome.done).toHaveLength(specs.length);
  });

  it("sets a cancelled run aside, leaves it out of the records with its reason, and takes it back", async () => {
    const acting = halfWay(() => placeHold(studyFolder(), "cancelled", first.id));
    const { outcome } = await run({ studyFolder: studyFolder() }, runs());
    await acting;
    expect(outcome.done).toHaveLength(specs.length - 1);
    expect(outcome.held).toEqual([{ spec: first, hold: "cancelled" }]);
    const { records, dropped } = await toRecords(await readRuns(runs()), study.counting, "fit");
    expect(records).toHaveLength(specs.length - 1);
    expect(dropped).toEqual([{ id: first.id, name: first.name, reason: "cancelled" }]);
    await liftHold(studyFolder(), first.id);
    expect((await run({ studyFolder: studyFolder() }, runs())).outcome).toMatchObject({ trained: 1, held: [] });
  });
});

describe("run folders", () => {
  it("tell the status from their files, whatever state they were left in", async () => {
    await run();
    const path = join(folder, first.id);
    const statusNow = async () => (await readRunState(path))?.status;
    expect(await statusNow()).toBe("done");
    await rm(join(path, "result.json"));
    expect(await statusNow()).toBe("running");
    const whole = await readFile(join(path, "metrics.jsonl"), "utf8");
    await appendFile(join(path, "metrics.jsonl"), '{"step": 99, "tokens": 1');
    const state = await readRunState(path);
    expect(state?.status).toBe("running");
    expect(state?.last).toEqual(JSON.parse(whole.trim().split("\n").at(-1) ?? ""));
    await rm(join(path, "metrics.jsonl"));
    await rm(join(path, "checkpoint"), { recursive: true });
    expect(await statusNow()).toBe("pending");
    await writeFile(join(path, "run.json"), '{"contract": 2}');
    await expect(readRunState(path)).rejects.toMatchObject({ code: "run-spec-invalid" });
    expect(await readRunState(join(folder, "none"))).toBeUndefined();
  });

  it("that have been edited are refused", async () => {
    await run();
    await writeFile(join(folder, first.id, "run.json"), JSON.stringify({ ...first, seed: 5 }));
    await expect(run()).rejects.toMatchObject({ code: "run-spec-conflict" });
  });
});

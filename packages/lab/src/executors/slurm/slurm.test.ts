import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { RunSpec } from "@isoflop/trainer";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { corpus } from "../../fixtures/corpus.js";
import { readAttempts } from "../../runs/attempts.js";
import { readRuns, toRecords } from "../../runs/records.js";
import { readLastMetrics, readResult } from "../../runs/status.js";
import { parseStudy } from "../../study/parse.js";
import { resolveRuns } from "../../study/resolve.js";
import type { ExecutionEvent } from "../execution.js";
import { runLocally } from "../local.js";
import { alive, readTasks } from "./atWork.js";
import { cancelTasks } from "./cancel.js";
import { type Cluster, hasSlurm, startCluster, until } from "./fixtures/cluster.js";
import type { SlurmOptions } from "./runOnSlurm.js";

const here = fileURLToPath(new URL(".", import.meta.url));
const FAKE = join(here, "..", "fixtures", "fakeTrainer.mjs");
const command = [process.execPath, FAKE];
// The built lab, whose task program a node can start: `npm test` builds first.
const built = pathToFileURL(join(here.replace("/src/", "/dist/"), "runOnSlurm.js")).href;
const { runOnSlurm }: typeof import("./runOnSlurm.js") = await import(built);

const yaml = (executor: string) =>
  `name: t\ndata: { corpus: x }\ndesign: { kind: isoflop, budgets: [1e10, 4e10], sizes: 3, span: 4 }\nexecutor: { kind: slurm, poll: 0.3, ${executor} }`;
const study = parseStudy(yaml(""), "study.yaml");
const specs = resolveRuns(study, corpus);
const [first, second] = specs as [RunSpec, RunSpec];

function settingsOf(executor: string): SlurmOptions["settings"] {
  const settings = parseStudy(yaml(executor), "study.yaml").executor;
  if (settings.kind !== "slurm") throw new Error("the study is for Slurm");
  return settings;
}

describe.skipIf(!hasSlurm())("the Slurm executor", () => {
  let cluster: Cluster;
  let folder: string;
  let calm: string;
  beforeAll(async () => {
    cluster = await startCluster();
    calm = await mkdtemp(join(tmpdir(), "isoflop-calm-"));
    await runLocally(specs, { runsFolder: calm, command, workers: 2 });
  });
  afterAll(async () => {
    await cluster.stop();
    await rm(calm, { recursive: true, force: true });
  });
  beforeEach(async () => {
    folder = join(await mkdtemp(join(tmpdir(), "isoflop-study-")), "a study's 100% folder");
  });
  afterEach(async () => {
    for (const name of Object.keys(process.env)) if (name.startsWith("FAKE_")) delete process.env[name];
    cluster.ask("scancel", "--user=root");
    await until("an empty queue", () => cluster.ask("squeue", "--noheader") === "");
    await rm(join(folder, ".."), { recursive: true, force: true });
  });

  async function run(which: readonly RunSpec[], executor = "", extra: Partial<SlurmOptions> = {}) {
    const events: ExecutionEvent[] = [];
    const said: string[] = [];
    const outcome = await runOnSlurm(which, {
      studyFolder: folder,
      studyName: "t",
      runsFolder: join(folder, "runs"),
      command,
      settings: settingsOf(executor),
      onEvent: (event) => events.push(event),
      say: (line) => said.push(line),
      ...extra,
    });
    return { outcome, events, said };
  }
  const runFolder = ({ id }: RunSpec) => join(folder, "runs", id);
  const log = (job: string) => readFile(join(folder, "slurm", "1", `${job}.out`), "utf8");
  const attempts = (spec: RunSpec) => readAttempts(runFolder(spec));
  const atStep = (spec: RunSpec) => async () => ((await readLastMetrics(runFolder(spec)))?.step ?? 0) > 0;
  /** Slurm lets a requeued task wait until its old credentials have run out. */
  const hurry = (job: string) => {
    try {
      cluster.ask("scontrol", "update", `job=${job}`, "StartTime=now");
    } catch {
      // Not yet requeued, or started already.
    }
  };
  async function results(runs: string, which: readonly RunSpec[] = specs): Promise<string> {
    const { records } = await toRecords(
      await readRuns(runs, new Set(which.map(({ id }) => id))),
      study.counting,
      "fit",
    );
    return JSON.stringify(records);
  }
  const expectCalmResults = async (which: readonly RunSpec[] = specs) =>
    expect(await results(join(folder, "runs"), which)).toBe(await results(calm, which));

  it("trains every run once on two nodes, in arrays that the site takes, to the local executor's results", async () => {
    process.env.FAKE_STEP_MS = "50";
    const { outcome, said } = await run(specs);
    expect(outcome).toMatchObject({ trained: specs.length, failed: [], diverged: [], open: [], stopped: false });
    expect(said[0]).toMatch(/^submitted 6 runs to Slurm: job \d+ \(4 tasks\), \d+ \(2 tasks\)$/);
    await expectCalmResults();
    for (const spec of specs)
      expect(await attempts(spec)).toMatchObject([{ ending: "done", job: expect.stringMatching(/^\d+_[0-3]$/) }]);
    const logs = (await readdir(join(folder, "slurm", "1"))).filter((name) => name.endsWith(".out"));
    const texts = await Promise.all(logs.map((name) => readFile(join(folder, "slurm", "1", name), "utf8")));
    expect(new Set(texts.map((text) => / on (\w+):/.exec(text)?.[1]))).toEqual(new Set(["n1", "n2"]));
    const again = await run(specs);
    expect(again.outcome).toMatchObject({ trained: 0 });
    expect(again.events).toEqual([]);
    expect(await readdir(join(folder, "slurm"))).toEqual(["1"]);
  });

  it("packs runs into tasks, several at a time, within the tasks that may run at once", async () => {
    process.env.FAKE_STEP_MS = "20";
    const { outcome, said } = await run(specs, "runsPerTask: 3, atOnce: 2, concurrency: 1");
    expect(outcome).toMatchObject({ trained: specs.length, failed: [] });
    expect(said[0]).toMatch(/\(2 tasks\)$/);
    const all = (await Promise.all(specs.map(attempts))).flat();
    const tasks = [...new Set(all.map(({ job }) => job))].map((job) => all.filter((attempt) => attempt.job === job));
    expect(tasks.map((of) => of.length)).toEqual([3, 3]);
    const began = (of: typeof all) => of.map((attempt) => attempt.began).sort();
    const spans = tasks.map((of) => ({
      from: began(of)[0] ?? "",
      to:
        of
          .map(({ ended = "" }) => ended)
          .sort()
          .at(-1) ?? "",
    }));
    const [early, late] = spans.sort((one, other) => (one.from < other.from ? -1 : 1));
    expect((late?.from ?? "") >= (early?.to ?? "none")).toBe(true);
    // Two at once: the second run of a task does not wait for the first.
    for (const of of tasks)
      expect((began(of)[1] ?? "none") < (of.map(({ ended = "" }) => ended).sort()[0] ?? "")).toBe(true);
    await expectCalmResults();
  });

  it("leaves the cluster at work when it is stopped, and finds it again without submitting twice", async () => {
    process.env.FAKE_STEP_MS = "60";
    const stop = new AbortController();
    const watching = run(specs, "", { signal: stop.signal });
    await until("a start", atStep(first));
    stop.abort();
    expect((await watching).outcome).toMatchObject({ stopped: true });
    // As after a lab that was killed before it could note sbatch's answer.
    const noted = join(folder, "slurm", "1", "array-0.json");
    const { job: _, ...unanswered } = JSON.parse(await readFile(noted, "utf8"));
    await writeFile(noted, JSON.stringify(unanswered));
    const { outcome, said } = await run(specs);
    expect(said[0]).toMatch(/runs are with Slurm already/);
    expect(outcome.done).toHaveLength(specs.length);
    expect(await readdir(join(folder, "slurm"))).toEqual(["1"]);
    await expectCalmResults();
  });

  it("collects what the cluster did while no lab was there", async () => {
    const { outcome } = await run(specs, "", { detach: true });
    expect(outcome.open).toHaveLength(specs.length);
    await until("the cluster", async () =>
      (await Promise.all(specs.map((spec) => readResult(runFolder(spec))))).every(Boolean),
    );
    expect((await run(specs)).outcome).toMatchObject({ trained: 0, open: [] });
    await expectCalmResults();
  });

  it.each(["work", "cancelled"])(
    "a preempted task of partition %s goes on from its checkpoint, and it is no failure",
    async (partition) => {
      process.env.FAKE_STEP_MS = "100";
      const { job } = await submitted([first], `partition: ${partition}`);
      await until("a start", atStep(first));
      cluster.ask("sbatch", "--partition=urgent", "--nodes=2", "--exclusive", "--output=/dev/null", "--wrap=sleep 1");
      await until("the preemption", async () => (await attempts(first)).at(0)?.ending !== undefined);
      expect(await attempts(first)).toMatchObject([{ ending: "preempted", job, reason: "preempted by Slurm" }]);
      await finished([first], job);
      expect(await attempts(first)).toMatchObject([
        { ending: "preempted", job },
        { ending: "done", job },
      ]);
      expect((await log(job)).match(/start \d/g)).toEqual(["start 0", "start 1"]);
      await expectCalmResults([first]);
    },
  );

  it("a task near its time limit writes a checkpoint and goes back into the queue", async () => {
    process.env.FAKE_STEP_MS = "400";
    const { job } = await submitted([first], "time: 1, warning: 58");
    await finished([first], job);
    const all = await attempts(first);
    expect(all.length).toBeGreaterThan(1);
    for (const attempt of all.slice(0, -1)) expect(attempt).toMatchObject({ ending: "timeout", job });
    expect(all.at(-1)).toMatchObject({ ending: "done", job });
    await expectCalmResults([first]);
  });

  it("a killed trainer goes on in its task; a killed task is submitted again", async () => {
    process.env.FAKE_STEP_MS = "60";
    const watching = run([first, second]);
    await until("a start", atStep(first));
    await until("a start", atStep(second));
    process.kill(JSON.parse(await readFile(join(runFolder(first), ".process.json"), "utf8")).pid, "SIGKILL");
    process.kill(JSON.parse(await readFile(join(runFolder(second), ".claim.json"), "utf8")).pid, "SIGKILL");
    const { outcome } = await watching;
    expect(outcome).toMatchObject({ trained: 2, failed: [] });
    const [ofFirst, ofSecond] = [await attempts(first), await attempts(second)];
    expect(ofFirst).toMatchObject([{ ending: "preempted", reason: "killed by SIGKILL" }, { ending: "done" }]);
    expect(ofFirst[0]?.job).toBe(ofFirst[1]?.job);
    expect(ofSecond).toMatchObject([{}, { ending: "done" }]);
    expect(ofSecond[0]).not.toHaveProperty("ending");
    expect(ofSecond[0]?.job).not.toBe(ofSecond[1]?.job);
    await expectCalmResults([first, second]);
  });

  it("a failing run is tried once more, then set aside with its reason, and tried again next time", async () => {
    process.env.FAKE_CRASH = second.name;
    process.env.FAKE_NEVER = first.name;
    const { outcome } = await run([first, second]);
    expect(outcome.done.map(({ id }) => id)).toEqual([second.id]);
    expect(outcome.failed).toMatchObject([
      { spec: { id: first.id }, reason: expect.stringMatching(/told to crash.*exit code 1/s) },
    ]);
    expect(await readResult(runFolder(first))).toMatchObject({ status: "failed" });
    expect(await attempts(first)).toMatchObject([{ ending: "failed" }, { ending: "failed" }]);
    expect(await attempts(second)).toMatchObject([{ ending: "failed" }, { ending: "done" }]);
    delete process.env.FAKE_NEVER;
    expect((await run([first, second])).outcome).toMatchObject({ trained: 1, failed: [] });
    await expectCalmResults([first, second]);
  });

  it("a node that is lost while its trainer lives on hands its run over to the task's next start", async () => {
    process.env.FAKE_STEP_MS = "250";
    const { job } = await submitted([first], "extra: [--nodelist=n1]");
    await until("a start", atStep(first));
    const before = JSON.parse(await readFile(join(runFolder(first), ".claim.json"), "utf8"));
    cluster.loseNode("n1");
    try {
      process.kill(before.pid, 0);
      cluster.ask("scontrol", "update", `job=${job}`, "ReqNodeList=n2");
      await finished([first], job);
    } finally {
      await cluster.restoreNode("n1");
    }
    expect(await attempts(first)).toMatchObject([
      { ending: "preempted", reason: "left to a later start of its task" },
      { ending: "done", job },
    ]);
    expect(await log(job)).toMatch(/start 1, on n2/);
    await expectCalmResults([first]);
  });

  it("cancels all that is queued or at work, running tasks with a checkpoint", async () => {
    process.env.FAKE_STEP_MS = "250";
    const watching = run(specs);
    await until("a start", atStep(first));
    expect(await cancelTasks(folder)).toBe(specs.length);
    const { outcome } = await watching;
    expect(outcome.withdrawn).toHaveLength(specs.length);
    expect(outcome.done).toEqual([]);
    expect(alive(await readTasks(folder))).toEqual([]);
    expect(await attempts(first)).toMatchObject([{ ending: "stopped" }]);
    process.env.FAKE_STEP_MS = "1";
    expect((await run(specs)).outcome.done).toHaveLength(specs.length);
    await expectCalmResults();
  });

  it("what Slurm refuses, and what a node cannot do, is said with its remedy", async () => {
    await expect(run([first], "partition: nowhere")).rejects.toMatchObject({
      code: "slurm-refused",
      message: expect.stringMatching(/[Ii]nvalid partition.*Nothing was submitted/),
      hint: expect.stringMatching(/sinfo -s/),
    });
    await expect(run([first], "gpus: 2")).rejects.toMatchObject({
      code: "slurm-refused",
      hint: expect.stringMatching(/GPU/),
    });
    // A node that cannot see the folder has nowhere to write its log.
    const unseen = await run([first], "extra: [--output=/nowhere/at/all.out]");
    expect(unseen.outcome.failed[0]?.reason).toMatch(
      /\d+_0 ended \(FAILED\) on n\d and wrote nothing.*must lie on a file system shared/s,
    );
    const broken = await run([second], "setup: exit 7");
    expect(broken.outcome.failed[0]?.reason).toMatch(/ended \(FAILED\) on n\d without starting the trainer/);
  });

  async function submitted(which: readonly RunSpec[], executor: string): Promise<{ readonly job: string }> {
    await mkdir(folder, { recursive: true });
    await run(which, executor, { detach: true });
    return { job: (await readTasks(folder))[0]?.job ?? "" };
  }
  async function alivePending(job: string): Promise<boolean> {
    return alive(await readTasks(folder)).some((task) => task.job === job && task.queued?.state === "PENDING");
  }
  /** Waits until the cluster has finished runs by itself. */
  async function finished(which: readonly RunSpec[], job: string): Promise<void> {
    await until("the end", async () => {
      if (await alivePending(job)) hurry(job);
      return (await Promise.all(which.map((spec) => readResult(runFolder(spec))))).every(Boolean);
    });
    await until("the task's end", async () => alive(await readTasks(folder)).length === 0);
  }
});

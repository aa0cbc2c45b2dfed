import { spawnSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Cluster, hasSlurm, startCluster, until } from "../executors/slurm/fixtures/cluster.js";
import { command } from "../fixtures/testIo.js";
import { readAttempts } from "../runs/attempts.js";
import { readLastMetrics } from "../runs/status.js";

// The built command, whose trainer and task program a node can start: `npm test` builds first.
const BUILT = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-cli-slurm-"));
  process.env.ISOFLOP_CACHE = join(folder, "cache");
  await writeFile(join(folder, "text.txt"), "Fellow citizens of the Senate and of the House. ".repeat(100_000));
});
afterEach(async () => {
  delete process.env.ISOFLOP_CACHE;
  await rm(folder, { recursive: true, force: true });
});

async function makeStudy(name: string, executor: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(path, { recursive: true });
  const design = "design: { kind: isoflop, budgets: [1e10], sizes: 3 }";
  const text = `name: clustered\ndata: { corpus: ../text.txt }\n${design}\nexecutor: ${executor}\n`;
  await writeFile(join(path, "study.yaml"), text);
  return path;
}
function isoflop(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BUILT, ...args], { encoding: "utf8" });
  return { code: status, stdout, stderr };
}
/** Lets a process that stands still go on; Slurm may have done so before, and it may be gone. */
function goOn(pid: number): void {
  try {
    process.kill(pid, "SIGCONT");
  } catch (error) {
    expect(error).toMatchObject({ code: "ESRCH" });
  }
}
/** Whether a process that stands still has a SIGTERM before it. */
async function isToldToStop(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const pending = [...status.matchAll(/^(?:Sig|Shd)Pnd:\s*(\w+)$/gm)].map(([, bits]) => BigInt(`0x${bits}`));
  return status === "" || pending.some((bits) => ((bits >> 14n) & 1n) === 1n);
}
const statusOf = (path: string) => JSON.parse(isoflop("status", path, "--json").stdout);

describe("a study for Slurm", () => {
  it("is shown before it is submitted: arrays, tasks, and what sbatch is asked for", async () => {
    const executor = "{ kind: slurm, partition: gpu, time: '2:00:00', gpus: 1, runsPerTask: 2, atOnce: 2, memory: 4G }";
    const path = await makeStudy("planned", executor);
    const shown = await command("run", path, "--dry-run", "--speed", "1e10");
    expect(shown.stderr).not.toMatch(/measuring the speed/);
    expect(shown.stdout).toMatch(/on 3 runs at a time, once they have left the queue \(speed: stated\)/);
    expect(shown.stdout).toMatch(/Slurm: 3 runs not done in 2 tasks, 1 array \(at most \d+ tasks an array/);
    expect(shown.stdout).toMatch(
      / {2}sbatch --parsable .*--array=0-1 .*--cpus-per-task=2 --partition=gpu --gres=gpu:1 --mem=4G --time=2:00:00 task\.sh\n/,
    );
    const { slurm, workers } = JSON.parse(
      (await command("run", path, "--dry-run", "--json", "--speed", "1e10")).stdout,
    );
    expect(slurm).toMatchObject({ runs: 3, tasks: 2, arrays: [{ first: 0, count: 2 }] });
    expect(workers).toBe(3);
  });

  it("says what its file has wrong, and where", async () => {
    const path = await makeStudy(
      "wrong",
      "{ kind: slurm, memory: lots, extra: [script.sh], workers: 3, partition: '-x' }",
    );
    const { code, stderr } = await command("run", path);
    expect(code).toBe(2);
    for (const said of [
      /executor\.memory: expected a size/,
      /executor\.extra\[0\]: expected options of sbatch/,
      /unknown key workers in executor/,
      /executor\.partition: must be one word/,
    ]) {
      expect(stderr).toMatch(said);
    }
    const local = await makeStudy("local", "{ kind: local }");
    expect(await command("run", local, "--submit")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/nothing to submit them to/),
    });
  });

  it("without Slurm on the machine is told so, with what to do", async () => {
    const path = await makeStudy("lost", "{ kind: slurm }");
    const paths = process.env.PATH;
    process.env.PATH = folder;
    try {
      const { code, stderr } = await command("run", path);
      expect(code).toBe(2);
      expect(stderr).toMatch(/(scontrol|sbatch) is not to be found on this machine/);
      expect(stderr).toMatch(/login node/);
      expect((await command("run", path, "--dry-run", "--speed", "1e10")).stdout).toMatch(
        /1001 tasks an array, assumed/,
      );
    } finally {
      process.env.PATH = paths;
    }
  });
});

describe.skipIf(!hasSlurm())("isoflop on a cluster", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.stop(), 60_000);

  it("submits, shows and collects a study of the built-in trainer, to the local executor's bits, one task requeued on its way", async () => {
    // Held in the queue until all that is said of it there has been seen.
    const executor = "{ kind: slurm, poll: 0.3, extra: [--hold] }";
    const path = await makeStudy("clustered", executor);
    const submitted = isoflop("run", path, "--submit");
    expect(submitted).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^0 runs are done; 3 are left to the cluster/),
    });
    const { runs } = statusOf(path);
    expect(runs).toHaveLength(3);
    expect(runs[0].slurm).toMatchObject({ job: expect.stringMatching(/^\d+_\d+$/) });
    expect(isoflop("status", path).stdout).toMatch(/ Slurm *\n.*\n.* \d+_\d+ (PENDING|RUNNING)/);
    const refused = isoflop("run", await makeStudy("clustered", "{ kind: local }"));
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/still with Slurm/) });
    await makeStudy("clustered", executor);
    const [{ id, slurm }] = runs;
    const run = join(path, "runs", id);
    for (const job of new Set(runs.map((one: typeof slurm) => one.slurm.job.split("_")[0])))
      cluster.ask("scontrol", "release", `${job}`);
    await until("a step", async () => ((await readLastMetrics(run))?.step ?? 0) > 0);
    // However fast it is, it is not through before it is told to stop.
    const { pid } = JSON.parse(await readFile(join(run, ".process.json"), "utf8"));
    process.kill(pid, "SIGSTOP");
    cluster.ask("scontrol", "requeue", slurm.job);
    await until("what stops it", () => isToldToStop(pid));
    goOn(pid);
    await until("the end of its first start", async () => (await readAttempts(run))[0]?.ending !== undefined);
    const collected = isoflop("run", path, "--json");
    expect(collected.stderr).toMatch(/runs are with Slurm already/);
    expect(JSON.parse(collected.stdout)).toMatchObject({ runs: 3, done: 3, failed: [] });
    expect(await readAttempts(run)).toMatchObject([
      { ending: "preempted", reason: "ended by Slurm: job requeue" },
      { ending: "done" },
    ]);
    expect(statusOf(path).runs[0]).toMatchObject({ status: "done", preemptions: 1, failures: 0 });
    const local = await makeStudy("local", "{ kind: local, workers: 2 }");
    expect(isoflop("run", local).code).toBe(0);
    for (const one of runs) {
      const results = await Promise.all(
        [path, local].map(async (study) =>
          JSON.parse(await readFile(join(study, "runs", one.id, "result.json"), "utf8")),
        ),
      );
      const [there, here] = results.map(({ wallSeconds: _, sessions: __, ...rest }) => rest);
      expect(there).toEqual(here);
    }
  });
});

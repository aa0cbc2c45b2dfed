import { chmod, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseStudy } from "../../study/parse.js";
import { shareOut } from "./devices.js";
import { settingsOf, specs } from "./fixtures/clusterStudy.js";
import { causeIn, slurmSeconds } from "./interruption.js";
import { markProgress } from "./progressMark.js";
import { isAlive, parseQueue } from "./queue.js";
import { readSubmissions } from "./submission.js";
import { submit } from "./submit.js";

/** A site that takes three jobs of a user and no more (or any number, so many at a time): limits that Slurm keeps only with its accounting database. */
const SITE = `#!/usr/bin/env node
const { appendFileSync, existsSync, readFileSync, writeFileSync } = require("node:fs");
const array = process.argv.find((argument) => argument.startsWith("--array="));
const size = Number(/0-(\\d+)/.exec(array)[1]) + 1;
const held = existsSync(process.env.SITE) ? Number(readFileSync(process.env.SITE, "utf8")) : 0;
const [atATime, all] = process.env.ROOM === undefined ? [3, 3] : [Number(process.env.ROOM), 100];
if (size > atATime || held + size > all) {
  process.stderr.write("sbatch: error: AssocMaxSubmitJobLimit\\nsbatch: error: Batch job submission failed: Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)\\n");
  process.exit(1);
}
writeFileSync(process.env.SITE, String(held + size));
appendFileSync(process.env.SITE + ".calls", JSON.stringify({ argv: process.argv.slice(2), env: process.env }) + "\\n");
process.stdout.write(\`\${100 + held};cluster\\n\`);
`;

let folder: string;
const path = process.env.PATH;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-site-"));
  await mkdir(join(folder, "bin"));
  await writeFile(join(folder, "bin", "sbatch"), SITE);
  await chmod(join(folder, "bin", "sbatch"), 0o755);
  process.env.PATH = `${join(folder, "bin")}:${path}`;
  process.env.SITE = join(folder, "held");
});
afterEach(async () => {
  process.env.PATH = path;
  delete process.env.SITE;
  delete process.env.ROOM;
  delete process.env.SLURM_MEM_PER_CPU;
  await rm(folder, { recursive: true, force: true });
});
const submitTo = (studyFolder: string, executor: string, atWork = 0) =>
  submit(specs, {
    studyFolder,
    studyName: "t",
    runs: "runs",
    command: ["x"],
    settings: settingsOf(executor),
    atWork,
    largest: 1000,
  });

describe("a submission", () => {
  it("takes as many jobs as the site's limit has room for, and keeps the others", async () => {
    const study = join(folder, "study");
    const { arrays, left } = await submitTo(study, "");
    expect(arrays).toEqual([{ job: "100", tasks: 3 }]);
    expect(left).toHaveLength(specs.length - 3);
    const [submission] = await readSubmissions(study);
    expect(submission?.arrays).toMatchObject([
      { first: 0, count: 3, job: "100" },
      { first: 3, over: true },
    ]);
    const taken = submission?.manifest.tasks.slice(0, 3).flat() ?? [];
    expect([...taken, ...left.map(({ id }) => id)].sort()).toEqual(specs.map(({ id }) => id).sort());
    // Tasks are at work: the limit is theirs, and there will be room.
    expect((await submitTo(study, "", 3)).left).toHaveLength(specs.length);
    // With none at work there will never be.
    await expect(submitTo(study, "", 0)).rejects.toMatchObject({
      code: "slurm-refused",
      message: expect.stringMatching(/AssocMaxSubmitJobLimit/),
    });
  });

  it("that is halved keeps to the tasks that may run at a time: one half waits for the other", async () => {
    process.env.ROOM = "2";
    await submitTo(join(folder, "study"), "concurrency: 2");
    const calls = (await readFile(join(folder, "held.calls"), "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const asked = calls.map(({ argv }) => argv.filter((argument: string) => /^--(array|dependency)/.test(argument)));
    expect(asked).toEqual([
      ["--array=0-0%2"],
      ["--array=0-1%2", "--dependency=afterany:100"],
      ["--array=0-0%2", "--dependency=afterany:101"],
      ["--array=0-1%2", "--dependency=afterany:103"],
    ]);
  });

  it("asks sbatch for what the study says, without a shell, and not for what a job around it has", async () => {
    process.env.SLURM_MEM_PER_CPU = "1";
    const executor = `partition: gpu, account: me, qos: low, constraint: "a100&ib", gpus: "h100:2", memory: 16G, time: "1-12", threads: 4, atOnce: 2, runsPerTask: 3, concurrency: 1, warning: 300, extra: ["--comment=$(touch x); 'y'"], setup: ["module load node", "export A='b c'"]`;
    const study = join(folder, "it's $(here) 5%");
    await submitTo(study, executor);
    const { argv, env } = JSON.parse(await readFile(join(folder, "held.calls"), "utf8"));
    const submission = join(study, "slurm", "1");
    expect(argv).toEqual([
      "--parsable",
      expect.stringMatching(/^--job-name=isoflop-t-[0-9a-f]{8}-0$/),
      "--array=0-1%1",
      `--output=${join(folder, "it's $(here) 5%%", "slurm", "1", "%A_%a.out")}`,
      "--open-mode=append",
      "--requeue",
      "--nodes=1",
      "--signal=B:USR2@300",
      "--cpus-per-task=8",
      "--partition=gpu",
      "--account=me",
      "--qos=low",
      "--constraint=a100&ib",
      "--gres=gpu:h100:2",
      "--mem=16G",
      "--time=1-12",
      "--comment=$(touch x); 'y'",
      join(submission, "task.sh"),
      "0",
    ]);
    expect(env).not.toHaveProperty("SLURM_MEM_PER_CPU");
    const script = await readFile(join(submission, "task.sh"), "utf8");
    expect(script.split("\n").slice(0, 5)).toEqual([
      "#!/bin/bash",
      expect.stringMatching(/^#/),
      "trap '' USR2",
      "module load node",
      "export A='b c'",
    ]);
    expect(script).toContain(`'${submission.replaceAll("'", "'\\''")}' "$1"`);
  });
});

describe("what Slurm says", () => {
  it("of tasks is read line by line, also when one is told twice", () => {
    const queue = parseQueue(
      "7_0|RUNNING|n1|None\n7_1|PENDING||ReqNodeNotAvail, UnavailableNodes:n[1|2]\n7_0|PREEMPTED|n2|None\nrubbish\n8|RUNNING|n1|None\n",
    );
    expect([...queue.keys()]).toEqual(["7_0", "7_1"]);
    expect(queue.get("7_0")).toMatchObject({ state: "RUNNING", node: "n1" });
    expect(queue.get("7_1")?.reason).toBe("ReqNodeNotAvail, UnavailableNodes:n[1|2]");
    expect(isAlive(queue.get("7_1"))).toBe(true);
    expect(isAlive({ job: "7_2", state: "OUT_OF_MEMORY", node: "", reason: "" })).toBe(false);
    expect(isAlive(undefined)).toBe(false);
  });

  it("of times is read in all its forms", () => {
    expect(["0:05", "10:00", "1:00:00", "2-01:00:00", "UNLIMITED", ""].map(slurmSeconds)).toEqual([
      5,
      600,
      3600,
      176_400,
      undefined,
      undefined,
    ]);
  });
});

describe("why a task got SIGTERM", () => {
  it.each([
    [" DUE TO PREEMPTION", { ending: "preempted", requeue: true }],
    [" DUE TO TIME LIMIT", { ending: "timeout", requeue: true }],
    [" DUE TO NODE FAILURE", { ending: "preempted", requeue: false }],
    [" DUE TO JOB REQUEUE", { ending: "preempted", requeue: false }],
    ["", { ending: "stopped", requeue: false }],
  ])("is in its log: CANCELLED AT …%s", (why, cause) => {
    const notice = `slurmstepd-n1: error: *** JOB 5 ON n1 CANCELLED AT 2026-11-26T03:56:57${why} ***`;
    expect(causeIn(`a line of the trainer's\n${notice}\n`)).toMatchObject(cause);
  });

  it("is taken for a preemption where nothing is said: never put back into the queue against somebody's will", () => {
    expect(causeIn("")).toMatchObject({ ending: "preempted", requeue: false });
  });
});

describe("progress", () => {
  it("is a later step with a newer checkpoint; starts without are counted, whatever ended them", async () => {
    const at = async (step: number, checkpoint: number | undefined) => {
      const line = { step, tokens: step, flops: 1, time: 1, "train/loss": 1, lr: 1, grad_norm: 1 };
      await writeFile(join(folder, "metrics.jsonl"), `${JSON.stringify(line)}\n`);
      await mkdir(join(folder, "checkpoint"), { recursive: true });
      if (checkpoint !== undefined) {
        await writeFile(join(folder, "checkpoint", "state"), "");
        await utimes(join(folder, "checkpoint", "state"), checkpoint, checkpoint);
      }
      return markProgress(folder);
    };
    expect(await markProgress(folder)).toBe(0);
    expect(await markProgress(folder)).toBe(1);
    // Steps that no checkpoint has are lost with the task; a checkpoint of the same step is none the further.
    expect(await at(10, undefined)).toBe(2);
    expect(await at(10, 1000)).toBe(0);
    expect(await at(10, 2000)).toBe(1);
    expect(await at(12, 2000)).toBe(0);
    expect(await at(12, 2000)).toBe(1);
  });
});

describe("the study files of the documentation", () => {
  it.each(["docs/slurm.md", "examples/slurm/study.yaml"])("%s is a study for Slurm as it stands", async (name) => {
    const text = await readFile(fileURLToPath(new URL(`../../../../../${name}`, import.meta.url)), "utf8");
    const yaml = name.endsWith(".md") ? (/```yaml\n([\s\S]*?)```/.exec(text)?.[1] ?? "") : text;
    expect(parseStudy(yaml, name).executor.kind).toBe("slurm");
  });
});

describe("the GPUs of a task", () => {
  it("are shared out among the runs that it trains at once", () => {
    const four = { CUDA_VISIBLE_DEVICES: "0,1,2,3" };
    expect(shareOut(four, 2)).toEqual([{ CUDA_VISIBLE_DEVICES: "0,1" }, { CUDA_VISIBLE_DEVICES: "2,3" }]);
    expect(shareOut(four, 1)).toEqual([{}]);
    expect(shareOut({ CUDA_VISIBLE_DEVICES: "GPU-a" }, 2)).toEqual([{}, {}]);
    expect(shareOut({}, 3)).toEqual([{}, {}, {}]);
  });
});

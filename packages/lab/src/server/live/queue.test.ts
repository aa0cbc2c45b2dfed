import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, delimiter, dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SlurmStatus } from "../../executors/slurm/status.js";
import { createSubmission, noteArray } from "../../executors/slurm/submission.js";
import { command } from "../../fixtures/testIo.js";
import { listRuns } from "../../runs/folder.js";
import { listenTo, makeStudy, serverOf } from "./fixtures.js";
import { watchQueue } from "./queueWatch.js";

describe("the watch over a queue", () => {
  it("asks nothing unasked, one question at a time, and none before the last answer is old", async () => {
    let clock = 0;
    const waiting: ((answer: SlurmStatus) => void)[] = [];
    const asked: string[] = [];
    const ask = (folder: string): Promise<SlurmStatus> => {
      asked.push(folder);
      return new Promise((resolve) => waiting.push(resolve));
    };
    const answer = async (status: SlurmStatus) => {
      waiting.shift()?.(status);
      await new Promise((resolve) => setImmediate(resolve));
    };
    const queue = watchQueue("study", { restMs: 15_000, ask, now: () => clock });
    expect(asked).toEqual([]);
    for (clock = 0; clock < 60_000; clock += 1000) queue.refresh();
    // Slurm has taken a minute, and was not asked again meanwhile.
    expect(asked).toEqual(["study"]);
    const first = { places: new Map([["a", { job: "1_0", state: "PENDING", reason: "Resources" }]]) };
    await answer(first);
    expect(queue.known()).toBe(first);
    for (let second = 0; second < 15; second++, clock += 1000) queue.refresh();
    expect(asked).toHaveLength(1);
    queue.refresh();
    expect(asked).toHaveLength(2);
    expect(queue.known()).toBe(first);
    await answer({ places: new Map(), problem: "Slurm does not answer" });
    expect(queue.known()).toEqual({ places: new Map(), problem: "Slurm does not answer" });
  });

  it("takes what went wrong in reading the notes for no answer", async () => {
    const ask = () => Promise.reject(new Error("EACCES: slurm"));
    const queue = watchQueue("study", { ask });
    queue.refresh();
    await new Promise((resolve) => setImmediate(resolve));
    expect(queue.known().problem).toBe("EACCES: slurm");
  });
});

describe("a study on Slurm", () => {
  /** Says what a file says, and notes that it was asked. */
  const SQUEUE = `#!${process.execPath}
const { appendFileSync, readFileSync } = require("node:fs");
appendFileSync(process.env.STAND_IN + ".calls", process.argv.slice(2).join(" ") + "\\n");
process.stdout.write(readFileSync(process.env.STAND_IN, "utf8"));
`;
  const path = process.env.PATH;
  let study: string;
  let answers: string;
  beforeEach(async () => {
    study = await makeStudy();
    answers = join(dirname(study), "queue");
    process.env.STAND_IN = answers;
    await command("pause", study);
    await command("run", study);
    await command("resume", study);
    const text = await readFile(join(study, "study.yaml"), "utf8");
    await writeFile(join(study, "study.yaml"), text.replace(/^executor:.*$/m, "executor: { kind: slurm }"));
  });
  afterEach(async () => {
    process.env.PATH = path;
    delete process.env.STAND_IN;
    delete process.env.ISOFLOP_CACHE;
    await rm(dirname(study), { recursive: true, force: true });
  });
  const calls = async () => (await readFile(`${answers}.calls`, "utf8").catch(() => "")).split("\n").length - 1;
  const standIn = async () => {
    const bin = join(dirname(study), "bin");
    await mkdir(bin);
    await writeFile(join(bin, "squeue"), SQUEUE);
    await chmod(join(bin, "squeue"), 0o755);
    process.env.PATH = `${bin}${delimiter}${path}`;
  };
  /** One task for each run, as the executor notes them. */
  const submitted = async (): Promise<string[]> => {
    const ids = (await listRuns(join(study, "runs"))).map((folder) => basename(folder));
    const tasks = ids.map((id) => [id]);
    const manifest = { version: 1, runs: "runs", command: ["x"], tasks, atOnce: 1, warning: 60 } as const;
    const { folder } = await createSubmission(study, { ...manifest, command: ["x"] });
    await noteArray(folder, 0, { first: 0, count: ids.length, name: "isoflop-t", job: "71" });
    return ids;
  };

  it("tells where squeue has its runs, as status does, and again when that changes; nobody who listens, no question", async () => {
    await standIn();
    const [first = "", second = ""] = await submitted();
    await writeFile(answers, "71_0|RUNNING|node-3|None\n71_1|PENDING||Resources\n71_2|COMPLETED|node-1|None\n");
    const { key, ask } = await serverOf(study);
    expect(await (await ask(`/${key}`)).json()).not.toHaveProperty("queueProblem");
    expect(await calls()).toBe(0);
    const page = listenTo(await ask(`/${key}/events`));
    await page.until(() => page.runs.get(first)?.slurm !== undefined);
    expect(page.runs.get(first)?.slurm).toEqual({ job: "71_0", state: "RUNNING", node: "node-3" });
    expect(page.runs.get(second)?.slurm).toEqual({ job: "71_1", state: "PENDING", reason: "Resources" });
    expect([...page.runs.values()].filter(({ slurm }) => slurm !== undefined)).toHaveLength(2);
    await page.until(() => page.state()?.training === true);
    const { runs } = JSON.parse((await command("status", study, "--json")).stdout);
    for (const run of runs) expect(page.runs.get(run.id)?.slurm).toEqual(run.slurm);

    await writeFile(answers, "71_0|COMPLETED|node-3|None\n71_1|RUNNING|node-4|None\n");
    await page.until(() => page.runs.get(second)?.slurm?.node === "node-4" && !page.runs.get(first)?.slurm);
    await page.close();
    const before = await calls();
    for (let i = 0; i < 5; i++) await ask(`/${key}`);
    expect(await calls()).toBeLessThanOrEqual(before + 1);
  });

  it("is shown where there is no squeue, which is said and no error", async () => {
    await submitted();
    process.env.PATH = join(dirname(study), "none");
    const { key, ask } = await serverOf(study);
    const page = listenTo(await ask(`/${key}/events`));
    await page.until(() => page.state()?.queueProblem !== undefined);
    expect(page.state()?.queueProblem).toMatch(/squeue is not to be found/);
    expect(page.state()).not.toHaveProperty("problem");
    expect(page.runs.size).toBe(9);
    await page.close();
  });

  it("of which nothing was submitted asks nothing", async () => {
    await standIn();
    const { key, ask } = await serverOf(study);
    const page = listenTo(await ask(`/${key}/events`));
    await page.until(() => page.runs.size === 9);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(page.state()).not.toHaveProperty("queueProblem");
    expect(await calls()).toBe(0);
    await page.close();
  });
});

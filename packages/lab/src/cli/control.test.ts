import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lockStudy } from "../executors/studyLock.js";
import { command } from "../fixtures/testIo.js";

const FAKE = fileURLToPath(new URL("../executors/fixtures/fakeTrainer.mjs", import.meta.url));

let folder: string;
let study: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-control-"));
  process.env.ISOFLOP_CACHE = join(folder, "cache");
  await writeFile(join(folder, "text.txt"), "Fellow citizens of the Senate and of the House. ".repeat(20_000));
  study = join(folder, "study");
  await mkdir(study);
  const text = `name: held
data: { corpus: ../text.txt }
trainer: { command: [${JSON.stringify(process.execPath)}, ${JSON.stringify(FAKE)}, "{run}"] }
design: { kind: isoflop, budgets: [1e9, 2e9, 4e9], sizes: 3, span: 4 }
executor: { kind: local, workers: 2 }
`;
  await writeFile(join(study, "study.yaml"), text);
});
afterEach(async () => {
  for (const name of Object.keys(process.env)) if (/^(FAKE_|ISOFLOP_CACHE)/.test(name)) delete process.env[name];
  await rm(folder, { recursive: true, force: true });
});

async function statuses(): Promise<Record<string, number>> {
  const { counts } = JSON.parse((await command("status", study, "--json")).stdout);
  return Object.fromEntries(Object.entries<number>(counts).filter(([, count]) => count > 0));
}

const runs = async (): Promise<{ id: string; name: string; attempts: number }[]> =>
  JSON.parse((await command("status", study, "--json")).stdout).runs;

describe("isoflop pause, resume and cancel", () => {
  it("hold a study that nobody trains yet, and let it go", async () => {
    const paused = await command("pause", study);
    expect(paused).toMatchObject({
      code: 0,
      stdout: "the study is paused\nno lab is at work: it holds from the next start on\n",
    });
    const refused = await command("run", study);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(
      /The study is paused, .*0 of 9 are done.*\n {2}hint: `isoflop resume .*`, then start the same/,
    );
    expect(await statuses()).toEqual({ paused: 9 });
    expect((await command("resume", study)).stdout).toMatch(
      /^the study is resumed\nno lab is at work: isoflop run .* trains/,
    );
    expect((await command("run", study)).code).toBe(0);
    expect(await statuses()).toEqual({ done: 9 });
  });

  it("hold single runs by name or id: the others are trained, and `run` says so and how to go on", async () => {
    await command("pause", study);
    await command("run", study);
    await command("resume", study);
    const [first, second] = await runs();
    if (first === undefined || second === undefined) throw new Error("no runs");
    expect((await command("pause", study, first.name)).stdout).toContain(`${first.name}: paused`);
    expect(JSON.parse((await command("cancel", study, second.id, "--json")).stdout)).toEqual({
      whole: false,
      changed: [{ id: second.id, name: second.name }],
      unchanged: [],
    });
    const { code, stderr } = await command("run", study, "--verify");
    expect(code).toBe(1);
    expect(stderr).toContain(`Run ${first.name} is paused, the others have ended: 7 of 9 are done.`);
    expect(stderr).toMatch(new RegExp(`hint: .isoflop resume .* ${first.name}.`));
    expect(await statuses()).toEqual({ done: 7, paused: 1, cancelled: 1 });
    const table = (await command("status", study)).stdout;
    expect(table).toMatch(/7 done, 0 diverged, 0 failed, 1 cancelled\n$/);

    // A pause of everything does not outlive its end; a cancellation of one run is a decision about that run.
    const resumed = await command("resume", study);
    expect(resumed.stdout).toContain(`${second.name}: unchanged, it was cancelled by itself: resume it by name`);
    const cancelled = await command("run", study);
    expect(cancelled).toMatchObject({ code: 0, stdout: expect.stringContaining(`1 cancelled: ${second.name}`) });
    expect((await command("fit", study, "--approach", "3", "--bootstrap", "0", "--json")).stdout).toContain(
      '"count": 8',
    );
    await command("resume", study, second.name);
    expect((await command("run", study)).code).toBe(0);
    expect(await statuses()).toEqual({ done: 9 });
    expect((await runs()).map(({ attempts }) => attempts)).toEqual(Array.from({ length: 9 }, () => 1));
  });

  it("say what they did not do, and why", async () => {
    expect(await command("pause", study, "nothing")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/There is no run nothing in .*\n {2}hint: `isoflop status` lists/),
    });
    expect(existsSync(join(study, "control"))).toBe(false);
    await command("run", study);
    const [first] = await runs();
    expect((await command("cancel", study, first?.name ?? "")).stdout).toBe(`${first?.name}: unchanged, it is done\n`);
    expect((await command("resume", study, first?.name ?? "")).stdout).toBe(
      `${first?.name}: unchanged, nothing held it\n`,
    );
    await command("cancel", study);
    expect((await command("resume", study, first?.name ?? "")).stderr).toMatch(
      /The whole study is cancelled: a single/,
    );
  });

  it("cancel a whole study: `run` refuses to go on with what there is, until that is taken back", async () => {
    await command("cancel", study);
    const refused = await command("run", study, "--verify");
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/The study is cancelled: 0 of 9 are done.*\n {2}hint: `isoflop resume/);
    await command("resume", study);
    expect((await command("run", study)).code).toBe(0);
  });

  it("name the lab that is at work", async () => {
    const release = await lockStudy(study);
    expect((await command("pause", study)).stdout).toContain(`the lab at work (process ${process.pid} on `);
    await release();
  });
});

describe("isoflop status", () => {
  it("tells how often runs failed, only where there is something to tell", async () => {
    process.env.FAKE_CRASH = "*";
    expect((await command("run", study)).code).toBe(0);
    const { runs } = JSON.parse((await command("status", study, "--json")).stdout);
    expect(runs[0]).toMatchObject({ attempts: 2, failures: 1, preemptions: 0, lost: 0 });
    const [header] = (await command("status", study)).stdout.split("\n");
    expect(header).toMatch(/Time +Failures$/);
  });
});

import { mkdir, readFile, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { command } from "../../fixtures/testIo.js";
import type { LiveRun, StudyObservationsPage } from "../api.js";
import { MOST_LISTENERS } from "./eventStream.js";
import { append, listenTo, makeStudy, metricsLines, serverOf } from "./fixtures.js";

let study: string;
beforeEach(async () => {
  study = await makeStudy();
});
afterEach(async () => {
  for (const name of Object.keys(process.env)) if (/^(FAKE_|ISOFLOP_CACHE)/.test(name)) delete process.env[name];
  await rm(dirname(study), { recursive: true, force: true });
});

const steps = (points: readonly number[] = []) => points.filter((_, i) => i % 2 === 0);
const ended = (runs: ReadonlyMap<string, LiveRun>) => [...runs.values()].filter(({ status }) => status === "done");

/** The study's run folders, made and not trained. */
async function madeRuns(): Promise<string[]> {
  await command("pause", study);
  await command("run", study);
  await command("resume", study);
  const { runs } = JSON.parse((await command("status", study, "--json")).stdout);
  return runs.map(({ id }: { id: string }) => join(study, "runs", id));
}

describe("the events of a study", () => {
  it("tell a study from before its first run to the end of its last, as a page that listens sees it", async () => {
    const { key, ask } = await serverOf(study);
    const page = listenTo(await ask(`/${key}/events`));
    await page.until(() => page.state() !== undefined);
    expect(page.state()).toMatchObject({ name: "live", kind: "study", training: false, heldOut: [] });
    expect(page.runs.size).toBe(0);
    const before = page.state()?.observations;

    process.env.FAKE_STEP_MS = "10";
    const lab = command("run", study);
    await page.until(() => page.state()?.training === true && page.runs.size === 9);
    await page.until(() => ended(page.runs).length === 9 && page.state()?.training === false);
    expect((await lab).code).toBe(0);
    expect(page.state()?.observations).not.toBe(before);
    const observations = (await (await ask(`/${key}/observations`)).json()) as StudyObservationsPage;
    expect(observations.mark).toBe(page.state()?.observations);
    expect(observations.records).toHaveLength(9);
    const atWork = page.seen.flatMap((message) => (message.event === "runs" ? message.data : []));
    expect(atWork.some(({ status, step, steps }) => status === "running" && step > 0 && step < steps)).toBe(true);
    const told = page.seen.flatMap((message) => (message.event === "state" ? [message.data.secondsLeft] : []));
    expect(told.some((seconds) => seconds !== undefined && seconds > 0)).toBe(true);
    expect(page.state()?.secondsLeft).toBeUndefined();

    // Every curve is what its file has, and a page that comes now sees the same.
    const late = listenTo(await ask(`/${key}/events`));
    await late.until(() => late.curves.size === 9);
    for (const [id, run] of page.runs) {
      const file = await readFile(join(study, "runs", id, "metrics.jsonl"), "utf8");
      const lines = file.trim().split("\n");
      await page.until(() => page.curves.get(id)?.length === 2 * lines.length);
      expect(steps(page.curves.get(id))).toEqual(lines.map((line) => JSON.parse(line).step));
      expect(late.curves.get(id)).toEqual(page.curves.get(id));
      expect(late.runs.get(id)).toEqual(run);
      expect(run).toMatchObject({ part: "design", status: "done", attempts: 1 });
    }
    expect(page.seen.filter(({ event }) => event === "snapshot")).toHaveLength(1);
    await Promise.all([page.close(), late.close()]);
  });

  it("withdraw the points of a run that is cut back, also while nobody was connected", async () => {
    const [run = ""] = await madeRuns();
    const id = run.split("/").at(-1) ?? "";
    await append(run, metricsLines(1, 30));
    const { key, ask } = await serverOf(study);
    const page = listenTo(await ask(`/${key}/events`));
    await page.until(() => page.curves.get(id)?.length === 60);
    await append(run, metricsLines(31, 40));
    await page.until(() => page.curves.get(id)?.length === 80);
    await truncate(join(run, "metrics.jsonl"), Buffer.byteLength(metricsLines(1, 25)));
    await page.until(() => page.curves.get(id)?.length === 50);
    expect(page.runs.get(id)).toMatchObject({ status: "running", step: 25 });
    await page.close();
    await append(run, metricsLines(26, 27));
    const again = listenTo(await ask(`/${key}/events`));
    await again.until(() => again.curves.has(id));
    expect(steps(again.curves.get(id))).toEqual(Array.from({ length: 27 }, (_, i) => i + 1));
    await again.close();
  });

  it("tell holds, runs of an earlier design that go, and folders that cannot be read", async () => {
    const runs = await madeRuns();
    const { key, ask, post } = await serverOf(study);
    const page = listenTo(await ask(`/${key}/events`));
    await page.until(() => page.runs.size === 9);
    const [first = "", second = "", third = ""] = page.runs.keys();
    await post(`/${key}/control`, { action: "pause", runs: [first] });
    await page.until(() => page.runs.get(first)?.status === "paused");
    await post(`/${key}/control`, { action: "cancel" });
    await page.until(() => page.state()?.held === "cancelled" && page.runs.get(second)?.status === "cancelled");
    await post(`/${key}/control`, { action: "resume" });
    await page.until(() => page.state()?.held === undefined && page.runs.get(first)?.status === "pending");

    const design = JSON.parse(await readFile(join(study, "design.json"), "utf8"));
    const kept = design.runs.filter((id: string) => id !== second);
    await writeFile(join(study, "design.json"), JSON.stringify({ ...design, runs: kept }));
    await page.until(() => !page.runs.has(second));
    expect(page.runs.size).toBe(8);
    const damaged = runs.find((run) => run.endsWith(third)) ?? "";
    await writeFile(join(damaged, "run.json"), "{");
    await page.until(() => page.state()?.unreadable.length === 1);
    expect(page.state()?.unreadable[0]).toMatchObject({ id: third, reason: expect.stringContaining("is damaged") });
    expect(page.runs.has(third)).toBe(false);
    await page.close();
  });

  it("tell the forecast as soon as it is stated, and a damaged one", async () => {
    await madeRuns();
    const { key, ask } = await serverOf(study);
    const page = listenTo(await ask(`/${key}/events`));
    await page.until(() => page.state() !== undefined);
    expect(page.state()).not.toHaveProperty("forecast");
    const [id = ""] = page.runs.keys();
    const run = { id, name: "x", role: "holdout-optimum", parameters: 1e6, tokens: 2e7, flops: 1e14, predicted: 2.5 };
    const budgets = [
      {
        budget: 1e14,
        law: "chinchilla",
        optimum: { flops: 1e14, parameters: 1e6, tokens: 2e7 },
        others: [],
        runs: [{ ...run, law: "chinchilla", predictionInterval95: [2.4, 2.6] }],
      },
    ];
    const stated = {
      statedAt: "2026-11-26T00:00:00.000Z",
      approach: "3",
      chosenBy: "study",
      madeFrom: "x",
      largestTrainedBudget: 4e9,
    };
    const backtests = { tested: [], untested: [] };
    await writeFile(join(study, "forecast.json"), JSON.stringify({ ...stated, backtests, budgets }));
    await page.until(() => page.state()?.forecast !== undefined);
    expect(page.state()?.forecast).toEqual({
      statedAt: stated.statedAt,
      approach: "3",
      budgets: [{ budget: 1e14, runs: budgets[0]?.runs }],
    });
    await writeFile(join(study, "forecast.json"), "{");
    await page.until(() => page.state()?.forecast === undefined && page.state()?.unreadable.length === 1);
    expect(page.state()?.unreadable[0]).toMatchObject({
      id: "forecast.json",
      reason: expect.stringContaining("damaged"),
    });
    await page.close();
  });

  it("are of one watch for all who listen, and of none when nobody does", async () => {
    const { key, ask } = await serverOf(study);
    const pages = await Promise.all(Array.from({ length: MOST_LISTENERS }, () => ask(`/${key}/events`)));
    const refused = await ask(`/${key}/events`);
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ error: { code: "listeners" } });
    const readers = pages.map(listenTo);
    await Promise.all(readers.map((page) => page.until(() => page.state() !== undefined)));
    await Promise.all(readers.map((page) => page.close()));
    const after = await ask(`/${key}/events`);
    expect(after.status).toBe(200);
    await after.body?.cancel();
    expect((await ask(`/${key}/events`, { method: "HEAD" })).status).toBe(200);
    expect((await ask("/0123456789ab/events")).status).toBe(404);
  });

  it("say why a study cannot be looked at, and go on when it can", async () => {
    const { key, ask } = await serverOf(study);
    const page = listenTo(await ask(`/${key}/events`));
    await page.until(() => page.state() !== undefined);
    // Not even root can follow it.
    await symlink("control", join(study, "control"));
    await page.until(() => page.state()?.problem !== undefined);
    expect(page.state()?.problem).toMatch(/ELOOP/);
    await rm(join(study, "control"));
    await page.until(() => page.state()?.problem === undefined);
    await page.close();
  });

  it("show the trials of a sweep beside the runs", async () => {
    const [run = ""] = await madeRuns();
    const sweep = join(study, "sweep");
    const { key, ask } = await serverOf(study);
    const page = listenTo(await ask(`/${key}/events`));
    await page.until(() => page.runs.size === 9);
    const spec = JSON.parse(await readFile(join(run, "run.json"), "utf8"));
    await mkdir(join(sweep, "0123456789abcdef"), { recursive: true });
    await writeFile(
      join(sweep, "0123456789abcdef", "run.json"),
      JSON.stringify({ ...spec, id: "0123456789abcdef", name: "trial" }),
    );
    await page.until(() => page.runs.size === 10);
    expect(page.runs.get("0123456789abcdef")).toMatchObject({ part: "sweep", name: "trial", status: "pending" });
    await page.close();
  });
});

import { spawn } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createRandom } from "@isoflop/laws";
import { writeFailure } from "@isoflop/trainer";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { command } from "../fixtures/testIo.js";

const FAKE = fileURLToPath(new URL("../executors/fixtures/fakeTrainer.mjs", import.meta.url));
const BUILT = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-study-"));
  process.env.ISOFLOP_CACHE = join(folder, "cache");
  await writeFile(join(folder, "text.txt"), "Fellow citizens of the Senate and of the House. ".repeat(200_000));
});
afterEach(async () => {
  for (const name of Object.keys(process.env)) if (/^(FAKE_|ISOFLOP_CACHE)/.test(name)) delete process.env[name];
  await rm(folder, { recursive: true, force: true });
});

/** A study of 20 planted runs and two hold-outs. */
async function makeStudy(name: string, change: (text: string) => string = (text) => text): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  const text = `name: planted
data: { corpus: ../text.txt }
trainer: { command: [${JSON.stringify(process.execPath)}, ${JSON.stringify(FAKE)}, "{run}"] }
design: { kind: isoflop, budgets: [3e10, 1e11, 2e11, 5e11], sizes: 5, span: 9 }
holdout: { budgets: [2e12] }
executor: { kind: local, workers: 2 }
`;
  await writeFile(join(path, "study.yaml"), change(text));
  return path;
}

/** What must be the same however often a study was stopped: losses, fits, forecast, verification. */
async function results(path: string): Promise<string> {
  const forecast = JSON.parse(await readFile(join(path, "forecast.json"), "utf8"));
  const runs = await Promise.all(
    (await readdir(join(path, "runs"))).sort().map(async (id) => {
      const { sessions: _, ...result } = JSON.parse(await readFile(join(path, "runs", id, "result.json"), "utf8"));
      return { id, result, metrics: await readFile(join(path, "runs", id, "metrics.jsonl"), "utf8") };
    }),
  );
  const rest = await Promise.all(
    ["fits/all.json", "verification.json"].map((file) => readFile(join(path, file), "utf8")),
  );
  return JSON.stringify({ runs, rest, forecast: { ...forecast, statedAt: "" } });
}

describe("a whole study", () => {
  it("trains, fits, forecasts, verifies and reports; the second time it trains nothing", async () => {
    const path = await makeStudy("whole");
    const first = await command("quickstart", "--out", path, "--json");
    expect(first.code).toBe(0);
    const outcome = JSON.parse(first.stdout);
    expect(outcome.ladder).toMatchObject({ trained: 20, done: 20, failed: [] });
    expect(outcome.holdout).toMatchObject({ trained: 2 });
    expect(outcome.fits.map((fit: { law: string }) => fit.law)).toEqual([
      "envelope-power-law",
      "isoflop-power-law",
      "chinchilla",
      "kaplan-compute",
      "kaplan-model-data",
    ]);
    // The planted law: E 1.2, A 20, alpha .35, B 60, beta .37, with noise of 0.001 nats.
    const { parameters } = outcome.fits[2];
    expect(parameters.E).toBeCloseTo(1.2, 1);
    expect(parameters.alpha).toBeCloseTo(0.35, 1);
    expect(parameters.beta).toBeCloseTo(0.37, 1);
    const [budget] = outcome.verification.budgets;
    expect(budget.winner).toBe("holdout-optimum");
    for (const run of budget.runs) {
      expect(Math.abs(run.error)).toBeLessThan(0.02);
      expect(run.held).toBe(run.measured >= run.predictionInterval95[0] && run.measured <= run.predictionInterval95[1]);
    }
    const [optimum, larger] = budget.runs;
    expect(larger.parameters / optimum.parameters).toBeGreaterThan(3);
    expect(larger.flops / optimum.flops).toBeCloseTo(1, 1);
    const report = await readFile(outcome.report, "utf8");
    expect(report).toContain("The forecast");
    // Backtests from the 2 and the 3 smallest of 4 budgets, and the study's choice by them.
    const { backtests } = outcome.forecast;
    expect(backtests.series.cuts.map((cut: { runs: number }) => cut.runs)).toEqual([10, 15]);
    expect(backtests.choice).toMatchObject({ chosen: outcome.forecast.approach, cells: 1 });
    expect(report).toContain("How far off forecasts were, by how far they reached");
    expect(existsSync(join(path, "figures", "backtest-errors.svg"))).toBe(true);

    const before = await results(path);
    const stated = await readFile(join(path, "forecast.json"), "utf8");
    const second = await command("quickstart", "--out", path, "--json");
    expect(JSON.parse(second.stdout)).toMatchObject({ ladder: { trained: 0, done: 20 }, holdout: { trained: 0 } });
    expect(await results(path)).toBe(before);
    expect(await readFile(join(path, "forecast.json"), "utf8")).toBe(stated);

    const text = await command("quickstart", "--out", path);
    expect(text.stdout).toMatch(
      /3 {2}parametric .*\n(.*\n)*.*Hold-out at 2e12 FLOPs, forecast by Approach 3 before it was trained/,
    );
    const status = JSON.parse((await command("status", path, "--json")).stdout);
    expect(status.counts).toEqual({
      pending: 0,
      running: 0,
      paused: 0,
      done: 22,
      diverged: 0,
      failed: 0,
      cancelled: 0,
    });
    const fit = JSON.parse((await command("fit", path, "--approach", "2", "--bootstrap", "0", "--json")).stdout);
    expect(fit.observations).toMatchObject({ count: 20, convention: { parameters: "total", flops: "6N" } });
    const plan = await command("plan", "--flops", "2e12", "--law", join(path, "fits", "chinchilla.json"), "--json");
    expect(JSON.parse(plan.stdout).optimum.parameters / JSON.parse(stated).budgets[0].optimum.parameters).toBeCloseTo(
      1,
      10,
    );
  });

  it("refuses to change a forecast after the fact", async () => {
    const path = await makeStudy("stale");
    await command("quickstart", "--out", path);
    const yaml = join(path, "study.yaml");
    await writeFile(yaml, (await readFile(yaml, "utf8")).replace("budgets: [2e12]", "budgets: [3e12]"));
    const { code, stderr } = await command("quickstart", "--out", path);
    expect(code).toBe(2);
    expect(stderr).toMatch(/forecast\.json was made from other runs or for other hold-outs/);
  });

  it("goes the whole way on any study with run --verify, and trains nothing the second time", async () => {
    const path = await makeStudy("verify");
    const first = JSON.parse((await command("run", path, "--verify", "--json")).stdout);
    expect(first.verification.budgets[0].runs).toHaveLength(2);
    expect(first.forecast.chosenBy).toBe("backtest");
    expect(first.ladder.trained).toBe(20);
    const second = JSON.parse((await command("run", path, "--verify", "--json")).stdout);
    expect([second.ladder.trained, second.holdout.trained]).toEqual([0, 0]);
    expect({ ...second.verification }).toEqual(first.verification);
  });

  it("fits only the runs of the present design when the folder holds those of an earlier one", async () => {
    const path = await makeStudy("changed");
    await command("run", path);
    const yaml = join(path, "study.yaml");
    await appendFile(yaml, "hyperparameters: { lr: 0.002 }\n");
    await command("run", path);
    expect(await readdir(join(path, "runs"))).toHaveLength(40);
    const fit = JSON.parse((await command("fit", path, "--approach", "2", "--bootstrap", "0", "--json")).stdout);
    expect(fit.observations.count).toBe(20);
  });

  it("goes on with the others when a run diverges or fails, and tells both", async () => {
    const path = await makeStudy("ill");
    const runs: { name: string }[] = JSON.parse((await command("run", path, "--dry-run", "--json")).stdout).runs;
    process.env.FAKE_DIVERGE = runs[3]?.name;
    const diverged = await command("quickstart", "--out", path, "--json");
    expect(diverged.code).toBe(1);
    expect(diverged.stderr).toMatch(/1 of 20 runs diverged.*loss is NaN.*\n {2}hint: Lower hyperparameters\.lr/);
    expect(JSON.parse(diverged.stdout).ladder.diverged).toEqual([expect.objectContaining({ name: runs[3]?.name })]);
    expect(await readFile(join(path, "report.html"), "utf8")).toContain("loss is NaN");
    const failing = await makeStudy("failing");
    process.env.FAKE_NEVER = runs[3]?.name;
    const failed = await command("run", failing, "--json");
    expect(failed.code).toBe(1);
    expect(JSON.parse(failed.stdout)).toMatchObject({
      done: 19,
      failed: [{ reason: expect.stringMatching(/told to crash/) }],
    });
    expect(failed.stderr).toMatch(/1 run failed and was set aside; .*told to crash.*\n.*hint:/);
    expect((await command("report", failing)).code).toBe(0);
  });

  it("ends with the reason and a remedy when a run of the ladder, or all of them, diverged", async () => {
    const path = await makeStudy("all-ill", (text) => text.replace("sizes: 5", "sizes: 3"));
    process.env.FAKE_DIVERGE = "*";
    const one = await command("run", path);
    expect(one.code).toBe(1);
    expect(one.stderr).toMatch(
      /12 of 12 runs diverged; the first, .*: loss is NaN.*\n {2}hint: Lower hyperparameters\.lr/,
    );
    expect(one.stderr).toMatch(/^C\S+ diverged: loss is NaN/m);
    expect(one.stdout).not.toMatch(/next: isoflop fit/);
    expect((await command("run", path, "--verify")).stderr).toMatch(/12 of 12 runs diverged/);
    expect((await command("fit", path)).stderr).toMatch(/no run with a loss: 12 ended without one .*loss is NaN/);
  });

  it("tells of a hold-out that cannot be trained before the ladder is", async () => {
    const large = await makeStudy("large", (text) => text.replace("[2e12]", "[1e100]"));
    const refused = await command("run", large);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/The design asks for models of/);
    expect(existsSync(join(large, "runs"))).toBe(false);
    const long = await makeStudy("long", (text) => text.replace("[2e12]", "[2e14]"));
    const warned = await command("run", long, "--dry-run");
    expect(warned.stderr).toMatch(/warning \(holdout-tokens\): .*wants .* tokens/);
  });

  it("says of a damaged forecast what to do, and never states a new one by itself", async () => {
    const path = await makeStudy("damaged");
    await command("run", path, "--verify");
    const file = join(path, "forecast.json");
    const whole = await readFile(file, "utf8");
    for (const text of [whole.slice(0, 100), "{}", "null", "[]"]) {
      await writeFile(file, text);
      for (const args of [
        ["report", path],
        ["run", path, "--verify"],
      ]) {
        const { code, stderr } = await command(...args);
        expect({ text, args, code }).toEqual({ text, args, code: 1 });
        expect(stderr).toMatch(/forecast\.json is damaged.*\n {2}hint: Put back a copy/);
      }
      expect(await readFile(file, "utf8")).toBe(text);
    }
    // A forecast that an earlier version stated has no backtest over all budgets and no warnings: it still stands.
    const { backtests, budgets, ...rest } = JSON.parse(whole);
    const { series: _, choice: __, ...single } = backtests;
    const bare = budgets.map(({ warnings: ___, ...budget }: { warnings: unknown }) => budget);
    await writeFile(file, JSON.stringify({ ...rest, backtests: single, budgets: bare }));
    expect((await command("report", path)).code).toBe(0);
    const report = await readFile(join(path, "report.html"), "utf8");
    expect(report).toMatch(/shown only the smaller budgets and asked for/);
    expect(report).toMatch(/No backtest over all budgets/);
    await writeFile(file, whole);
    expect((await command("run", path, "--verify")).code).toBe(0);
  });

  it("refuses a corpus that is missing, empty, not UTF-8 or too small, before training anything", async () => {
    const latin = Buffer.concat([Buffer.from("text ".repeat(5000)), Buffer.from([0xe9, 0x20])]);
    await writeFile(join(folder, "latin.txt"), latin);
    await writeFile(join(folder, "empty.txt"), "");
    await writeFile(join(folder, "short.txt"), "a few words ".repeat(5000));
    const cases: [string, RegExp][] = [
      ["../none.txt", /corpus \.\.\/none\.txt does not exist \(looked for .*none\.txt\)/],
      ["../empty.txt", /is empty/],
      ["../latin.txt", /latin\.txt is not UTF-8: invalid byte 0xe9 at byte offset 25000/],
      ["../short.txt", /wants .* tokens .* has 57k/],
    ];
    for (const [i, [corpus, message]] of cases.entries()) {
      const path = await makeStudy(`bad${i}`, (text) => text.replace("../text.txt", corpus));
      const { code, stderr } = await command("run", path);
      expect({ corpus, code }).toEqual({ corpus, code: 2 });
      expect(stderr).toMatch(message);
      expect(stderr).toMatch(/hint: /);
      expect(existsSync(join(path, "runs"))).toBe(false);
    }
  });

  it("says where a device is asked for that this machine has not, before the corpus is prepared", async () => {
    const builtin = (text: string) => text.replace(/trainer: .*\n/, "").replace("workers: 2 }", "device: directml }");
    const path = await makeStudy("device", builtin);
    for (const flags of [[], ["--verify"]]) {
      const { code, stderr } = await command("run", path, ...flags);
      expect(code).toBe(2);
      expect(stderr).toMatch(
        /study\.yaml:5:34: executor\.device: the device directml cannot be used here.*\n {2}hint: directml needs Windows/,
      );
      expect(stderr).not.toMatch(/preparing/);
    }
  });

  it("says where study.yaml is wrong", async () => {
    const path = await makeStudy("typo", (text) => text.replace("sizes: 5", "sizs: 5"));
    const { code, stderr } = await command("run", path);
    expect(code).toBe(2);
    expect(stderr).toMatch(/study\.yaml:4:61: unknown key sizs in design; did you mean sizes\?/);
  });
});

describe("a killed lab", () => {
  it("goes on after SIGKILL at any moment, to the same bits", async () => {
    if (!existsSync(BUILT)) throw new Error(`${BUILT} is not built: run npm run build first`);
    const calm = await makeStudy("calm");
    expect((await command("quickstart", "--out", calm)).code).toBe(0);
    const rough = await makeStudy("rough");
    const random = createRandom(7);
    const start = () =>
      spawn(process.execPath, [BUILT, "quickstart", "--out", rough], {
        stdio: "ignore",
        env: { ...process.env, FAKE_STEP_MS: "10" },
      });
    let kills = 0;
    for (let i = 0; i < 8; i++) {
      const lab = start();
      const ended = new Promise<NodeJS.Signals | null>((resolve) => lab.on("close", (_, signal) => resolve(signal)));
      setTimeout(() => lab.kill("SIGKILL"), 250 + 900 * random.uniform());
      if ((await ended) === "SIGKILL") kills++;
    }
    expect(kills).toBeGreaterThan(2);
    expect((await command("quickstart", "--out", rough)).code).toBe(0);
    expect(await results(rough)).toBe(await results(calm));
  });

  it("goes on training when nobody reads what it says any more", async () => {
    const path = await makeStudy("unread");
    const child = spawn(process.execPath, [BUILT, "run", path, "--json"], { stdio: ["ignore", "pipe", "pipe"] });
    child.stderr.destroy();
    let stdout = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      stdout += chunk;
    });
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ done: 20 });
  });

  it("stopped by SIGTERM leaves no trainer behind and exits with 1", async () => {
    if (!existsSync(BUILT)) throw new Error(`${BUILT} is not built: run npm run build first`);
    const path = await makeStudy("stopped");
    const lab = spawn(process.execPath, [BUILT, "run", path], {
      stdio: ["ignore", "ignore", "pipe"],
      env: { ...process.env, FAKE_WAIT: "*" },
    });
    let stderr = "";
    lab.stderr.on("data", (chunk) => {
      stderr += String(chunk);
    });
    const ended = new Promise((resolve) => lab.on("close", resolve));
    // Two trainers at work, each half-way.
    const waiting = async () => {
      const ids = await readdir(join(path, "runs")).catch(() => []);
      return ids.filter((id) => existsSync(join(path, "runs", id, "waited"))).length;
    };
    while (lab.exitCode === null && (await waiting()) < 2) await new Promise((resolve) => setTimeout(resolve, 20));
    lab.kill("SIGTERM");
    expect(await ended).toBe(1);
    expect(stderr).toMatch(/Stopped with \d+ of 20 runs done.*\n {2}hint: Start the same command again/);
    const left = await readdir(path);
    expect(left).not.toContain(".lock");
    for (const id of await readdir(join(path, "runs")))
      expect(await readdir(join(path, "runs", id))).not.toContain(".process.json");
  });
});

it.skipIf(!existsSync("/dev/full"))("a full disk is told as such, with what to do", () => {
  let failure: unknown;
  try {
    writeFileSync("/dev/full", "x");
  } catch (error) {
    failure = writeFailure(error, "/dev/full");
  }
  expect(failure).toMatchObject({
    code: "write-enospc",
    exitCode: 1,
    message: expect.stringMatching(/disk is full \(ENOSPC\)/),
  });
});

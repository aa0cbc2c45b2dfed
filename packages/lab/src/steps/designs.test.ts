import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command } from "../fixtures/testIo.js";

const FAKE = fileURLToPath(new URL("../executors/fixtures/fakeTrainer.mjs", import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-designs-"));
  process.env.ISOFLOP_CACHE = join(folder, "cache");
  await writeFile(join(folder, "text.txt"), "Fellow citizens of the Senate and of the House. ".repeat(200_000));
});
afterAll(async () => {
  delete process.env.ISOFLOP_CACHE;
  await rm(folder, { recursive: true, force: true });
});

async function makeStudy(name: string, design: string, more = ""): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  const text = `name: ${name}
data: { corpus: ../text.txt }
trainer: { command: [${JSON.stringify(process.execPath)}, ${JSON.stringify(FAKE)}, "{run}"] }
design: ${design}
hyperparameters: { batch: 1024, lr: 0.005 }
executor: { workers: 2 }
${more}
`;
  await writeFile(join(path, "study.yaml"), text);
  return path;
}

interface Fit {
  readonly law: string;
  readonly about?: string;
  readonly parameters: Readonly<Record<string, number>>;
  readonly intervals95: Readonly<Record<string, readonly [number, number]>>;
  readonly warnings: readonly { readonly code: string }[];
  readonly diagnostics: Readonly<Record<string, number>>;
}
const lawsOf = (fits: readonly Fit[]) => fits.map(({ law }) => law);

/** The whole way, twice; then status, fit and report on what there is. */
async function wholeWay(path: string) {
  const first = await command("run", path, "--verify", "--json");
  expect(first.stderr).not.toMatch(/error|TypeError/i);
  expect(first.code).toBe(0);
  const outcome = JSON.parse(first.stdout);
  expect(JSON.parse((await command("run", path, "--verify", "--json")).stdout).ladder).toMatchObject({
    trained: 0,
    done: outcome.ladder.done,
  });
  expect(JSON.parse((await command("status", path, "--json")).stdout).counts).toMatchObject({ pending: 0, failed: 0 });
  expect((await command("status", path)).code).toBe(0);
  expect((await command("report", path)).code).toBe(0);
  const fitted = await command("fit", path, "--bootstrap", "50", "--json");
  expect(fitted.code).toBe(0);
  expect((await command("fit", path, "--bootstrap", "0")).code).toBe(0);
  const report = await readFile(join(path, "report.html"), "utf8");
  return { outcome, fits: JSON.parse(fitted.stdout).fits as Fit[], report, said: first.stderr };
}

describe("every design goes the whole way", () => {
  it("envelope: Approach 1 over horizons, and a hold-out by Approach 3", async () => {
    const path = await makeStudy(
      "envelope",
      "{ kind: envelope, sizes: { from: 20k, to: 200k, count: 4 }, horizons: { longest: 2M } }",
      "holdout: { budgets: [1e13] }",
    );
    const { outcome, fits } = await wholeWay(path);
    expect(outcome.ladder.done).toBe(16);
    expect(lawsOf(fits)).toEqual(expect.arrayContaining(["envelope-power-law", "chinchilla"]));
    expect(fits.find(({ law }) => law === "chinchilla")?.parameters.E).toBeCloseTo(1.2, 0);
    expect(outcome.forecast.largestTrainedBudget).toBeGreaterThan(1.5e12);
    const [{ runs }] = outcome.verification.budgets;
    expect(runs).toHaveLength(2);
    for (const run of runs) expect(Math.abs(run.error)).toBeLessThan(0.05);
  });

  it("a ladder along one ray forecasts its ray, one run further; along several L(N, D)", async () => {
    const one = await makeStudy(
      "ray",
      "{ kind: ladder, sizes: { from: 4k, to: 64k, count: 7 }, tokensPerParameter: 20 }",
      "holdout: { budgets: [3e12] }",
    );
    const { outcome, fits, report } = await wholeWay(one);
    expect(outcome.forecast).toMatchObject({ approach: "ladder", chosenBy: "study" });
    const [{ runs }] = outcome.verification.budgets;
    expect(runs).toHaveLength(1);
    expect(runs[0].law).toBe("loss-frontier");
    expect(runs[0].tokens / runs[0].parameters).toBeCloseTo(20, 0);
    expect(Math.abs(runs[0].error)).toBeLessThan(0.03);
    expect(runs[0].predictionInterval95).toHaveLength(2);
    expect(fits.find(({ law }) => law === "loss-frontier")?.about).toBe("L(C) along D = 20 N");
    expect(report).toContain("further along the ladder");
    const text = (await command("run", one, "--verify")).stdout;
    expect(text).toMatch(/Hold-out at 3e12 FLOPs, forecast by the ladder along its ray before it was trained/);
    expect(JSON.parse(await readFile(join(one, "fits", "loss-frontier.json"), "utf8")).law).toBe("loss-frontier");

    const several = await makeStudy(
      "rays",
      "{ kind: ladder, sizes: { from: 8k, to: 64k, count: 4 }, tokensPerParameter: [5, 20, 60] }",
      "holdout: { budgets: [3e12] }",
    );
    const rays = await wholeWay(several);
    expect(rays.outcome.forecast.approach).toBe("3");
    expect(rays.outcome.verification.budgets[0].runs).toHaveLength(2);
  });

  it("grid: Approach 3, with seeds as a factor", async () => {
    const path = await makeStudy(
      "grid",
      "{ kind: grid, sizes: [10k, 40k, 160k], tokens: [3e5, 9e5, 2.7e6], seeds: 2 }",
    );
    const { outcome, fits } = await wholeWay(path);
    expect(outcome.ladder.done).toBe(18);
    expect(fits.find(({ law }) => law === "chinchilla")?.parameters.alpha).toBeCloseTo(0.35, 0);
  });

  it("a plain list of two runs trains, and every procedure says what it lacks", async () => {
    const path = await makeStudy(
      "list",
      "{ kind: runs, runs: [{ parameters: 20k, tokens: 4e5 }, { parameters: 60k, tokens: 1e6 }] }",
    );
    const run = await command("run", path, "--verify", "--json");
    expect(run.code).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({ ladder: { done: 2 }, fits: [] });
    expect(run.stderr).toMatch(/approach 3 is left out: Approach 3 needs at least/);
    expect((await command("report", path)).code).toBe(0);
    expect((await command("fit", path)).stderr).toMatch(/needs at least/);
  });

  it("epochs: what repeating is worth, upon a base of the runs that repeat nothing", async () => {
    const path = await makeStudy(
      "epochs",
      "{ kind: epochs, sizes: [8k, 24k, 72k, 200k], uniqueTokens: [1e5, 3e5, 9e5, 2.7e6], repeats: [1, 4, 12] }",
    );
    const { outcome, fits } = await wholeWay(path);
    expect(outcome.ladder.done).toBe(48);
    const repeated = fits.find(({ law }) => law === "data-constrained");
    expect(repeated?.diagnostics.observations).toBe(48);
    // The planted trainer loses nothing by repeating: fresh laws must not see the repeats all the same.
    expect(fits.find(({ law }) => law === "chinchilla")?.diagnostics.observations).toBe(16);
    expect(lawsOf(outcome.fits)).toContain("data-constrained");
  });

  it("kaplan: L(N), L(D), L(N, D), B_crit, and L(C) by the part that is for it", async () => {
    const path = await makeStudy(
      "kaplan",
      `{ kind: kaplan, seeds: 1, model: { sizes: { from: 8k, to: 120k, count: 5 }, tokens: 4M },
  data: { size: 120k, uniqueTokens: [2e4, 8e4, 3.2e5, 1.28e6], mostEpochs: 3 },
  compute: { sizes: [8k, 24k, 72k], tokens: [3e5, 9e5, 2.7e6] },
  batch: { size: 24k, batches: [512, 1024, 2048, 4096], tokens: 6e5 } }`,
    );
    const { outcome, fits, report, said } = await wholeWay(path);
    expect(outcome.ladder.done).toBe(5 + 4 + 9 + 4);
    expect(fits.find(({ law }) => law === "kaplan-compute")?.diagnostics.observations).toBe(9);
    const byAbout = (start: string) => fits.find(({ about }) => about?.startsWith(`Kaplan's ${start}`));
    expect(byAbout("L(N):")).toMatchObject({
      law: "kaplan-parameters",
      warnings: expect.arrayContaining([expect.objectContaining({ code: "kaplan-count" })]),
    });
    expect(byAbout("L(N):")?.diagnostics.observations).toBe(5);
    expect(byAbout("L(D):")).toMatchObject({ law: "kaplan-data" });
    expect(byAbout("L(N, D):")?.diagnostics.observations).toBe(9);
    expect(report).toContain("Kaplan&#39;s L(N)");
    // The planted trainer's loss hangs on tokens alone: steps and batch trade one for one, and no scan finds a critical batch.
    expect(said).toMatch(/Kaplan's B_crit\(L\) by the scan of batches is left out/);
    expect(byAbout("B_crit")).toBeUndefined();
  });

  it("kaplan: a scan of batches gives back the planted critical batch", async () => {
    process.env.FAKE_CRITICAL = "3000";
    const path = await makeStudy(
      "scan",
      "{ kind: kaplan, batch: { size: 24k, batches: [512, 1024, 2048, 4096, 8192], tokens: 2M } }",
    );
    const { fits } = await wholeWay(path);
    delete process.env.FAKE_CRITICAL;
    const [scan, ...others] = fits;
    expect(others).toEqual([]);
    expect(scan?.about).toBe("Kaplan's B_crit(L) by the scan of batches");
    // One number at every loss: in the law's form an exponent 1 / alphaB of nearly nought.
    const { Bstar = 0, alphaB = 0 } = scan?.parameters ?? {};
    for (const loss of [1.9, 2.2]) expect(Math.abs(Math.log((Bstar * loss ** (-1 / alphaB)) / 3000))).toBeLessThan(0.1);
    expect(scan?.warnings.map(({ code }) => code)).toContain("no-intervals");
    expect(scan?.intervals95).toEqual({});
  });

  it("says of every design before it is trained what it will take", async () => {
    for (const name of ["envelope", "ray", "grid", "list", "epochs", "kaplan"]) {
      const dry = await command("run", join(folder, name), "--dry-run", "--speed", "1e10", "--json");
      expect({ name, code: dry.code }).toEqual({ name, code: 0 });
      const { runs, expected, wallSeconds } = JSON.parse(dry.stdout);
      expect(expected).toHaveLength(runs.length);
      expect(wallSeconds).toBeGreaterThan(0);
    }
  });
});

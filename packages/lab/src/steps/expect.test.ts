import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type RunSpec, trainingMemory } from "@isoflop/trainer";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { formatBytes } from "../cli/expectationText.js";
import { corpus } from "../fixtures/corpus.js";
import { command } from "../fixtures/testIo.js";
import { parseStudy } from "../study/parse.js";
import { resolveRuns } from "../study/resolve.js";
import type { Design } from "./design.js";
import type { Expectation } from "./expect.js";
import { expectedSeconds, expectedWallSeconds, measureSpeed, speedOfFinished, statedSpeed } from "./speed.js";

const FAKE = fileURLToPath(new URL("../executors/fixtures/fakeTrainer.mjs", import.meta.url));

const BUILT = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-expect-"));
  process.env.ISOFLOP_CACHE = join(folder, "cache");
  await writeFile(join(folder, "text.txt"), "Fellow citizens of the Senate and of the House. ".repeat(100_000));
});
afterEach(async () => {
  delete process.env.ISOFLOP_CACHE;
  await rm(folder, { recursive: true, force: true });
});

async function makeStudy(more = "", trainer = "", budgets = "[3e10, 1e11]"): Promise<string> {
  const path = join(folder, "study");
  await mkdir(path, { recursive: true });
  const text = `name: priced
data: { corpus: ../text.txt }
${trainer}
design: { kind: isoflop, budgets: ${budgets}, sizes: 4 }
executor: { workers: 2 }
${more}
`;
  await writeFile(join(path, "study.yaml"), text);
  return path;
}
const fake = `trainer: { command: [${JSON.stringify(process.execPath)}, ${JSON.stringify(FAKE)}, "{run}"] }`;
type Priced = Expectation & { readonly expected: Expectation["runs"]; readonly warnings: { readonly code: string }[] };
type DryRun = Omit<Priced, "runs"> & Pick<Design, "awaited" | "awaitedPlaced"> & { readonly runs: readonly RunSpec[] };
const dryRun = async (path: string, ...flags: string[]): Promise<DryRun> =>
  JSON.parse((await command("run", path, "--dry-run", "--json", ...flags)).stdout);

describe("run --dry-run", () => {
  it("counts nothing that the text does not suffice for, and says so", async () => {
    const path = await makeStudy("holdout: { budgets: [1e14] }", fake, "[1e10, 1e15]");
    const design = "design: { kind: isoflop, budgets: [1e10, 1e15], sizes: 4, centre: { adaptive: true } }";
    await writeFile(
      join(path, "study.yaml"),
      (await readFile(join(path, "study.yaml"), "utf8")).replace(/^design: .*$/m, design),
    );
    const { holdout, total, flops, awaited, awaitedPlaced } = await dryRun(path, "--speed", "1e10");
    expect(holdout).toMatchObject({ runs: [], unplaced: [1e14] });
    expect([awaited, awaitedPlaced, total.flops]).toEqual([[1e15], false, flops]);
    const { stdout } = await command("run", path, "--dry-run", "--speed", "1e10");
    expect(stdout).toContain("they are in none of these numbers");
    expect(stdout).toContain("the hold-outs at 1e14 FLOPs are in none of these numbers");
    expect(stdout).not.toMatch(/; here they are|included/);
  });

  it("shows the N that the study counts", async () => {
    const path = await makeStudy("counting: { parameters: non-embedding }", fake);
    const { expected, runs } = await dryRun(path, "--speed", "1e10");
    expect(expected.map(({ parameters }) => parameters)).toEqual(runs.map(({ parameters }) => parameters.block));
    expect((await command("run", path, "--dry-run", "--speed", "1e10")).stdout).toContain("N non-embedding");
  });

  it("prices the whole by the study's hardware: accelerator-hours, cost, hold-outs at the middle of the design", async () => {
    const path = await makeStudy(
      "hardware: { accelerator: 8xH100, mfu: 50%, price: 3, currency: EUR }\nholdout: { budgets: [1e12] }",
      fake,
    );
    const { expected, holdout, total, speed, identifies, flops } = await dryRun(path);
    expect(speed).toMatchObject({ source: "hardware", points: [{ flopsPerSecond: 8 * 989.5e12 * 0.5 }] });
    expect(holdout).toMatchObject({ estimated: true });
    expect(holdout?.runs.map(({ name }) => name.split("-C")[0])).toEqual(["holdout-optimum", "holdout-larger"]);
    // The middle of the profiles has 20 tokens a parameter: N = sqrt(1e12 / 120).
    expect(Math.abs(Math.log((holdout?.runs[0]?.parameters ?? 0) / Math.sqrt(1e12 / 120)))).toBeLessThan(0.1);
    const all = [...expected, ...(holdout?.runs ?? [])];
    expect(total.flops).toBeCloseTo(
      all.reduce((sum, run) => sum + run.flops, 0),
      -3,
    );
    expect(total.flops).toBeGreaterThan(flops + 1.9e12);
    const seconds = all.reduce((sum, run) => sum + (run.seconds ?? 0), 0);
    expect(total.hours).toBeCloseTo((8 * seconds) / 3600, 12);
    expect(total).toMatchObject({ device: "H100", cost: { perHour: 3, currency: "EUR" } });
    expect(total.cost?.amount).toBeCloseTo(3 * (total.hours ?? 0), 12);
    expect(identifies.map(({ what }) => what)).toContain("Approach 2: isoFLOP minima");
    const text = (await command("run", path, "--dry-run", "--speed", "1e9", "--price", "2")).stdout;
    expect(text).toMatch(/in all, hold-outs included: \S+ FLOPs, [\d.]+ H100-hours, [\d.]+ EUR at 2 EUR an hour/);
    expect(text).toMatch(/What it can identify:\n {2}\w+ +Approach 1/);
  });

  it("prices every run by a stated speed: FLOPs, epochs, memory, time, and all together", async () => {
    const path = await makeStudy();
    const { runs, expected, flops, wallSeconds, speed, workers, memoryBytes, warnings } = await dryRun(
      path,
      "--speed",
      "1e10",
    );
    expect(expected.map(({ id }) => id)).toEqual(runs.map(({ id }) => id));
    for (const [i, one] of expected.entries()) {
      const run = runs[i] as RunSpec;
      expect(one.flops).toBe(run.tokens * run.flopsPerToken["6N"]);
      expect(one.epochs).toBeCloseTo(run.tokens / run.data.trainTokens, 3);
      expect(one.memoryBytes).toBe(trainingMemory(run).total);
      const evaluated = (run.evaluation.sequences * run.shape.context) / 3;
      expect(one.seconds).toBeCloseTo(((run.tokens + evaluated) * run.flopsPerToken.hoffmann) / 1e10, 6);
    }
    expect(flops).toBeCloseTo(
      expected.reduce((sum, one) => sum + one.flops, 0),
      0,
    );
    expect(workers).toBe(2);
    const times = expected.map(({ seconds = 0 }) => seconds);
    const total = times.reduce((a, b) => a + b, 0);
    expect(wallSeconds).toBeGreaterThanOrEqual(total / 2);
    expect(wallSeconds).toBeLessThanOrEqual(total / 2 + Math.max(...times));
    expect(speed?.source).toBe("stated");
    expect(memoryBytes).toBeGreaterThan(Math.max(...expected.map((one) => one.memoryBytes)));
    expect(warnings.map(({ code }) => code)).toEqual(expect.arrayContaining(["design-narrow", "design-few-budgets"]));
    const text = await command("run", path, "--dry-run", "--speed", "1e10");
    expect(text.stdout).toMatch(/^Run +N +D +Steps +FLOPs +Epochs +Memory +Time/);
    expect(text.stdout).toMatch(/8 runs, \S+ FLOPs, about .* on 2 workers \(speed: stated\)/);
    const bad = await command("run", path, "--dry-run", "--speed", "fast");
    expect(bad.code).toBe(2);
    expect(bad.stderr).toMatch(/--speed .* is invalid\. Write a number such as 4e10/);
  });

  it("measures the built-in trainer where no speed is given, leaving nothing in the study", async () => {
    const study = parseStudy(await readFile(join(await makeStudy(), "study.yaml"), "utf8"), "study.yaml");
    const text = join(folder, "study");
    const { stdout } = await promisify(execFile)(process.execPath, [BUILT, "run", text, "--dry-run", "--json"]);
    const made: Priced = JSON.parse(stdout);
    expect(made.speed?.source).toBe("measured now");
    expect(made.speed?.points).toHaveLength(3);
    for (const { flopsPerSecond } of made.speed?.points ?? []) expect(flopsPerSecond).toBeGreaterThan(1e6);
    expect(made.wallSeconds).toBeGreaterThan(0);
    expect(await readFile(join(text, "design.json"), "utf8").catch(() => "none")).toBe("none");
    // A trainer that cannot start has no speed, and the runs themselves tell why.
    const broken = { ...study, trainer: { command: ["/no/such/program"] } };
    const runs = resolveRuns(study, { ...corpus, folder });
    expect(await measureSpeed(broken, runs, new AbortController().signal)).toBeUndefined();
  });

  it("does not start a trainer of the user's own, but takes the speed of its finished runs", async () => {
    const path = await makeStudy("", fake, "[1e11]");
    const before = await dryRun(path);
    expect(before.speed).toBeUndefined();
    expect(before.expected[0]?.seconds).toBeUndefined();
    expect((await command("run", path, "--dry-run")).stdout).toMatch(/time unknown: give --speed/);
    await command("run", path);
    const after = await dryRun(path);
    expect(after.speed?.source).toBe("finished runs");
    // The fake trainer says that every step took a hundredth of a second.
    for (const [i, { seconds }] of after.expected.entries()) {
      expect(seconds).toBeCloseTo((after.runs[i]?.steps ?? 0) / 100, 0);
    }
  });
});

describe("expected times", () => {
  const [run] = resolveRuns(
    parseStudy("name: x\ndata: { corpus: y }\ndesign: { kind: isoflop, budgets: [1e11] }", "s"),
    corpus,
  );
  if (run === undefined) throw new Error("no run");

  it("interpolate between the sizes that were measured, on logarithmic scales", () => {
    const n = run.parameters.total;
    const speed = (points: [number, number][]) => ({
      source: "measured now" as const,
      overheadSeconds: 0,
      points: points.map(([parameters, flopsPerSecond]) => ({ parameters, flopsPerSecond })),
    });
    const at = (flopsPerSecond: number) => expectedSeconds(run, statedSpeed(flopsPerSecond));
    const middle = expectedSeconds(
      run,
      speed([
        [n / 4, 1e9],
        [4 * n, 1e11],
      ]),
    );
    expect(middle / at(1e10)).toBeCloseTo(1, 9);
    expect(expectedSeconds(run, speed([[4 * n, 1e9]]))).toBe(at(1e9));
    expect(expectedSeconds(run, speed([[n / 9, 1e9]]))).toBe(at(1e9));
  });

  it("of all runs are those of the fullest worker, the longest first", () => {
    expect(expectedWallSeconds([1, 2, 3, 4], 2)).toBe(5);
    expect(expectedWallSeconds([1, 1, 5], 2)).toBe(5);
    expect(expectedWallSeconds([1, 2], 1)).toBe(3);
    expect(speedOfFinished([])).toBeUndefined();
  });

  it.each([
    [512, "512 B"],
    [1700, "1.7 kB"],
    [16e6, "16 MB"],
    [123.4e9, "123 GB"],
  ])("%d bytes are %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});

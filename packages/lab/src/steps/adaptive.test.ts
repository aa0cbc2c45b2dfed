import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { command } from "../fixtures/testIo.js";
import type { CentredProfile } from "../stages/centresFile.js";

const FAKE = fileURLToPath(new URL("../executors/fixtures/fakeTrainer.mjs", import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-adaptive-"));
  process.env.ISOFLOP_CACHE = join(folder, "cache");
  await writeFile(join(folder, "text.txt"), "Fellow citizens of the Senate and of the House. ".repeat(400_000));
});
afterAll(async () => {
  delete process.env.ISOFLOP_CACHE;
  await rm(folder, { recursive: true, force: true });
});

/** The planted optimum has some 13 tokens a parameter at these budgets: 100 are eight times as many. */
async function makeStudy(name: string, centre: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  const text = `name: planted
data: { corpus: ../text.txt }
trainer: { command: [${JSON.stringify(process.execPath)}, ${JSON.stringify(FAKE)}, "{run}"] }
design: { kind: isoflop, budgets: [5e10, 1e11, 2e11, 4e11], sizes: 5, span: 4, centre: ${centre} }
hyperparameters: { batch: 1024, lr: 0.005 }
executor: { workers: 2 }
`;
  await writeFile(join(path, "study.yaml"), text);
  return path;
}

interface Fitted {
  readonly fits: readonly { readonly law: string; readonly minima?: readonly { readonly status: string }[] }[];
}
async function statuses(path: string): Promise<string[]> {
  const { stdout } = await command("fit", path, "--approach", "2", "--bootstrap", "0", "--json");
  const { fits } = JSON.parse(stdout === "" ? '{"fits":[]}' : stdout) as Fitted;
  return (fits[0]?.minima ?? []).map(({ status }) => status);
}
const centresOf = async (path: string): Promise<{ profiles: CentredProfile[] }> =>
  JSON.parse(await readFile(join(path, "centres.json"), "utf8"));

describe("adaptive centres", () => {
  it("bring every minimum inside from a guess that is off eightfold, where fixed centres do not", async () => {
    const fixed = await makeStudy("fixed", "{ tokensPerParameter: 100 }");
    expect((await command("run", fixed)).code).toBe(0);
    expect((await statuses(fixed)).filter((status) => status === "used")).toEqual([]);

    const path = await makeStudy("adaptive", "{ tokensPerParameter: 100, adaptive: true }");
    const dry = JSON.parse((await command("run", path, "--dry-run", "--json")).stdout);
    expect(dry.awaited).toEqual([1e11, 2e11, 4e11]);
    expect(dry.runs).toHaveLength(20);
    const run = await command("run", path, "--json");
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(/profile at 5e10 FLOPs: its minimum is at the edge; 3 larger sizes more/);
    expect(await statuses(path)).toEqual(["used", "used", "used", "used"]);
    const { profiles } = await centresOf(path);
    expect(profiles.map(({ budget }) => budget)).toEqual([5e10, 1e11, 2e11, 4e11]);
    expect(profiles[0]?.extensions[0]?.side).toBe("larger");
    expect(profiles[0]?.by).toBe("rule");
    for (const { by, extensions } of profiles.slice(2)) {
      expect(["forecast", "minimum"]).toContain(by);
      expect(extensions).toEqual([]);
    }
    const { trained, done } = JSON.parse(run.stdout);
    expect([trained, done]).toEqual([done, profiles.reduce((sum, { sizes }) => sum + sizes.length, 0)]);

    // Started again it trains nothing; stopped after the first stage, it decides the same.
    expect(JSON.parse((await command("run", path, "--json")).stdout)).toMatchObject({ trained: 0, done });
    const whole = await readFile(join(path, "centres.json"), "utf8");
    const { profiles: _, ...rest } = JSON.parse(whole);
    await writeFile(join(path, "centres.json"), JSON.stringify({ ...rest, profiles: profiles.slice(0, 1) }));
    expect(JSON.parse((await command("run", path, "--json")).stdout)).toMatchObject({ trained: 0, done });
    expect(await readFile(join(path, "centres.json"), "utf8")).toBe(whole);
    const after = JSON.parse((await command("run", path, "--dry-run", "--json")).stdout);
    expect([after.awaited, after.runs.length]).toEqual([[], done]);

    // Runs added beside the profiles move none of them.
    const study = await readFile(join(path, "study.yaml"), "utf8");
    const beside = "adaptive: true }, also: [{ parameters: 9k, tokens: 300k }]";
    await writeFile(join(path, "study.yaml"), study.replace("adaptive: true }", beside));
    expect(JSON.parse((await command("run", path, "--json")).stdout)).toMatchObject({ trained: 1, done: done + 1 });
    expect(await readFile(join(path, "centres.json"), "utf8")).toBe(whole);
  });

  it("states a forecast from such profiles, and judges it", async () => {
    const path = await makeStudy("verified", "{ tokensPerParameter: 13, adaptive: { first: 2 } }");
    const yaml = join(path, "study.yaml");
    await writeFile(yaml, `${await readFile(yaml, "utf8")}holdout: { budgets: [2e12] }\n`);
    const { code, stdout } = await command("run", path, "--verify", "--json");
    expect(code).toBe(0);
    const { forecast, verification } = JSON.parse(stdout);
    expect(forecast.largestTrainedBudget).toBe(4e11);
    expect(verification.budgets[0].runs.map((run: { measured: number }) => run.measured > 0)).toEqual([true, true]);
  });
});

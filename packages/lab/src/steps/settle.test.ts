import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type RunSpec, runSpecSchema } from "@isoflop/trainer";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { command } from "../fixtures/testIo.js";
import { runId } from "../study/identity.js";

const FAKE = fileURLToPath(new URL("../executors/fixtures/fakeTrainer.mjs", import.meta.url));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-sweep-"));
  process.env.ISOFLOP_CACHE = join(folder, "cache");
  process.env.FAKE_RATE = "0.011";
  await writeFile(join(folder, "text.txt"), "Fellow citizens of the Senate and of the House. ".repeat(200_000));
});
afterEach(async () => {
  for (const name of Object.keys(process.env)) if (/^(FAKE_|ISOFLOP_CACHE)/.test(name)) delete process.env[name];
  await rm(folder, { recursive: true, force: true });
});

async function makeStudy(hyperparameters: string, family = "compact"): Promise<string> {
  const path = join(folder, "study");
  await mkdir(path, { recursive: true });
  const text = `name: swept
data: { corpus: ../text.txt }
trainer: { command: [${JSON.stringify(process.execPath)}, ${JSON.stringify(FAKE)}, "{run}"] }
design: { kind: isoflop, budgets: [1e11, 4e11, 1.6e12], sizes: 3, shapes: { family: ${family} } }
hyperparameters: ${hyperparameters}
executor: { kind: local, workers: 2 }
`;
  await writeFile(join(path, "study.yaml"), text);
  return path;
}

const sweepOf = async (path: string) => JSON.parse(await readFile(join(path, "sweep.json"), "utf8"));
async function specs(path: string): Promise<RunSpec[]> {
  const { runs } = JSON.parse(await readFile(join(path, "design.json"), "utf8")) as { runs: string[] };
  return Promise.all(
    runs.map(async (id) => runSpecSchema.parse(JSON.parse(await readFile(join(path, "runs", id, "run.json"), "utf8")))),
  );
}

describe("a sweep", () => {
  it("finds the planted learning rate, tells its cost first, and is recorded in every run.json", async () => {
    const path = await makeStudy("{ lr: sweep }");
    const { code, stderr } = await command("run", path);
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /a sweep chooses the learning rate: at most 12 runs of N \S+ on \S+ tokens, \S+ FLOPs each, (5\.0|4\.\d) %/,
    );
    expect(stderr).toMatch(/sweep: learning rate 0\.0\d+/);
    const sweep = await sweepOf(path);
    expect(Math.abs(Math.log(sweep.choices.learningRate.value / 0.011))).toBeLessThan(0.25);
    expect(sweep.choices.batch).toEqual({ by: "rule", value: 256 });
    expect(sweep.shareOfStudy).toBeLessThanOrEqual(0.052);
    const trained = sweep.learningRate.trials.flatMap(({ runs }: { runs: string[] }) => runs);
    expect(trained.length).toBeLessThanOrEqual(12);
    expect((await readdir(join(path, "sweep"))).sort()).toEqual(trained.sort());
    const [low, high] = sweep.choices.learningRate.interval95;
    expect(low).toBeLessThan(sweep.choices.learningRate.value);
    expect(high).toBeGreaterThan(sweep.choices.learningRate.value);
    const made = await specs(path);
    expect(made).toHaveLength(9);
    for (const spec of made) {
      expect(spec.choices).toEqual(sweep.choices);
      expect(spec.optimizer.learningRate).toBe(sweep.choices.learningRate.value);
      // Who chose a number changes no number.
      expect(runId({ ...spec, choices: undefined })).toBe(spec.id);
    }
  });

  it("is made once, goes on from its trials' folders, and is made anew for another study", async () => {
    const path = await makeStudy("{ lr: sweep }");
    await command("run", path);
    const first = await readFile(join(path, "sweep.json"), "utf8");
    const again = await command("run", path, "--json");
    expect(again.stderr).not.toContain("sweep");
    expect(JSON.parse(again.stdout)).toMatchObject({ trained: 0, done: 9 });
    await rm(join(path, "sweep.json"));
    process.env.FAKE_NEVER = "*";
    expect((await command("run", path, "--json")).code).toBe(0);
    expect(await readFile(join(path, "sweep.json"), "utf8")).toBe(first);
    delete process.env.FAKE_NEVER;
    // Runs added beside the design are trained with what was chosen for it, and nothing else anew.
    const study = await readFile(join(path, "study.yaml"), "utf8");
    const beside = "sizes: 3, also: [{ parameters: 20k, tokens: 5M }],";
    await writeFile(join(path, "study.yaml"), study.replace("sizes: 3,", beside));
    expect(JSON.parse((await command("run", path, "--json")).stdout)).toMatchObject({ trained: 1, done: 10 });
    expect(await readFile(join(path, "sweep.json"), "utf8")).toBe(first);
    await makeStudy("{ lr: sweep, schedule: wsd }");
    const changed = await command("run", path);
    expect(changed.stderr).toContain("a sweep chooses the learning rate");
    expect((await sweepOf(path)).key).not.toBe(JSON.parse(first).key);
  });

  it("chooses the batch too, the rate going with its square root", async () => {
    process.env.FAKE_BATCH = "512";
    const path = await makeStudy("{ lr: sweep, batch: sweep, sweepShare: 30% }");
    const { code } = await command("run", path);
    expect(code).toBe(0);
    const { choices, batch, learningRate, trial } = await sweepOf(path);
    expect(choices.batch.by).toBe("sweep");
    const tokens = choices.batch.value * (trial.tokens / 1e6) ** 0.4;
    expect(Math.abs(Math.log2(tokens / 512))).toBeLessThan(1);
    const factor = Math.sqrt(choices.batch.value / 256);
    expect(choices.learningRate.value / (learningRate.value * factor)).toBeCloseTo(1, 2);
    expect(batch.trials.length + learningRate.trials.length).toBeLessThanOrEqual(14);
    for (const spec of await specs(path)) {
      const wanted = choices.batch.value * (spec.tokens / 1e6) ** 0.4;
      expect(Math.abs(spec.batch.tokens - wanted)).toBeLessThan(spec.shape.context);
    }
  });

  it("is what auto means where no rule was measured, and only there", async () => {
    const compact = await makeStudy("{}");
    expect(JSON.parse((await command("run", compact, "--dry-run", "--json")).stdout).sweep).toBeUndefined();
    const llama = await makeStudy("{}", "llama");
    const planned = JSON.parse((await command("run", llama, "--dry-run", "--json")).stdout);
    expect(planned.sweep).toMatchObject({ trials: 12, learningRate: true, batch: false });
    expect(existsSync(join(llama, "sweep"))).toBe(false);
    const ruled = await makeStudy("{ lr: rule, batch: rule }", "llama");
    expect(JSON.parse((await command("run", ruled, "--dry-run", "--json")).stdout).sweep).toBeUndefined();
    const given = await makeStudy("{ lr: 0.003, batch: 256 }", "llama");
    const { runs } = JSON.parse((await command("run", given, "--dry-run", "--json")).stdout);
    expect(runs[0].choices).toEqual({ learningRate: { by: "user", value: 0.003 }, batch: { by: "user", value: 256 } });
  });

  it("warns where its learning rate will not carry over, refuses to be too short, and tells of divergence", async () => {
    const standard = await makeStudy("{ lr: sweep, parametrisation: standard }");
    expect((await command("run", standard, "--dry-run")).stderr).toMatch(/warning \(sweep-no-transfer\)/);
    const tiny = await makeStudy("{ lr: sweep, sweepShare: 0.001% }");
    const refused = await command("run", tiny);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/leaves \d+ steps to each.*\n {2}hint: Give hyperparameters\.lr/);
    process.env.FAKE_DIVERGE = "*";
    const diverging = await command("run", await makeStudy("{ lr: sweep }"));
    expect(diverging.code).toBe(1);
    expect(diverging.stderr).toMatch(/Every trial of the sweep of the learning rate diverged/);
  });
});

import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { command } from "../fixtures/testIo.js";
import { readObservations } from "../read/observations.js";
import { importRuns } from "./importRuns.js";

let folder: string;
let to: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-import-"));
  to = join(folder, "imported");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const law = (N: number, D: number) => 1.7 + 400 / N ** 0.34 + 410 / D ** 0.28;

/** A run's metrics as lingua or a script of one's own writes them. */
async function writeRun(
  name: string,
  N: number,
  D: number,
  more: { steps?: number; seed?: number } = {},
): Promise<string> {
  const { steps = 20, seed = 0 } = more;
  const path = join(folder, "runs", name);
  await mkdir(path, { recursive: true });
  await writeFile(join(path, "config.json"), JSON.stringify({ n_params: N, seed }));
  const lines = Array.from({ length: steps }, (_, i) => {
    const tokens = (D * (i + 1)) / 20;
    return JSON.stringify({ step: i + 1, tokens, "train/loss": law(N, tokens) - 0.01, "val/loss": law(N, tokens) });
  });
  await writeFile(join(path, "metrics.jsonl"), `${lines.join("\n")}\n`);
  return join(path, "metrics.jsonl");
}
const runs = () => join(folder, "runs");
const take = (more = {}, paths = [runs()]) => importRuns(paths, { to, loss: "last", counting: "6N", ...more });

describe("isoflop import", () => {
  it("gives a folder that fit reads: a planted law comes back, with N, D, C, loss and curves to the last bit", async () => {
    const grid = [1e6, 3e6, 1e7, 3e7].flatMap((N) => [2e8, 6e8, 2e9, 6e9].map((D) => [N, D] as const));
    for (const [i, [N, D]] of grid.entries()) await writeRun(`run ${i}`, N, D);
    const imported = await command("import", runs(), "--to", to, "--json");
    expect(imported.code).toBe(0);
    expect(JSON.parse(imported.stdout)).toMatchObject({
      added: 16,
      records: 16,
      dropped: [],
      warnings: [expect.stringMatching(/N is|n_params/), ...Array(15).fill(expect.anything())],
    });
    const { records } = await readObservations([to]);
    expect(records.map(({ parameters, tokens, loss }) => [parameters, tokens, loss]).sort()).toEqual(
      grid.map(([N, D]) => [N, D, law(N, D)]).sort(),
    );
    for (const { curve, parameters, tokens } of records) {
      expect(curve).toHaveLength(20);
      expect(curve?.at(-1)).toEqual({ tokens, flops: 6 * parameters * tokens, loss: law(parameters, tokens) - 0.01 });
    }
    const fit = await command("fit", to, "--approach", "3", "--bootstrap", "0", "--json");
    expect(fit.code).toBe(0);
    const { parameters } = JSON.parse(fit.stdout).fits[0];
    expect(parameters.E).toBeCloseTo(1.7, 3);
    expect(parameters.alpha).toBeCloseTo(0.34, 3);
    expect(parameters.beta).toBeCloseTo(0.28, 3);
  });

  it("reads again only what is new or longer, and keeps what is gone", async () => {
    await writeRun("a", 1e6, 1e9);
    const b = await writeRun("b", 2e6, 1e9, { steps: 10 });
    expect(await take()).toMatchObject({ added: 2, changed: 0, unchanged: 0 });
    const first = await readFile(join(to, "records.jsonl"), "utf8");
    expect(await take()).toMatchObject({ added: 0, changed: 0, unchanged: 2 });
    expect(await readFile(join(to, "records.jsonl"), "utf8")).toBe(first);
    await appendFile(b, `${JSON.stringify({ step: 11, tokens: 6e8, "val/loss": 2.5 })}\n`);
    await writeRun("c", 3e6, 1e9);
    expect(await take()).toMatchObject({ added: 1, changed: 1, unchanged: 1 });
    await rm(join(runs(), "a"), { recursive: true });
    const { manifest, kept } = await take();
    expect(kept).toBe(1);
    expect(manifest.runs).toHaveLength(3);
    // Under another rule the run that is gone is decided from what was kept of it.
    const least = await take({ loss: "mean:2" });
    const a = least.manifest.runs.find(({ name }) => name === "a");
    expect(a?.outcome).toMatchObject({ record: { loss: (law(1e6, 1e9) + law(1e6, 0.95e9)) / 2 } });
  });

  it("loses nothing: every point of every series is kept as it was logged, NaN too", async () => {
    const path = join(folder, "runs", "x", "metrics.jsonl");
    await mkdir(join(folder, "runs", "x"), { recursive: true });
    await writeFile(
      path,
      '{"step": 1, "loss": NaN, "grad": {"norm": 0.5}, "note": "hi"}\n{"step": 2, "loss": 3.25, "odd name": -Infinity}\n',
    );
    const { manifest } = await take();
    const [run] = manifest.runs;
    expect(run?.points).toBe(4);
    const stored = await readFile(join(to, "runs", run!.id, "points.jsonl"), "utf8");
    expect(
      stored
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { key: "loss", step: 1, value: "NaN" },
      { key: "grad.norm", step: 1, value: 0.5 },
      { key: "loss", step: 2, value: 3.25 },
      { key: "odd name", step: 2, value: "-Infinity" },
    ]);
  });

  it("never mixes in silence: units, losses of other names, counts of N, one run logged twice", async () => {
    for (const name of ["a", "b"]) await writeRun(name, 1e6, 1e9);
    await mkdir(join(runs(), "bpb"), { recursive: true });
    await writeFile(join(runs(), "bpb", "config.json"), '{"n_params": 1000000}');
    await writeFile(join(runs(), "bpb", "metrics.jsonl"), '{"step": 1, "tokens": 1e9, "val/bpb": 0.9}\n');
    await mkdir(join(runs(), "train only"), { recursive: true });
    await writeFile(join(runs(), "train only", "config.json"), '{"total_params": 1000000}');
    await writeFile(join(runs(), "train only", "metrics.jsonl"), '{"step": 1, "tokens": 1e9, "train/loss": 3}\n');
    const { code, stdout } = await command("import", runs(), "--to", to);
    expect(code).toBe(0);
    expect(stdout).toMatch(/dropped: .*bpb.* is in bits per byte, those of most runs in nats per token/);
    expect(stdout).toMatch(/Losses of different names are mixed: val\/loss \(2 runs\), train\/loss \(1 runs\)/);
    expect(stdout).toMatch(/N is not counted in one way: given \(2 runs\), total \(1 runs\)/);
    expect(stdout).toMatch(/The same N, D and loss in .*a.* and .*b.*: is it one run, logged twice\?/);
    expect((await readObservations([to])).notices.join("\n")).toMatch(/N is not counted in one way/);
  });

  it("says which runs had not finished, then and in every fit, forecast and law, until --where leaves them out", async () => {
    // The Trainer's own word for it: its last step against those that were set.
    const sizes = [1e6, 1e6, 1e6, 4e6, 4e6, 4e6, 1.6e7, 1.6e7, 1.6e7];
    for (const [i, N] of sizes.entries()) {
      const path = join(folder, "runs", `run\n${i}`);
      await mkdir(path, { recursive: true });
      const log_history = Array.from({ length: 10 }, (_, k) => {
        const step = k + 1;
        const tokens = step * 1e8 * (1 + (i % 3));
        return { step, eval_loss: law(N, tokens), num_input_tokens_seen: tokens };
      });
      const state = { log_history, global_step: 10, max_steps: i < 2 ? 20 : 10 };
      await writeFile(join(path, "trainer_state.json"), JSON.stringify(state));
      await writeFile(join(path, "config.json"), JSON.stringify({ n_params_total: N }));
    }
    const imported = await command("import", runs(), "--to", to);
    expect(imported.stdout).toMatch(
      /^warning: unfinished-runs: 2 of 9 runs had not finished.*\(2 running\): run 0, run 1\./m,
    );
    const again = await command("import", runs(), "--to", to, "--json");
    expect(JSON.parse(again.stdout).unfinished).toEqual([
      { name: "run\n0", path: join(runs(), "run\n0"), state: "running" },
      { name: "run\n1", path: join(runs(), "run\n1"), state: "running" },
    ]);
    const warnings = [{ code: "unfinished-runs", message: expect.stringContaining("2 of 9 runs") }];
    const few = ["--bootstrap", "0", "--json"];
    const fit = await command("fit", to, "--approach", "3", ...few);
    expect(JSON.parse(fit.stdout).observations).toMatchObject({ count: 9, warnings });
    const one = await command("fit", join(to, "records.jsonl"), "--law", "kaplan-compute", ...few);
    expect(JSON.parse(one.stdout).observations).toMatchObject({ count: 9, warnings });
    const forecast = await command("forecast", to, "--flops", "1e18", ...few);
    expect(JSON.parse(forecast.stdout).observations).toMatchObject({ count: 9, warnings });
    expect((await command("fit", to, "--approach", "3", "--bootstrap", "0")).stdout).toMatch(
      /^warning \(unfinished-runs\): 2 of 9 runs .* by --where "state = 'finished'"\.$/m,
    );
    const { records, warnings: none } = await readObservations([to], { where: "state = 'finished'" });
    expect(records).toHaveLength(7);
    expect(none).toEqual([]);
    const page = join(folder, "page.html");
    expect((await command("report", to, "--bootstrap", "0", "--to", page)).code).toBe(0);
    expect(await readFile(page, "utf8")).toContain("<code>unfinished-runs</code>");
  });

  it("fits no two countings together, however their folders are named, and tells of tables beside them", async () => {
    for (const [i, N] of [1e6, 2e6, 4e6].entries()) {
      const path = join(runs(), `run ${i}`);
      await mkdir(path, { recursive: true });
      await writeFile(join(path, "config.json"), JSON.stringify({ n_params_total: N, total_flops: 7e9 * N }));
      await writeFile(join(path, "metrics.jsonl"), `{"step": 1, "tokens": 1e9, "val/loss": ${law(N, 1e9)}}\n`);
    }
    const other = join(folder, "other");
    await take();
    await importRuns([runs()], { to: other, loss: "last", counting: "logged" });
    const table = join(folder, "table.csv");
    await writeFile(table, "N,D,loss\n1e7,1e9,3\n");
    const files = [join(to, "records.jsonl"), join(other, "records.jsonl")];
    for (const paths of [[to, other], files, [to, other, table], [join(folder, "*", "records.jsonl")]]) {
      await expect(readObservations(paths), paths.join()).rejects.toMatchObject({ code: "mixed-counting" });
    }
    expect(await command("fit", ...files, "--law", "kaplan-compute")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("counts by 6N"),
    });
    const { warnings, convention } = await readObservations([to, table]);
    expect(warnings).toEqual([{ code: "mixed-convention", message: expect.stringContaining("table.csv") }]);
    expect(convention.parameters).toBe("given");
    expect((await readObservations([files[0]!])).convention).toEqual({ parameters: "total", flops: "6N" });
  });

  it("of logged FLOPs says that two programs may count them in different ways", async () => {
    for (const [name, series] of [
      ["levanter", '"throughput/total_tokens": 1e9, "throughput/total_gflops": 7e6, "train/loss": 3'],
      ["script", '"tokens": 1e9, "total_flops": 6e15, "train/loss": 3'],
    ]) {
      await mkdir(join(runs(), name!), { recursive: true });
      await writeFile(join(runs(), name!, "config.json"), '{"total_params": 1000000}');
      await writeFile(join(runs(), name!, "metrics.jsonl"), `{"step": 1, ${series}}\n`);
    }
    const { manifest } = await take({ counting: "logged" });
    expect(manifest.runs.map(({ outcome }) => "record" in outcome && outcome.record.flops)).toEqual([7e15, 6e15]);
    expect(manifest.warnings.join("\n")).toMatch(
      /C was logged by programs .*: levanter \(1 runs\), by-names \(1 runs\)/,
    );
  });

  it("keeps the unit of losses that no factor turns into nats per token, and says it in every fit", async () => {
    for (const name of ["a", "b"]) {
      await mkdir(join(runs(), name), { recursive: true });
      await writeFile(join(runs(), name, "config.json"), '{"total_params": 1000000}');
      await writeFile(
        join(runs(), name, "metrics.jsonl"),
        `{"step": 1, "tokens": 1e9, "val/bpb": 0.9, "name": "${name}"}\n`,
      );
    }
    await take();
    const { records, notices, convention } = await readObservations([to]);
    expect(records.map(({ loss }) => loss)).toEqual([0.9, 0.9]);
    expect(notices.join("\n")).toMatch(/in bits per byte, and is left so/);
    expect(convention).toEqual({ parameters: "total", flops: "6N" });
    await importRuns([runs()], { to: join(folder, "other"), loss: "last", counting: "logged" });
    await expect(readObservations([to, join(folder, "other")])).rejects.toMatchObject({ code: "file-unreadable" });
    await writeFile(
      join(runs(), "a", "metrics.jsonl"),
      '{"step": 1, "tokens": 1e9, "val/bpb": 0.9, "total_flops": 7e15}\n',
    );
    await importRuns([runs()], { to: join(folder, "other"), loss: "last", counting: "logged" });
    await expect(readObservations([to, join(folder, "other")])).rejects.toMatchObject({ code: "mixed-counting" });
  });

  it("takes names of one's own from a mapping, and refuses one that is none", async () => {
    await mkdir(join(runs(), "mine"), { recursive: true });
    const file = join(runs(), "mine", "trace.jsonl");
    await writeFile(file, '{"k": 5, "seen": 2, "held": 3.5}\n');
    await writeFile(join(runs(), "mine", "params.json"), '{"weights": {"all": 7}}');
    const mapping = join(folder, "mine.json");
    const content = {
      name: "mine",
      sources: ["my train.py"],
      series: { valLoss: ["held"], tokens: ["seen*1e9"] },
      config: { parameters: ["weights.all*1e6"] },
      counted: { parameters: "total" },
      files: { names: ["trace.jsonl"], step: ["k"] },
    };
    await writeFile(mapping, JSON.stringify(content));
    const { manifest } = await take({ mapping });
    expect(manifest.convention).toEqual({ parameters: "total", flops: "6N" });
    expect(manifest.runs[0]?.outcome).toMatchObject({ record: { parameters: 7e6, tokens: 2e9, loss: 3.5, step: 5 } });
    await writeFile(mapping, JSON.stringify({ ...content, sieres: {} }));
    await expect(take({ mapping })).rejects.toMatchObject({
      code: "mapping-invalid",
      message: expect.stringMatching(/sieres/),
    });
  });

  it("says of bad files which line is at fault, and goes on", async () => {
    const path = await writeRun("a", 1e6, 1e9);
    const good = await readFile(path, "utf8");
    const odd = `not json\n${good}\u0000\u0001\n{"step": 21, "tokens": 1e9, "val/loss": 2.0}\n{"step": 22, "val/lo`;
    await writeFile(path, odd);
    const { manifest } = await take();
    const [run] = manifest.runs;
    expect(run?.notices).toEqual([
      `${path}:1 is no JSON object, and is left out`,
      `${path}:22 is no JSON object, and is left out`,
      `${path}:24 is not ended, as of a run that was killed, and is left out`,
    ]);
    expect(run?.outcome).toMatchObject({ record: { loss: 2, step: 21 } });
  });

  it("reads a line of 200 MB in bounded memory, and says which it is", async () => {
    const path = await writeRun("a", 1e6, 1e9);
    const piece = "x".repeat(2 ** 20);
    for (let i = 0; i < 200; i++) await appendFile(path, piece);
    await appendFile(path, '\n{"step": 21, "tokens": 1e9, "val/loss": 2.0}\n');
    const before = process.memoryUsage().arrayBuffers;
    const { manifest } = await take();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100e6);
    expect(manifest.runs[0]?.notices).toEqual([`${path}:21 is longer than 8 MB, and is left out`]);
    expect(manifest.runs[0]?.outcome).toMatchObject({ record: { loss: 2 } });
  });

  it("keeps odd names as they are in its files, and on one line in what it prints", async () => {
    const name = "=cmd|' /C calc'!A0\n<img src=x onerror=alert(1)>";
    await writeRun(name.replaceAll("/", "_"), 1e6, 1e9);
    await writeRun("no loss\nINJECTED", 1e6, 1e9);
    await writeFile(join(runs(), "no loss\nINJECTED", "metrics.jsonl"), '{"step": 1, "tokens": 5}\n');
    const { stdout } = await command("import", runs(), "--to", to);
    expect(stdout).not.toMatch(/^INJECTED/m);
    expect(stdout).toMatch(/dropped: .*no loss\\nINJECTED.*no loss was logged/);
    const [line = ""] = (await readFile(join(to, "records.jsonl"), "utf8")).split("\n");
    expect(JSON.parse(line).label).toBe(name.replaceAll("/", "_"));
  });

  it("takes what every tracker left below one folder by one command, and the run of a database by its name", async () => {
    const here = fileURLToPath(new URL(".", import.meta.url));
    const { manifest, failed } = await take({}, [here]);
    expect(failed).toEqual([]);
    const kinds = new Set(manifest.runs.map(({ kind }) => kind));
    for (const kind of ["hugging-face", "tensorboard", "wandb", "mlflow"]) expect([...kinds].join()).toContain(kind);
    const database = join(folder, "mlflow.db");
    await writeFile(database, gunzipSync(await readFile(join(here, "mlflow/fixtures/mlflow.db.gz"))));
    const all = await take({ to: join(folder, "all"), from: "mlflow" }, [database]);
    expect(all.added).toBeGreaterThan(2);
    const one = await take({ to: join(folder, "one") }, [all.manifest.runs[0]!.path]);
    expect(one.added).toBe(1);
    expect(one.manifest.runs[0]?.id).toBe(all.manifest.runs[0]?.id);
  });

  it("knows a run by where it lies, so that a link to the latest one adds nothing", async () => {
    await writeRun("run-1", 1e6, 1e9);
    await symlink(join(runs(), "run-1"), join(runs(), "latest-run"));
    await take();
    await writeRun("run-2", 2e6, 1e9);
    await rm(join(runs(), "latest-run"));
    await symlink(join(runs(), "run-2"), join(runs(), "latest-run"));
    expect(await take()).toMatchObject({ added: 1, unchanged: 1, kept: 0 });
  });

  it("finds runs by globs, follows links once, and refuses what is not there or not its own", async () => {
    for (const name of ["s1/a", "s1/b", "s2/a"]) await writeRun(name, 1e6, 1e9);
    await symlink(runs(), join(runs(), "s2", "loop"));
    expect((await take({}, [join(runs(), "**", "a")])).added).toBe(2);
    expect((await take({}, [join(runs(), "s?")])).manifest.runs).toHaveLength(3);
    await expect(take({}, [join(runs(), "no*")])).rejects.toMatchObject({ code: "file-missing" });
    await expect(take({ to: runs() })).rejects.toMatchObject({ code: "import-folder" });
    await expect(take({ from: "paper" })).rejects.toMatchObject({ code: "import-from" });
    await expect(take({ counting: "9N" })).rejects.toMatchObject({ code: "counting" });
    await expect(take({ loss: "best" })).rejects.toMatchObject({ code: "loss-rule" });
    expect((await readdir(to)).sort()).toEqual(["import.json", "records.jsonl", "runs"]);
  });
});

import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { plantedLoss as law, writeLoggedRun } from "../fixtures/loggedRuns.js";
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

const runs = () => join(folder, "runs");
const writeRun = (name: string, N: number, D: number, more = {}) => writeLoggedRun(join(runs(), name), N, D, more);
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

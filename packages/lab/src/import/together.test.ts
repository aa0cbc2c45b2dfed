import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

describe("imported runs, held together", () => {
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
    expect(warnings).toMatchObject([{ code: "mixed-convention", message: expect.stringContaining("table.csv") }]);
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
    await expect(readObservations([to, join(folder, "other")])).rejects.toMatchObject({ code: "no-observations" });
    await writeFile(
      join(runs(), "a", "metrics.jsonl"),
      '{"step": 1, "tokens": 1e9, "val/bpb": 0.9, "total_flops": 7e15}\n',
    );
    await importRuns([runs()], { to: join(folder, "other"), loss: "last", counting: "logged" });
    await expect(readObservations([to, join(folder, "other")])).rejects.toMatchObject({ code: "mixed-counting" });
  });
});

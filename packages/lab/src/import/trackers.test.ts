import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { importRuns } from "./importRuns.js";
import { startStandIn } from "./wandb/fixtures/standIn.js";

const fixtures = (tracker: string): string => fileURLToPath(new URL(`${tracker}/fixtures`, import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-trackers-"));
  await mkdir(join(folder, "wandb"));
  for (const name of ["offline-run-small", "offline-run-failed"]) {
    await cp(join(fixtures("wandb"), name), join(folder, "wandb", name), { recursive: true });
  }
  await cp(join(fixtures("mlflow"), "mlruns"), join(folder, "mlruns"), { recursive: true });
  await writeFile(join(folder, "mlflow.db"), gunzipSync(await readFile(join(fixtures("mlflow"), "mlflow.db.gz"))));
  await writeFile(
    join(folder, "chart.csv"),
    '"Step","a - val/loss","a - val/loss__MIN","a - val/loss__MAX","b - val/loss","b - val/loss__MIN","b - val/loss__MAX"\n0,5,5,5,6,6,6\n',
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const options = { loss: "last", counting: "6N" };

test("runs of every tracker below a folder are found, each once, with every point", async () => {
  const { added, failed, manifest } = await importRuns([folder], { ...options, to: join(folder, "all") });
  expect(failed).toEqual([]);
  const kinds = manifest.runs.map(({ kind }) => kind).sort();
  const times = (count: number, kind: string) => Array.from({ length: count }, () => kind);
  expect(kinds).toEqual([
    ...times(3, "mlflow"),
    ...times(3, "mlflow-database"),
    ...times(2, "wandb"),
    ...times(2, "wandb-export"),
  ]);
  expect(added).toBe(10);
  const small = manifest.runs.find(({ name }) => name === "small");
  expect(small).toMatchObject({ points: 20 * 3 + 4, state: "finished", tags: ["sweep", "a,b"] });
  const again = await importRuns([folder], { ...options, to: join(folder, "all") });
  expect(again).toMatchObject({ added: 0, changed: 0, unchanged: 10 });
});

test("one run of a database can be named", async () => {
  const all = await importRuns([join(folder, "mlflow.db")], { ...options, to: join(folder, "database") });
  const [first] = all.manifest.runs;
  const one = await importRuns([first?.path ?? ""], { ...options, to: join(folder, "one") });
  expect(one.manifest.runs.map(({ path, name }) => [path, name])).toEqual([[first?.path, first?.name]]);
});

test("an import from a server that was stopped goes on with the page where it was, and writes no key", async () => {
  const key = "0123456789abcdef0123456789abcdef01234567";
  const rows = Array.from({ length: 2500 }, (_, step) => ({ _step: step, loss: 2 + 1 / (step + 1) }));
  const server = await startStandIn(key, rows);
  vi.stubEnv("WANDB_API_KEY", key);
  vi.stubEnv("WANDB_BASE_URL", server.address);
  try {
    const to = join(folder, "server");
    const run = `${server.address}/me/scaling/runs/a`;
    // What the run is, twice, and two pages of its history.
    server.refusals = [undefined, undefined, undefined, undefined, { status: 403 }];
    const stopped = await importRuns([run], { ...options, to });
    expect(stopped.failed).toEqual([{ path: run, reason: expect.stringContaining("403") }]);
    expect(await readdir(join(to, ".pages"))).toHaveLength(2);
    const before = server.asked.length;
    const { added, failed, manifest } = await importRuns([run], { ...options, to });
    expect({ added, failed, points: manifest.runs[0]?.points }).toEqual({ added: 1, failed: [], points: 2500 });
    expect(server.asked.length - before).toBe(3);
    const names = await readdir(to, { recursive: true, withFileTypes: true });
    expect(names.map(({ name }) => name)).not.toContain(".pages");
    for (const entry of names.filter((each) => each.isFile())) {
      expect(await readFile(join(entry.parentPath, entry.name), "utf8")).not.toContain(key);
    }
  } finally {
    vi.unstubAllEnvs();
    await server.close();
  }
});

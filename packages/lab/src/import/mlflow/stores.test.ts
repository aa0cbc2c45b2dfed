import { execFile, spawnSync } from "node:child_process";
import {
  appendFile,
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import sqlite from "node-sqlite3-wasm";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { ImportSource, TrackedPoint, TrackedRun } from "../source.js";
import { mlflowDatabase } from "./database.js";
import { mlflowFiles } from "./fileStore.js";

/** Written by the client of mlflow 3.17.2, into files and into SQLite: dev/trackerFixtures.py. */
const FIXTURES = fileURLToPath(new URL("fixtures", import.meta.url));
const loss = (step: number): number => 2 + 8 / Math.sqrt(step + 1);

let folder: string;
let database: string;
let fileRuns: string[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-mlflow-test-"));
  database = join(folder, "mlflow.db");
  await writeFile(database, gunzipSync(await readFile(join(FIXTURES, "mlflow.db.gz"))));
  const [experiment] = await readdir(join(FIXTURES, "mlruns"));
  const at = join(FIXTURES, "mlruns", experiment ?? "");
  const paths = (await readdir(at)).map((name) => join(at, name));
  const recognised = await Promise.all(paths.map((path) => mlflowFiles.recognises(path)));
  fileRuns = paths.filter((_, index) => recognised[index]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function points(run: TrackedRun): Promise<TrackedPoint[]> {
  const all: TrackedPoint[] = [];
  for await (const point of run.series()) all.push(point);
  return all;
}

const stores: readonly [string, ImportSource, () => Promise<readonly string[]>][] = [
  ["files", mlflowFiles, () => Promise.resolve(fileRuns)],
  ["database", mlflowDatabase, async () => (await mlflowDatabase.runs?.(database)) ?? []],
];

describe.each(stores)("the store of %s that MLflow wrote", (_, source, paths) => {
  const runs = async () => {
    const opened = await Promise.all((await paths()).map((path) => source.open(path)));
    return opened.sort((a, b) => (a.name < b.name ? -1 : 1));
  };

  test("gives its runs, without the deleted one", async () => {
    expect((await runs()).map(({ name, state }) => [name, state])).toEqual([
      ["model 0", "finished"],
      ["model 1", "failed"],
      ["model 2", "crashed"],
    ]);
  });

  test("gives parameters as values, tags and last metrics", async () => {
    const run = (await runs())[1];
    expect(run?.config).toEqual({ d_model: 128, "opt/name": "adamw 'x'", note: "a\nb" });
    expect(run?.tags).toEqual(["kind=sweep"]);
    expect(run?.summary).toEqual({ "train/loss": loss(11) + 1, lr: 3e-4, "val loss": 4.5 });
  });

  test("gives every point of every metric, with its time", async () => {
    const all = await points((await runs())[2] as TrackedRun);
    const series = (key: string) => all.filter((point) => point.key === key).sort((a, b) => a.step - b.step);
    expect(series("train/loss")).toEqual(
      Array.from({ length: 12 }, (_step, step) => ({
        key: "train/loss",
        step,
        value: loss(step) + 2,
        time: 1_700_000_000 + step,
      })),
    );
    expect(series("odd").map(({ value }) => value)).toEqual([
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]);
    expect(all).toHaveLength(12 + 12 + 1 + 3);
  });
});

describe("a run's folder", () => {
  test("whose writer is at work gives whole lines only", async () => {
    const copy = join(folder, "torn");
    await cp(fileRuns[0] as string, copy, { recursive: true });
    const before = await mlflowFiles.fingerprint(copy);
    await appendFile(join(copy, "metrics", "val loss"), "1700000040000 4.2");
    const all = await points(await mlflowFiles.open(copy));
    expect(all.filter(({ key }) => key === "val loss").map(({ value }) => value)).toEqual([4.5]);
    expect(await mlflowFiles.fingerprint(copy)).not.toBe(before);
  });

  test("with a line that is no metric is refused, with the file's name", async () => {
    const copy = join(folder, "damaged");
    await cp(fileRuns[0] as string, copy, { recursive: true });
    await appendFile(join(copy, "metrics", "val loss"), "1700000040000 four 3\n");
    await expect(mlflowFiles.open(copy)).rejects.toMatchObject({
      code: "mlflow-damaged",
      message: expect.stringContaining("val loss"),
    });
  });

  test("has an id that YAML would take for a number", async () => {
    const copy = join(folder, "id");
    await cp(fileRuns[0] as string, copy, { recursive: true });
    const meta = await readFile(join(copy, "meta.yaml"), "utf8");
    await writeFile(join(copy, "meta.yaml"), meta.replace(/^run_id: .*$/m, `run_id: ${"1".repeat(30)}e1`));
    expect((await mlflowFiles.open(copy)).id).toBe(`${"1".repeat(30)}e1`);
  });

  test("is none where meta.yaml is an experiment's", async () => {
    expect(await mlflowFiles.recognises(join(fileRuns[0] as string, ".."))).toBe(false);
  });
});

describe("a database", () => {
  test("is read where it lies without a trace, and changes are seen", async () => {
    const at = join(folder, "own.db");
    await copyFile(database, at);
    const names = await readdir(folder);
    const [first] = (await mlflowDatabase.runs?.(at)) ?? [];
    const before = await mlflowDatabase.fingerprint(first as string);
    const count = (await points(await mlflowDatabase.open(first as string))).length;
    expect(await readdir(folder)).toEqual(names);
    const writer = new sqlite.Database(at);
    const [, id] = (first as string).split("#");
    writer.run("INSERT INTO metrics (key, value, timestamp, run_uuid, step, is_nan) VALUES ('late', 1, 2, ?, 3, 0)", [
      id as string,
    ]);
    writer.close();
    expect(await points(await mlflowDatabase.open(first as string))).toHaveLength(count + 1);
    expect(await mlflowDatabase.fingerprint(first as string)).not.toBe(before);
  });

  const lacksPython = spawnSync("python3", ["-c", "import sqlite3"]).status !== 0;
  test.skipIf(lacksPython && process.env.CI === undefined)(
    "of which a server has not yet written all back is read with its write-ahead log",
    async () => {
      const at = join(folder, "ahead.db");
      await copyFile(database, at);
      // The log of a database of SQLite 3.40 to which a row was added in WAL mode, as the process that did it was killed.
      const python =
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('pragma journal_mode=wal'); c.execute(\"insert into metrics (key, value, timestamp, run_uuid, step, is_nan) select 'ahead', 1, 2, run_uuid, 3, 0 from runs\"); c.commit(); os._exit(0)";
      await promisify(execFile)("python3", ["-c", python, at]);
      expect(await readdir(folder)).toContain("ahead.db-wal");
      const [first] = (await mlflowDatabase.runs?.(at)) ?? [];
      const all = await points(await mlflowDatabase.open(first as string));
      expect(all.filter(({ key }) => key === "ahead")).toEqual([{ key: "ahead", step: 3, value: 1, time: 0.002 }]);
    },
  );

  test("leaves no copy behind", async () => {
    const temporary = join(folder, "temporary");
    await mkdir(temporary);
    vi.stubEnv("TMPDIR", temporary);
    const at = join(folder, "copied.db");
    await copyFile(database, at);
    const [first] = (await mlflowDatabase.runs?.(at)) ?? [];
    const run = await mlflowDatabase.open(first as string);
    expect(await readdir(temporary)).toEqual([]);
    expect((await points(run)).length).toBeGreaterThan(20);
    vi.unstubAllEnvs();
  });

  test("is recognised; another one of SQLite is not, and is refused when it is named", async () => {
    expect(await mlflowDatabase.recognises(database)).toBe(true);
    const other = join(folder, "other.db");
    const writer = new sqlite.Database(other);
    writer.exec("CREATE TABLE runs (id TEXT)");
    writer.close();
    expect(await mlflowDatabase.recognises(other)).toBe(false);
    await expect(mlflowDatabase.open(`${other}#x`)).rejects.toMatchObject({ code: "mlflow-damaged" });
    await expect(mlflowDatabase.open(`${database}#x' OR '1'='1`)).rejects.toMatchObject({ code: "mlflow-no-run" });
  });
});

test.skipIf(process.platform !== "linux")("of a database that changes, copies of before are closed", async () => {
  const path = join(folder, "changing.db");
  await copyFile(database, path);
  const held = async () => {
    await new Promise(setImmediate);
    const names = await Promise.all(
      (await readdir("/proc/self/fd")).map((fd) => readlink(join("/proc/self/fd", fd)).catch(() => "")),
    );
    return names.filter((name) => /isoflop-mlflow-[^/]*\/copy\.db/.test(name)).length;
  };
  await mlflowDatabase.runs?.(path);
  const first = await held();
  expect(first).toBeGreaterThan(0);
  for (let i = 1; i <= 3; i++) {
    await utimes(path, i, i);
    await mlflowDatabase.runs?.(path);
  }
  expect(await held()).toBe(first);
});

import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { importRuns } from "../../import/importRuns.js";
import { parseLooseJson } from "../../import/looseJson.js";
import { shippedMappings } from "../../import/mapping/load.js";
import { startTrackingServer, type TrackingServer } from "../../import/mlflow/fixtures/trackingServer.js";
import { mlflowServer } from "../../import/mlflow/server.js";
import { settler } from "../../import/settle/settle.js";
import type { ImportSource, TrackedPoint } from "../../import/source.js";
import { tensorboard } from "../../import/tensorboard/tensorboard.js";
import { wandbOffline } from "../../import/wandb/offline.js";
import type { Exporter, ExportOptions } from "../exporter.js";
import type { ExportRun } from "../input.js";
import { plantedInput, plantedRuns } from "./fixtures/planted.js";
import { mlflowExporter } from "./mlflow.js";
import { tensorboardExporter } from "./tensorboard.js";
import { wandbExporter } from "./wandb.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-trackers-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const options = (flags: Record<string, unknown> = {}, log: (line: string) => void = () => {}): ExportOptions => ({
  formats: [],
  figures: [],
  theme: "light",
  flags,
  log,
});
const exported = (exporter: Exporter, flags?: Record<string, unknown>) =>
  exporter.write(plantedInput(), { folder, final: folder }, options(flags));

async function pointsOf(run: Pick<ExportRun, "points">): Promise<TrackedPoint[]> {
  const all: TrackedPoint[] = [];
  for await (const point of run.points()) all.push(point);
  return all;
}

/** By series, each in its own order. */
const bySeries = (all: readonly TrackedPoint[], changed = (value: number) => value, timed = (time: number) => time) =>
  Object.fromEntries(
    [...new Set(all.map(({ key }) => key))]
      .sort()
      .map((key) => [
        key,
        all
          .filter((point) => point.key === key)
          .map(({ step, value, time }) => [step, changed(value), timed(time ?? Number.NaN)]),
      ]),
  );

/** What the import makes of a run that was never exported. */
async function recordOf(run: ExportRun) {
  const { add, settle } = settler({ mappings: shippedMappings(), columns: {}, rule: { kind: "last" }, counting: "6N" });
  for await (const point of run.points()) add(point);
  return settle({ config: { ...run.config }, summary: { ...run.summary } });
}

async function open(source: ImportSource, path: string) {
  const run = await source.open(path);
  return { ...run, points: run.series };
}

/** Imports as the verb does, and holds every record against that of the run itself. */
async function expectSameRecords(path: string, nameOf: (run: ExportRun) => string, digits: number): Promise<void> {
  const { manifest, failed } = await importRuns([path], { to: join(folder, "imported"), loss: "last", counting: "6N" });
  expect(failed).toEqual([]);
  expect(manifest.runs).toHaveLength(plantedRuns.length);
  for (const planted of plantedRuns) {
    const entry = manifest.runs.find(({ name }) => name === nameOf(planted));
    const { outcome, mapping } = await recordOf(planted);
    expect(entry?.mapping).toBe(mapping);
    if (!("record" in outcome) || entry === undefined || !("record" in entry.outcome)) {
      throw new Error(JSON.stringify([planted.name, outcome, entry?.outcome]));
    }
    const [was, is] = [outcome.record, entry.outcome.record];
    for (const quantity of ["parameters", "tokens", "flops", "loss"] as const) {
      expect(is[quantity] / was[quantity]).toBeCloseTo(1, digits);
    }
    expect({ ...is, tokens: 0, flops: 0, loss: 0 }).toEqual({ ...was, tokens: 0, flops: 0, loss: 0 });
  }
}

describe("TensorBoard's event files", () => {
  const names = [
    "C1e18-N123k-a1b2c3d4e5f60718",
    "C1e18-N123k-failed0000000000",
    "C1e18-N123k-running000000000",
    "n-run-1",
  ];

  test("are read as the runs that they are of, in 32 bits", async () => {
    expect(await exported(tensorboardExporter)).toEqual([{ path: "tensorboard", count: 4 }]);
    expect((await readdir(join(folder, "tensorboard"))).sort()).toEqual(names);
    for (const [i, planted] of plantedRuns.entries()) {
      const run = await open(tensorboard, join(folder, "tensorboard", names[i]!));
      expect(bySeries(await pointsOf(run))).toEqual(bySeries(await pointsOf(planted), Math.fround));
      const { none: _, layers: __, ...plain } = planted.config;
      expect(run.config).toMatchObject(plain);
      expect(run.state).toBe(planted.state);
    }
  });

  test("give the same records, but for the last of the digits", async () => {
    await exported(tensorboardExporter);
    await expectSameRecords(join(folder, "tensorboard"), (run) => names[plantedRuns.indexOf(run)]!, 6);
  });
});

const python = process.env.ISOFLOP_TENSORBOARD;
if (python === undefined && !process.env.CI) {
  console.warn("TensorBoard itself reads no exported run: ISOFLOP_TENSORBOARD names no Python");
}

test.skipIf(python === undefined && !process.env.CI)("TensorBoard itself reads the same from them", async () => {
  await exported(tensorboardExporter);
  const script = fileURLToPath(new URL("../../../../../dev/readEventFiles.py", import.meta.url));
  const [planted] = plantedRuns as [ExportRun];
  const { stdout } = await promisify(execFile)(python ?? "", [script, join(folder, "tensorboard", planted.name)], {
    maxBuffer: 1e8,
  });
  const { pages, hyperparameters, group, status } = parseLooseJson(stdout) as Record<string, unknown>;
  expect(pages).toEqual(bySeries(await pointsOf(planted), Math.fround));
  expect(hyperparameters).toEqual({ ...planted.summary, ...planted.config });
  expect([group, status]).toEqual([planted.id, 1]);
});

describe("W&B's offline runs", () => {
  const folders = async () => (await readdir(join(folder, "wandb"))).sort();

  test("are read as the runs that they are of, to the bit", async () => {
    expect(await exported(wandbExporter)).toEqual([{ path: "wandb", count: 4 }]);
    expect(await folders()).toEqual([
      "offline-run-20231114_221320-0123456789abcdef",
      "offline-run-20231114_221320-a1b2c3d4e5f60718",
      "offline-run-20231114_221320-failed0000000000",
      "offline-run-20231114_221320-running000000000",
    ]);
    for (const planted of plantedRuns) {
      const name = (await folders()).find((name) => name.endsWith(planted.id))!;
      const run = await open(wandbOffline, join(folder, "wandb", name));
      expect(bySeries(await pointsOf(run))).toEqual(bySeries(await pointsOf(planted)));
      expect(run).toMatchObject({ id: planted.id, name: planted.name, tags: planted.tags, state: planted.state });
      expect(run.config).toEqual(planted.config);
      expect(run.summary).toMatchObject(planted.summary);
    }
  });

  test("give the same records", async () => {
    await exported(wandbExporter);
    await expectSameRecords(join(folder, "wandb"), ({ name }) => name, 14);
  });
});

const program = process.env.ISOFLOP_MLFLOW;
if (program === undefined && !process.env.CI) {
  console.warn("Nothing is exported to MLflow's own server: ISOFLOP_MLFLOW names none");
}

describe.skipIf(program === undefined && !process.env.CI)("MLflow's own server", () => {
  let server: TrackingServer | undefined;
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "isoflop-mlflow-export-"));
    server = await startTrackingServer(program ?? "", home);
  }, 300_000);
  afterAll(async () => {
    await server?.close();
    await rm(home, { recursive: true, force: true });
  });

  test("gives the runs and the records that were sent to it, once for two exports", async () => {
    const address = server?.address ?? "";
    const exporter = mlflowExporter({ environment: {} });
    const first = await exported(exporter, { mlflow: address });
    expect(await exported(exporter, { mlflow: address })).toEqual(first);
    const [{ path } = { path: "" }] = first;
    const source = mlflowServer({ environment: {}, pointsPerPage: 1000 });
    const found = (await source.runs?.(path)) ?? [];
    expect(found).toHaveLength(plantedRuns.length);
    const runs = await Promise.all(found.map((run) => open(source, run)));
    for (const planted of plantedRuns) {
      const run = runs.find(({ name }) => name === planted.name)!;
      const renamed = (await pointsOf(planted)).map((point) => ({
        ...point,
        key: point.key.replaceAll(/[[\]]/g, "_"),
      }));
      const toMilliseconds = (time: number) => Math.round(1000 * time) / 1000;
      expect(bySeries(await pointsOf(run))).toEqual(bySeries(renamed, undefined, toMilliseconds));
      expect([run.state, run.tags?.toSorted()]).toEqual([planted.state, planted.tags]);
    }
    expect(runs.find(({ name }) => name === plantedRuns[0]!.name)?.config).toMatchObject(plantedRuns[0]!.config);
    await expectSameRecords(path, ({ name }) => name, 14);
  });
});

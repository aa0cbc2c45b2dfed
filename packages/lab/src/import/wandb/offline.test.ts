import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { crc32 } from "@isoflop/trainer/tracking";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TrackedPoint, TrackedRun } from "../source.js";
import { wandbOffline } from "./offline.js";

/** Written by wandb 0.31.0 in offline mode: dev/trackerFixtures.py. */
const FIXTURES = fileURLToPath(new URL("fixtures", import.meta.url));
const loss = (step: number): number => 2 + 8 / Math.sqrt(step + 1);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-wandb-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function points(run: TrackedRun): Promise<TrackedPoint[]> {
  const all: TrackedPoint[] = [];
  for await (const point of run.series()) all.push(point);
  return all;
}

const steps = (all: readonly TrackedPoint[], key: string) =>
  all.filter((point) => point.key === key).map(({ step, value }) => [step, value]);

async function runFolder(name: string, log: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  await writeFile(join(path, "run-x.wandb"), log);
  return path;
}

const longLog = async () => gunzipSync(await readFile(join(FIXTURES, "offline-run-long", "run-run-long.wandb.gz")));

describe("a run folder that wandb wrote", () => {
  test("says name, state, tags, config and summary as they were logged", async () => {
    const run = await wandbOffline.open(join(FIXTURES, "offline-run-small"));
    expect(run).toMatchObject({ id: "run-small", name: "small", state: "finished", tags: ["sweep", "a,b"] });
    expect(run.config).toEqual({
      model: { d_model: 64, n_layers: 2 },
      lr: 3e-4,
      name: "ünï",
      layers: [1, 2],
      late: 1,
    });
    expect(run.summary).toMatchObject({ best: 3.75, tokens: 10_240, val: { loss: 4.5, bpb: 1.25 } });
    expect(run.notices?.()).toEqual([]);
  });

  test("gives every point of every scalar series, and nothing else", async () => {
    const all = await points(await wandbOffline.open(join(FIXTURES, "offline-run-small")));
    expect(steps(all, "train/loss")).toEqual(Array.from({ length: 20 }, (_, step) => [step, loss(step)]));
    expect(steps(all, "val.loss")).toEqual([[20, 4.5]]);
    expect(steps(all, "odd")).toEqual([[21, Number.NaN]]);
    expect(steps(all, "high")).toEqual([[21, Number.POSITIVE_INFINITY]]);
    expect(new Set(all.map(({ key }) => key))).toEqual(
      new Set(["train/loss", "lr", "tokens", "val.loss", "val.bpb", "odd", "high"]),
    );
    expect(all.every(({ time }) => time !== undefined && time > 1.7e9 && time < 1e10)).toBe(true);
  });

  test("that failed says so", async () => {
    expect((await wandbOffline.open(join(FIXTURES, "offline-run-failed"))).state).toBe("failed");
  });

  test("is read whole where records cross blocks", async () => {
    const run = await wandbOffline.open(await runFolder("long", await longLog()));
    const all = steps(await points(run), "loss");
    expect(all.slice(0, 2000)).toEqual(Array.from({ length: 2000 }, (_, row) => [row * 5, loss(row)]));
    expect(all.slice(2000)).toEqual([[10_001, 2]]);
    expect(String(run.summary.text)).toBe("x".repeat(100_000));
    expect(run.config).toEqual({ n_params: 123_456_789 });
  });

  test("is recognised, and its log by itself; other folders are not", async () => {
    const small = join(FIXTURES, "offline-run-small");
    expect(await wandbOffline.recognises(small)).toBe(true);
    expect(await wandbOffline.recognises(join(small, "run-run-small.wandb"))).toBe(true);
    expect(await wandbOffline.recognises(FIXTURES)).toBe(false);
    expect(await wandbOffline.recognises(join(folder, "absent"))).toBe(false);
    expect(await wandbOffline.recognises(await runFolder("text", Buffer.from("no log at all")))).toBe(false);
  });
});

test("a run that several processes wrote is told to be in parts", async () => {
  const names = ["offline-run-20260101_000000-x", "offline-run-20260101_000100-x", "offline-run-20260101_000200-max"];
  await mkdir(join(folder, "parts"));
  for (const name of names) await runFolder(join("parts", name), frame([runRecord()]));
  const notices = async (name: string) => (await wandbOffline.open(join(folder, "parts", name))).notices?.().join();
  expect(await notices("offline-run-20260101_000100-x")).toMatch(/a part of run x: 1 other folders/);
  expect(await notices("offline-run-20260101_000200-max")).toMatch(/no end/);
  await rm(join(folder, "parts", "offline-run-20260101_000000-x"), { recursive: true });
  expect(await notices("offline-run-20260101_000100-x")).not.toMatch(/a part of/);
});

describe("a log that is not whole", () => {
  test("gives the rows before the end, and tells, wherever it was cut", async () => {
    const log = await longLog();
    let previous = 0;
    for (const [index, size] of [3000, 32_768, 32_770, 65_540, 400_000].entries()) {
      const run = await wandbOffline.open(await runFolder(`cut${index.toString()}`, log.subarray(0, size)));
      const all = steps(await points(run), "loss");
      expect(all).toEqual(Array.from({ length: all.length }, (_, row) => [row * 5, loss(row)]));
      expect(all.length).toBeGreaterThanOrEqual(previous);
      expect(run.state).toBe("running");
      expect(run.notices?.().join()).toMatch(/no end/);
      previous = all.length;
    }
    expect(previous).toBeGreaterThan(1000);
    const within = await wandbOffline.open(await runFolder("within", log.subarray(0, 3001)));
    const before = await wandbOffline.open(await runFolder("before", log.subarray(0, 3000)));
    expect([...(within.notices?.() ?? []), ...(before.notices?.() ?? [])].join()).toMatch(/ends within a record/);
  });

  test("may end in zeros, as after a machine went down", async () => {
    const log = await longLog();
    const run = await wandbOffline.open(
      await runFolder("zeros", Buffer.concat([log.subarray(0, 5000), Buffer.alloc(3)])),
    );
    expect((await points(run)).length).toBeGreaterThan(10);
    const all = Buffer.concat([frame([runRecord()]), Buffer.alloc(100_000)]);
    expect((await wandbOffline.open(await runFolder("allZeros", all))).notices?.().join()).toMatch(
      /ends within a record/,
    );
  });

  test("is refused where a byte in the middle is another", async () => {
    const log = await longLog();
    log[20_000] = (log[20_000] ?? 0) ^ 1;
    await expect(wandbOffline.open(await runFolder("flipped", log))).rejects.toMatchObject({ code: "wandb-damaged" });
  });

  test("is refused where it ends before it says what it is", async () => {
    await expect(
      wandbOffline.open(await runFolder("header", Buffer.from(":W&B\xe1\xbe\0", "latin1"))),
    ).rejects.toMatchObject({ code: "wandb-empty" });
  });
});

test("names from a log reach no prototype", async () => {
  const evil = runRecord([
    item(["a"], '{"b": 1}'),
    item(["a", "__proto__", "polluted"], "1"),
    item(["a", "constructor", "prototype", "polluted"], "1"),
  ]);
  const run = await wandbOffline.open(await runFolder("evil", frame([evil])));
  expect(run.config.a).toMatchObject({ b: 1 });
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test("the checksum is zlib's", () => {
  expect(crc32(Buffer.from("123456789"))).toBe(0xcbf43926);
});

/** Records as a .wandb file of one block. */
function frame(records: readonly Uint8Array[]): Buffer {
  const chunks = records.map((data) => {
    const chunk = Buffer.alloc(7 + data.length);
    chunk.writeUInt16LE(data.length, 4);
    chunk[6] = 1;
    chunk.set(data, 7);
    chunk.writeUInt32LE(crc32(chunk.subarray(6)), 0);
    return chunk;
  });
  return Buffer.concat([Buffer.from(":W&B\xe1\xbe\0", "latin1"), ...chunks]);
}

/** A field of bytes, whose length stays below 128. */
function field(number: number, content: string | Buffer): Buffer {
  const bytes = Buffer.from(content);
  const key = number * 8 + 2;
  return Buffer.concat([
    Buffer.from(key < 128 ? [key] : [(key & 127) | 128, key >> 7]),
    Buffer.from([bytes.length]),
    bytes,
  ]);
}

const item = (path: readonly string[], json: string): Buffer =>
  field(1, Buffer.concat([...path.map((name) => field(2, name)), field(16, json)]));

const runRecord = (config: readonly Buffer[] = []): Buffer =>
  field(17, Buffer.concat([field(1, "x"), field(4, Buffer.concat(config))]));

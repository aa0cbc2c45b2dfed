import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ServerAccess } from "../http.js";
import { pagesIn } from "../pages.js";
import type { TrackedPoint, TrackedRun } from "../source.js";
import { type StandIn, startStandIn } from "./fixtures/standIn.js";
import { wandbServer } from "./server.js";

const KEY = "0123456789abcdef0123456789abcdef01234567";
const loss = (step: number): number => 2 + 8 / Math.sqrt(step + 1);
let standIn: StandIn;
let folder: string;
let waits: number[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-pages-"));
  waits = [];
  const rows = Array.from({ length: 2500 }, (_, step) => ({ _step: step, _timestamp: 1.7e9 + step, loss: loss(step) }));
  standIn = await startStandIn(KEY, rows);
});
afterEach(async () => {
  await standIn.close();
  await rm(folder, { recursive: true, force: true });
});

function source(more: ServerAccess = {}) {
  const environment = { WANDB_API_KEY: KEY, WANDB_BASE_URL: standIn.address };
  const wait = (milliseconds: number) => Promise.resolve(waits.push(milliseconds));
  return wandbServer({ environment, wait, ...more });
}

const open = (more?: ServerAccess): Promise<TrackedRun> => source(more).open(`${standIn.address}/me/scaling/runs/a`);
const historyQuestions = (): number => standIn.asked.filter(({ query }) => query.includes("HistoryPage")).length;

async function points(run: TrackedRun): Promise<TrackedPoint[]> {
  const all: TrackedPoint[] = [];
  for await (const point of run.series()) all.push(point);
  return all;
}

const expected = () => standIn.rows.map((row) => [row._step, row.loss]);
const stepsAndValues = (all: readonly TrackedPoint[]) => all.map(({ step, value }) => [step, value]);

describe("a run on W&B's server", () => {
  test("says what was logged", async () => {
    const run = await open();
    expect(run).toMatchObject({ id: "a", name: "first; $(rm -rf ~)", state: "finished", tags: ["sweep"] });
    expect(run.config).toEqual({ d_model: 64 });
    expect(run.summary).toEqual({ loss: 2.16, odd: "NaN" });
  });

  test("gives every row of its history, in pages", async () => {
    const all = await points(await open());
    expect(stepsAndValues(all)).toEqual(expected());
    expect(all[7]?.time).toBe(1.7e9 + 7);
    expect(historyQuestions()).toBe(3);
  });

  test("gives every row where they are rare, and dense again, in few questions", async () => {
    const rare = Array.from({ length: 300 }, (_, row) => ({ _step: row * 1000, loss: loss(row) }));
    const dense = Array.from({ length: 5000 }, (_, row) => ({ _step: 300_000 + row, loss: loss(row) }));
    standIn.rows = [...rare, ...dense];
    expect(stepsAndValues(await points(await open()))).toEqual(expected());
    expect(historyQuestions()).toBeLessThan(40);
  });

  test("gives every row where steps have several", async () => {
    standIn.rows = Array.from({ length: 3000 }, (_, row) => ({ _step: Math.floor(row / 3), loss: loss(row) }));
    expect(stepsAndValues(await points(await open()))).toEqual(expected());
  });

  test("is refused where the history ends before its last step", async () => {
    const run = await open();
    standIn.rows = standIn.rows.slice(0, 1500);
    await expect(points(run)).rejects.toMatchObject({
      code: "server-answer",
      message: expect.stringMatching(/step 1499.*2499/),
    });
  });

  test("is one of a project's, which are listed page by page", async () => {
    const runs = await source().runs?.(`${standIn.address}/me/scaling`);
    expect(runs).toEqual(["a", "b", "c", "d"].map((name) => `${standIn.address}/me/scaling/runs/${name}`));
  });

  test("that is not there, or of a project that is not, is told", async () => {
    const absent = { code: "server-answer", message: expect.stringMatching(/no such/) };
    await expect(source().open(`${standIn.address}/me/scaling/runs/b`)).rejects.toMatchObject(absent);
    await expect(source().runs?.(`${standIn.address}/me/other`)).rejects.toMatchObject(absent);
  });

  test("changes its fingerprint when it has more rows", async () => {
    const path = `${standIn.address}/me/scaling/runs/a`;
    const before = await source().fingerprint(path);
    expect(await source().fingerprint(path)).toBe(before);
    standIn.rows = [...standIn.rows, { _step: 2500, loss: 2 }];
    expect(await source().fingerprint(path)).not.toBe(before);
  });
});

describe("a server that is busy", () => {
  test("is asked again when it says, and after longer and longer when it does not", async () => {
    standIn.refusals = [
      { status: 429, headers: { "retry-after": "7" } },
      { status: 429, headers: { "ratelimit-reset": "11" } },
      { status: 503 },
      { status: 502 },
    ];
    expect((await open()).id).toBe("a");
    expect(waits).toEqual([7000, 11_000, 4000, 8000]);
  });

  test("is given up in the end, and what was fetched is not fetched again", async () => {
    const pages = pagesIn(folder);
    const run = await open({ pages });
    const seen: TrackedPoint[] = [];
    const broken = async () => {
      for await (const point of run.series()) {
        seen.push(point);
        if (seen.length === 1500) standIn.refusals = Array.from({ length: 8 }, () => ({ status: 503 }));
      }
    };
    await expect(broken()).rejects.toMatchObject({ code: "server-unreachable" });
    const before = historyQuestions();
    expect(stepsAndValues(await points(await open({ pages })))).toEqual(expected());
    expect(historyQuestions() - before).toBe(1);
  });
});

describe("a key", () => {
  test("that is wrong is told of by name, and never itself", async () => {
    const environment = { WANDB_API_KEY: "another-secret", WANDB_BASE_URL: standIn.address };
    const error = await open({ environment }).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: "server-refused", hint: expect.stringContaining("WANDB_API_KEY") });
    expect(JSON.stringify(error) + String(error)).not.toContain("another-secret");
  });

  test("goes to its own server alone, and to no redirect", async () => {
    const environment = { WANDB_API_KEY: KEY };
    const path = `wandb+${standIn.address}/me/scaling/runs/a`;
    await expect(wandbServer({ environment }).open(path)).rejects.toMatchObject({ code: "server-refused" });
    expect(standIn.asked.map(({ key }) => key)).toEqual([undefined]);
    standIn.refusals = [{ status: 302, headers: { location: "http://127.0.0.1:1/elsewhere" } }];
    await expect(open()).rejects.toMatchObject({ code: "server-refused", hint: expect.stringContaining("redirects") });
  });

  test("in a shared link is left out", async () => {
    const path = `${standIn.address}/me/scaling/runs/a`;
    expect(await source().runs?.(`${path}/overview?accessToken=my-secret#x`)).toEqual([path]);
  });

  test("in an address is refused, and not told", async () => {
    const error = await source()
      .open("wandb+https://me:my-secret@host/a/b")
      .catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: "server-url" });
    expect(String(error)).not.toContain("my-secret");
    const other = await source()
      .open("wandb+ftp://me:my-secret@host/a/b")
      .catch((cause: unknown) => cause);
    expect(other).toMatchObject({ code: "server-url" });
    expect(String(other)).not.toContain("my-secret");
  });
});

test("W&B's own addresses and those of WANDB_BASE_URL are recognised, others are not", async () => {
  const recognised = (path: string) => source().recognises(path);
  expect(await recognised("https://wandb.ai/me/scaling/runs/a")).toBe(true);
  expect(await recognised(`${standIn.address}/me/scaling`)).toBe(true);
  expect(await recognised("wandb+https://host/me/scaling")).toBe(true);
  expect(await recognised("https://notwandb.ai/me/scaling")).toBe(false);
  expect(await recognised("wandb/run-1")).toBe(false);
});

/** wandb's own client, where ISOFLOP_WANDB names a Python that has it: `python3 -m venv env && env/bin/pip install wandb==0.31.0`. */
const python = process.env.ISOFLOP_WANDB;
const CLIENT = `
import json, sys, wandb
run = wandb.Api(overrides={"base_url": sys.argv[1]}, api_key=sys.argv[2]).run("me/scaling/a")
rows = [[row["_step"], row["loss"]] for row in run.scan_history()]
print("\\n" + json.dumps([run.name, run.state, run.tags, run.config, rows]))
`;

test.skipIf(python === undefined && !process.env.CI)(
  "wandb's own client gets the same from this server as the import does",
  async () => {
    const { stdout } = await promisify(execFile)(python ?? "", ["-c", CLIENT, standIn.address, KEY], {
      cwd: folder,
      maxBuffer: 1e8,
    });
    const run = await open();
    const rows = stepsAndValues(await points(run));
    expect(rows).toHaveLength(2500);
    expect([run.name, run.state, run.tags, run.config, rows]).toEqual(
      JSON.parse(stdout.trim().split("\n").at(-1) ?? ""),
    );
  },
);

import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ServerAccess } from "../http.js";
import { pagesIn } from "../pages.js";
import type { TrackedPoint, TrackedRun } from "../source.js";
import { wandbServer } from "./server.js";

/**
 * No W&B server can be had here: this one answers the queries that wandb 0.31.0 sends in the way that its client expects
 * (apis/public/runs.py; HistoryPage of wandb-core), and samples where a range of steps has more rows than were asked for.
 */
interface StandIn {
  readonly address: string;
  readonly asked: { query: string; variables: Record<string, unknown>; key: string | undefined }[];
  rows: Record<string, unknown>[];
  /** Answers in place of the next ones. */
  refusals: { status: number; headers?: Record<string, string>; body?: string }[];
}

const KEY = "0123456789abcdef-secret";
const loss = (step: number): number => 2 + 8 / Math.sqrt(step + 1);
let server: Server;
let standIn: StandIn;
let folder: string;
let waits: number[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-pages-"));
  waits = [];
  server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const refusal = standIn.refusals.shift();
      const asked = JSON.parse(body) as { query: string; variables: Record<string, unknown> };
      standIn.asked.push({ ...asked, key: request.headers.authorization });
      if (refusal !== undefined) response.writeHead(refusal.status, refusal.headers).end(refusal.body ?? "");
      else if (request.headers.authorization !== `Basic ${Buffer.from(`api:${KEY}`).toString("base64")}`) {
        response.writeHead(401).end("{}");
      } else response.end(JSON.stringify(answer(asked.query, asked.variables)));
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port.toString()}`;
  const rows = Array.from({ length: 2500 }, (_, step) => ({ _step: step, _timestamp: 1.7e9 + step, loss: loss(step) }));
  standIn = { address, asked: [], rows, refusals: [] };
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  await rm(folder, { recursive: true, force: true });
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}

function answer(query: string, variables: Record<string, unknown>): unknown {
  const project = (content: unknown) => ({ data: { project: content } });
  if (query.includes("query Runs(")) {
    const after = Number(variables.cursor ?? 0);
    const names = ["a", "b", "c", "d"].slice(after, after + 3);
    const edges = names.map((name) => ({ node: { name }, cursor: "" }));
    return project({ runs: { edges, pageInfo: { endCursor: String(after + 3), hasNextPage: after + 3 < 4 } } });
  }
  if (query.includes("query HistoryPage(")) {
    const { minStep, maxStep, pageSize } = variables as { minStep: number; maxStep: number; pageSize: number };
    const inRange = standIn.rows.filter(({ _step }) => Number(_step) >= minStep && Number(_step) < maxStep);
    const stride = Math.max(1, inRange.length / pageSize);
    const samples = Array.from(
      { length: Math.min(inRange.length, pageSize) },
      (_, i) => inRange[Math.floor(i * stride)],
    );
    return project({ run: { history: samples.map((row) => JSON.stringify(row)) } });
  }
  if (variables.name !== "a") return project({ run: null });
  return project({
    run: {
      name: "a",
      displayName: "first; $(rm -rf ~)",
      state: "finished",
      tags: ["sweep"],
      config: JSON.stringify({ d_model: { desc: null, value: 64 }, _wandb: { value: {} }, wandb_version: 1 }),
      summaryMetrics: JSON.stringify({ loss: 2.16, _step: 2499, odd: "NaN" }),
      historyKeys: { keys: {}, lastStep: Math.max(-1, ...standIn.rows.map(({ _step }) => Number(_step))) },
      historyLineCount: standIn.rows.length,
      heartbeatAt: "2026-11-26T00:00:00",
    },
  });
}

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

  test("changes its fingerprint when it has more rows", async () => {
    const path = `${standIn.address}/me/scaling/runs/a`;
    const before = await source().fingerprint(path);
    expect(await source().fingerprint(path)).toBe(before);
    standIn.rows.push({ _step: 2500, loss: 2 });
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

  test("in an address is refused, and not told", async () => {
    const error = await source()
      .open("wandb+https://me:my-secret@host/a/b")
      .catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: "server-url" });
    expect(String(error)).not.toContain("my-secret");
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

import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { TrackedPoint, TrackedRun } from "../source.js";
import { mlflowDatabase } from "./database.js";
import { startTrackingServer, type TrackingServer } from "./fixtures/trackingServer.js";
import { mlflowServer } from "./server.js";

async function points(run: TrackedRun): Promise<TrackedPoint[]> {
  const all: TrackedPoint[] = [];
  for await (const point of run.series()) all.push(point);
  return all;
}

describe("a tracking server that answers as MLflow's does", () => {
  const TOKEN = "a-token-of-the-user";
  let server: Server;
  let base: string;
  let asked: string[];
  let refusals: number[];

  beforeEach(async () => {
    asked = [];
    refusals = [];
    server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk) => {
        body += String(chunk);
      });
      request.on("end", () => {
        const url = new URL(request.url ?? "", "http://host");
        asked.push(`${request.headers.authorization ?? "no key"} ${url.pathname}`);
        const refusal = refusals.shift();
        if (refusal !== undefined) response.writeHead(refusal, { "retry-after": "3" }).end();
        else if (request.headers.authorization !== `Bearer ${TOKEN}`) response.writeHead(403).end();
        else
          response.end(JSON.stringify(answer(url, body === "" ? {} : (JSON.parse(body) as Record<string, unknown>))));
      });
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port.toString()}/prefix`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });

  /** Lists of five in pages of two; a metric in pages of 20. */
  function answer(url: URL, body: Record<string, unknown>): unknown {
    const page = <T>(list: readonly T[], size: number, token: unknown) => {
      const from = Number(token ?? 0);
      const next = from + size < list.length ? { next_page_token: String(from + size) } : {};
      return { items: list.slice(from, from + size), next };
    };
    if (url.pathname === "/prefix/api/2.0/mlflow/experiments/search") {
      const { items, next } = page(["0", "7"], 1, body.page_token);
      return { experiments: items.map((experiment_id) => ({ experiment_id })), ...next };
    }
    if (url.pathname === "/prefix/api/2.0/mlflow/runs/search") {
      const ids = (body.experiment_ids as string[]).includes("7") ? ["a", "b", "c", "d", "e"] : [];
      const { items, next } = page(ids, 2, body.page_token);
      return { runs: items.map((run_id) => ({ info: { run_id, experiment_id: "7" } })), ...next };
    }
    if (url.pathname === "/prefix/api/2.0/mlflow/runs/get") {
      if (url.searchParams.get("run_id") !== "a") return {};
      const metrics = [
        { key: "train/loss", value: 2.5, timestamp: 1_700_000_049_000, step: "49" },
        { key: "odd", value: "NaN", timestamp: 1_700_000_000_000, step: 0 },
      ];
      const data = { metrics, params: [{ key: "d_model", value: "64" }], tags: [{ key: "kind", value: "sweep" }] };
      return { run: { info: { run_id: url.searchParams.get("run_id"), status: "RUNNING", run_name: "first" }, data } };
    }
    if (url.pathname !== "/prefix/api/2.0/mlflow/metrics/get-history") return {};
    if (url.searchParams.get("metric_key") === "odd") return { metrics: [{ key: "odd", value: "NaN", timestamp: 1 }] };
    const all = Array.from({ length: 50 }, (_, step) => ({
      value: step / 2,
      timestamp: 1000 * step,
      step: String(step),
    }));
    const { items, next } = page(all, 20, url.searchParams.get("page_token") ?? undefined);
    return { metrics: items, ...next };
  }

  const source = (more: Record<string, string> = {}, waits: number[] = []) =>
    mlflowServer({
      environment: { MLFLOW_TRACKING_TOKEN: TOKEN, ...more },
      wait: (milliseconds) => Promise.resolve(waits.push(milliseconds)),
    });

  test("lists the runs of every experiment, page by page", async () => {
    const runs = await source().runs?.(`mlflow+${base}`);
    expect(runs).toEqual(["a", "b", "c", "d", "e"].map((id) => `mlflow+${base}/#/experiments/7/runs/${id}`));
  });

  test("gives a run with every page of its metrics", async () => {
    const run = await source().open(`mlflow+${base}/#/experiments/7/runs/a`);
    expect(run).toMatchObject({
      id: "a",
      name: "first",
      state: "running",
      config: { d_model: 64 },
      tags: ["kind=sweep"],
    });
    const all = await points(run);
    expect(all.filter(({ key }) => key === "train/loss")).toEqual(
      Array.from({ length: 50 }, (_, step) => ({ key: "train/loss", step, value: step / 2, time: step })),
    );
    expect(all.filter(({ key }) => key === "odd")).toEqual([{ key: "odd", step: 0, value: Number.NaN, time: 0.001 }]);
  });

  test("that knows no run of that name, or is none of MLflow's, is told", async () => {
    const absent = { code: "server-answer", message: expect.stringMatching(/gives no/) };
    await expect(source().open(`mlflow+${base}/#/experiments/7/runs/absent`)).rejects.toMatchObject(absent);
    const other = base.replace("/prefix", "/other");
    await expect(source().runs?.(`mlflow+${other}`)).rejects.toMatchObject(absent);
  });

  test("is waited for when it is busy", async () => {
    refusals = [429, 503];
    const waits: number[] = [];
    await source({}, waits).open(`mlflow+${base}/#/experiments/7/runs/a`);
    expect(waits).toEqual([3000, 3000]);
  });

  test("gets the key only if it is the user's server, and the key is not told", async () => {
    const other = source({ MLFLOW_TRACKING_URI: "https://mlflow.example.org" });
    const path = `mlflow+${base}/#/experiments/7/runs/a`;
    const error = await other.open(path).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: "server-refused", hint: expect.stringContaining("MLFLOW_TRACKING_TOKEN") });
    expect(asked).toEqual(["no key /prefix/api/2.0/mlflow/runs/get"]);
    expect(String(error)).not.toContain(TOKEN);
  });

  test("is recognised by its prefix, MLFLOW_TRACKING_URI, or the address of a page", async () => {
    const home = source({ MLFLOW_TRACKING_URI: "https://mlflow.example.org" });
    expect(await home.recognises("https://mlflow.example.org")).toBe(true);
    expect(await home.recognises("http://host:5000/#/experiments/1")).toBe(true);
    expect(await home.recognises("mlflow+http://host")).toBe(true);
    expect(await home.recognises("https://host/table.csv")).toBe(false);
    expect(await home.recognises("mlruns")).toBe(false);
  });
});

/** The real server, where ISOFLOP_MLFLOW names its program (.ci/run). In CI a missing one is a failure. */
const program = process.env.ISOFLOP_MLFLOW;
if (program === undefined && !process.env.CI) {
  console.warn("MLflow's own server is not asked: ISOFLOP_MLFLOW names none");
}

describe.skipIf(program === undefined && !process.env.CI)("MLflow's own server", () => {
  let folder: string;
  let server: TrackingServer | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "isoflop-mlflow-server-"));
    server = await startTrackingServer(program ?? "", folder);
  }, 300_000);

  afterAll(async () => {
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test("gives what its database has, to the point", async () => {
    const asked = mlflowServer({ environment: {}, pointsPerPage: 5 });
    const paths = (await asked.runs?.(`mlflow+${server?.address}`)) ?? [];
    expect(paths).toHaveLength(3);
    const sorted = (all: TrackedPoint[]) =>
      all.sort((a, b) => (a.key === b.key ? a.step - b.step : a.key < b.key ? -1 : 1));
    for (const path of paths) {
      const run = await asked.open(path);
      const stored = await mlflowDatabase.open(`${server?.database}#${run.id}`);
      const { source: _source, series: _series, tags, ...said } = run;
      expect(stored).toMatchObject(said);
      expect(tags).toEqual(stored.tags);
      expect(sorted(await points(run))).toEqual(sorted(await points(stored)));
    }
  });
});

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { TrackedPoint } from "../../import/source.js";
import type { ExportOptions } from "../exporter.js";
import type { ExportRun } from "../input.js";
import { type MlflowStandIn, startMlflowStandIn } from "./fixtures/mlflowStandIn.js";
import { plantedInput, plantedRuns } from "./fixtures/planted.js";
import { mlflowExporter } from "./mlflow.js";
import { mlflowNames } from "./mlflowNames.js";

const TOKEN = "a-token-of-the-user";
let server: MlflowStandIn;
let waits: number[];
let said: string[];
beforeEach(async () => {
  server = await startMlflowStandIn();
  waits = [];
  said = [];
});
afterEach(() => server.close());

function send(runs?: readonly ExportRun[], environment: Record<string, string> = {}, address = server.address) {
  const wait = (milliseconds: number) => Promise.resolve(waits.push(milliseconds));
  const options: ExportOptions = {
    formats: [],
    figures: [],
    theme: "light",
    flags: { ...(address === "" ? {} : { mlflow: address }), experiment: "it's" },
    log: (line) => said.push(line),
  };
  const place = { folder: "/nowhere", final: "/nowhere" };
  return mlflowExporter({ environment, wait }).write(plantedInput(runs), place, options);
}

async function pointsOf(run: ExportRun): Promise<TrackedPoint[]> {
  const all: TrackedPoint[] = [];
  for await (const point of run.points()) all.push(point);
  return all;
}

/** The points of a run on the server, in the order in which they came, by the run's id. */
const sent = (id: string) =>
  server.runs
    .filter(({ data }) => data.tags.some(({ key, value }) => key === "isoflop.id" && value === id))
    .map(({ data }) => data.metrics.map(({ key, step, value, timestamp }) => [key, step, value, timestamp]));
const asSent = (points: readonly TrackedPoint[]) =>
  points.map(({ key, step, value, time = 0 }) => [
    key,
    step,
    Number.isFinite(value) ? value : String(value),
    Math.round(1000 * time),
  ]);

const [long, failed, , imported] = plantedRuns as [ExportRun, ExportRun, ExportRun, ExportRun];

describe("runs sent to an MLflow server", () => {
  test("are there once and whole, also when they are sent again", async () => {
    const written = await send();
    expect(written).toEqual([{ path: `${server.address}/#/experiments/1`, count: 4 }]);
    const asked = server.asked.length;
    await send();
    expect(server.runs).toHaveLength(4);
    expect(sent(long.id)).toEqual([asSent(await pointsOf(long))]);
    expect(server.runs.map(({ info }) => info.status)).toEqual(["FINISHED", "FAILED", "RUNNING", "FINISHED"]);
    expect(server.runs[0]?.info).toMatchObject({ start_time: 1_700_000_000_250, end_time: 1_700_000_187_750 });
    // The experiment, and whether each run is there.
    expect(server.asked.slice(asked).map(({ path }) => path)).toEqual([
      "experiments/search",
      ...Array<string>(4).fill("runs/search"),
    ]);
  });

  test("are whole and there once where the server is busy, and where its answer is lost", async () => {
    server.trouble = [undefined, "lost", 429, undefined, "lost", undefined, 503, undefined, undefined];
    await send([long, failed]);
    expect(server.runs).toHaveLength(2);
    expect(sent(long.id)).toEqual([asSent(await pointsOf(long))]);
    expect(waits.length).toBe(4);
  });

  test("go on from where an export was stopped", async () => {
    // The experiment is looked up, made, looked up; the run likewise; then two of the calls with points.
    server.trouble = [...Array<undefined>(8), 400];
    await expect(send([long])).rejects.toMatchObject({ code: "server-refused" });
    expect(sent(long.id)[0]).toHaveLength(2 * 999);
    await send([long]);
    expect(sent(long.id)).toEqual([asSent(await pointsOf(long))]);
  });

  test("that have grown are sent what is new of them", async () => {
    const early: ExportRun = {
      ...long,
      state: "running",
      points: async function* () {
        for (const point of (await pointsOf(long)).slice(0, 1234)) yield point;
      },
    };
    await send([early]);
    expect(server.runs[0]?.info.status).toBe("RUNNING");
    await send([long]);
    expect(sent(long.id)).toEqual([asSent(await pointsOf(long))]);
    expect(server.runs[0]?.info.status).toBe("FINISHED");
  });

  test("that were not begun are left out", async () => {
    expect(await send([{ ...failed, state: "scheduled" }])).toMatchObject([{ count: 0 }]);
    expect(server.runs).toEqual([]);
  });

  test("keep within the server's limits, and what is changed for them is told", async () => {
    const many = Object.fromEntries(Array.from({ length: 250 }, (_, i) => [`setting ${i}`, i]));
    await send([imported, { ...failed, config: { ...many, long: "x".repeat(7000), on: true, big: 1e18 } }]);
    const params = new Map(server.runs[1]?.data.params.map(({ key, value }) => [key, value]));
    expect(params.size).toBe(255);
    expect(params.get("long")).toHaveLength(6000);
    expect([params.get("on"), params.get("big")]).toEqual(["True", "1e+18"]);
    expect(said.join("\n")).toMatch(/long is cut to the 6000 characters/);
    expect(said.join("\n")).toMatch(/no name "memory \[GB\]": it is "memory _GB_" there/);
  });

  test("have the key with them if it is of that server, and nothing tells it", async () => {
    await send([failed], { MLFLOW_TRACKING_TOKEN: TOKEN, MLFLOW_TRACKING_URI: server.address }, "");
    expect(new Set(server.asked.map(({ key }) => key))).toEqual(new Set([`Bearer ${TOKEN}`]));
    server.asked.length = 0;
    server.trouble = [403];
    const other = { MLFLOW_TRACKING_TOKEN: TOKEN, MLFLOW_TRACKING_URI: "https://mlflow.example.org" };
    const error = await send([failed], other).catch((cause: unknown) => cause);
    expect(server.asked.map(({ key }) => key)).toEqual([undefined]);
    expect(error).toMatchObject({ code: "server-refused", hint: expect.stringContaining("MLFLOW_TRACKING_TOKEN") });
    expect(`${String(error)}${said.join()}`).not.toContain(TOKEN);
  });

  test("need a server's address, without a password in it", async () => {
    await expect(send([failed], {}, "")).rejects.toMatchObject({ code: "export-mlflow" });
    await expect(send([failed], { MLFLOW_TRACKING_URI: "sqlite:///mlflow.db" }, "")).rejects.toMatchObject({
      code: "export-mlflow",
    });
    await expect(send([failed], {}, "https://me:secret@host")).rejects.toMatchObject({
      code: "server-url",
      message: expect.not.stringContaining("secret"),
    });
  });
});

test("names that MLflow does not take become others, and no two become one", () => {
  const { nameOf, changed } = mlflowNames();
  const names = ["a b/c:d.e-f", "ünï", "x[0]", "x(0)", "/../etc", "a//b", "", "n".repeat(300), `${"n".repeat(299)}m`];
  const made = names.map(nameOf);
  expect(made.slice(0, 7)).toEqual(["a b/c:d.e-f", "ünï", "x_0_", "x_0__2", "_/etc", "a/b", "_"]);
  expect(new Set(made).size).toBe(names.length);
  expect(Math.max(...made.map(({ length }) => length))).toBe(250);
  expect(names.map(nameOf)).toEqual(made);
  expect(changed()).toHaveLength(7);
});

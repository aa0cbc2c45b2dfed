import { closeSync, openSync, readSync } from "node:fs";
import { stat } from "node:fs/promises";
import { extname } from "node:path";
import { IsoflopError, isIsoflopError } from "@isoflop/laws";
import type { ImportSource, TrackedPoint, TrackedRun } from "../source.js";
import { databaseState, snapshotOf } from "./snapshot.js";
import { metricValue, parameterValue, runState, userTags } from "./values.js";

type Row = Readonly<Record<string, unknown>>;

/** MLflow's SQLite database, mlflow.db; a run of it is "mlflow.db#<run id>" (mlflow/store/tracking/dbmodels of mlflow 3.17.2). */
export const mlflowDatabase: ImportSource = {
  name: "mlflow-database",
  mayBe: ({ path, names }) => names === undefined && !TEXTS.includes(extname(path).toLowerCase()),
  recognises: async (path) => {
    const { file } = await splitPath(path);
    try {
      return isSqlite(beginningOf(file, 16)) && hasTables(beginningOf(file, BEGINNING));
    } catch {
      return false;
    }
  },
  runs: async (path) => {
    const { file, run } = await splitPath(path);
    if (run !== undefined) return [path];
    const rows = await query(
      file,
      "SELECT run_uuid FROM runs WHERE lifecycle_stage = 'active' ORDER BY start_time, run_uuid",
      [],
    );
    return rows.map((row) => `${file}#${String(row.run_uuid)}`);
  },
  open: openRun,
  fingerprint: async (path) => databaseState((await splitPath(path)).file),
};

async function openRun(path: string): Promise<TrackedRun> {
  const { file, run } = await splitPath(path);
  const [found] = await query(file, "SELECT name, status FROM runs WHERE run_uuid = ?", [run ?? ""]);
  if (run === undefined || found === undefined) {
    throw new IsoflopError({
      code: "mlflow-no-run",
      message: run === undefined ? `${file} holds many runs.` : `${file} has no run ${run}.`,
      hint: "Name one as mlflow.db#<run id>.",
    });
  }
  const pairs = async (table: "params" | "tags"): Promise<[string, string][]> =>
    (await query(file, `SELECT key, value FROM ${table} WHERE run_uuid = ? ORDER BY key`, [run])).map((row) => [
      String(row.key),
      String(row.value ?? ""),
    ]);
  const summary = await query(file, "SELECT key, value, is_nan FROM latest_metrics WHERE run_uuid = ?", [run]);
  const state = runState(found.status);
  return {
    id: run,
    name: typeof found.name === "string" && found.name !== "" ? found.name : run,
    source: path,
    config: Object.fromEntries((await pairs("params")).map(([key, text]) => [key, parameterValue(text)])),
    summary: Object.fromEntries(summary.map((row) => [String(row.key), metricOf(row)])),
    ...(state === undefined ? {} : { state }),
    tags: userTags(await pairs("tags")),
    series: () => pointsOf(file, run),
  };
}

async function* pointsOf(file: string, run: string): AsyncGenerator<TrackedPoint> {
  const sql = "SELECT key, value, is_nan, step, timestamp FROM metrics WHERE run_uuid = ?";
  const database = await snapshotOf(file);
  const statement = asked(file, () => database.prepare(sql));
  try {
    const rows = statement.iterate([run])[Symbol.iterator]();
    for (;;) {
      const row = asked(file, () => rows.next());
      if (row.done === true) return;
      const point = pointOf(row.value);
      if (point === undefined) throw damaged(file, "a metric's step or time is no number");
      yield point;
    }
  } finally {
    try {
      statement.finalize();
    } catch {
      // What failed before fails again here, and was told.
    }
  }
}

function pointOf({ key, step, timestamp, ...value }: Row): TrackedPoint | undefined {
  const [at, time] = [Number(step), Number(timestamp) / 1000];
  return Number.isFinite(at) && Number.isFinite(time)
    ? { key: String(key), step: at, value: metricOf(value), time }
    : undefined;
}

/** A NaN is stored as a zero with a mark. */
const metricOf = (row: Row): number =>
  Number(row.is_nan) === 1 ? Number.NaN : (metricValue(Number(row.value)) ?? Number.NaN);

async function query(file: string, sql: string, values: string[]): Promise<Row[]> {
  try {
    const database = await snapshotOf(file);
    return asked(file, () => database.all(sql, values));
  } catch (cause) {
    throw isIsoflopError(cause) ? cause : damaged(file, cause instanceof Error ? cause.message : "?", cause);
  }
}

/** What a database answers; a damaged one is the file's fault. Errors: mlflow-damaged. */
function asked<T>(file: string, ask: () => T): T {
  try {
    return ask();
  } catch (cause) {
    throw damaged(file, cause instanceof Error ? cause.message : "?", cause);
  }
}

function damaged(file: string, why: string, cause?: unknown): IsoflopError {
  return new IsoflopError({
    code: "mlflow-damaged",
    message: `${file} cannot be read as a database of MLflow: ${why}.`,
    hint: "Databases of MLflow 1.0 and later can be; `mlflow db upgrade` brings older ones up to date.",
    cause,
  });
}

/** A run id behind the last "#", if there is no file with that name. */
async function splitPath(path: string): Promise<{ file: string; run?: string }> {
  const at = path.lastIndexOf("#");
  if (at < 0 || (await stat(path).catch(() => undefined)) !== undefined) return { file: path };
  return { file: path.slice(0, at), run: path.slice(at + 1) };
}

/** Endings of files that are no database, of which there may be thousands. */
const TEXTS = [".json", ".jsonl", ".yaml", ".yml", ".txt", ".log", ".csv", ".md", ".py"];

/** The first pages of a database have the tables that it was made with. */
const BEGINNING = 1_000_000;

function beginningOf(path: string, size: number): Buffer {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(size);
    return bytes.subarray(0, readSync(file, bytes, 0, size, 0));
  } finally {
    closeSync(file);
  }
}

const isSqlite = (start: Buffer): boolean => start.toString("latin1") === "SQLite format 3\0";

const hasTables = (beginning: Buffer): boolean =>
  ["latest_metrics", "experiments", "run_uuid"].every((name) => beginning.includes(name));

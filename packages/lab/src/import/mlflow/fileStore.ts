import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { IsoflopError } from "@isoflop/laws";
import { parse } from "yaml";
import { fingerprintOf } from "../fingerprint.js";
import { numberedLines } from "../lines.js";
import type { ImportSource, TrackedPoint, TrackedRun } from "../source.js";
import { metricValue, parameterValue, runState, userTags } from "./values.js";

/** A run's folder in MLflow's file store: mlruns/<experiment>/<run> (mlflow/store/tracking/file_store.py of mlflow 3.17.2). */
export const mlflowFiles: ImportSource = {
  name: "mlflow",
  independent: true,
  mayBe: ({ names }) => names?.includes("meta.yaml") ?? false,
  recognises: async (path) => {
    const meta = await readMeta(path).catch(() => undefined);
    return meta !== undefined && meta.lifecycle_stage !== "deleted";
  },
  open: openRun,
  fingerprint: async (path) =>
    fingerprintOf([join(path, "meta.yaml"), ...(await filesIn(join(path, "metrics"))).map(({ file }) => file)]),
};

async function openRun(path: string): Promise<TrackedRun> {
  const meta = await readMeta(path);
  if (meta === undefined) {
    throw new IsoflopError({
      code: "mlflow-no-run",
      message: `${path} is no run of MLflow: its meta.yaml names none.`,
      hint: "Give mlruns/<experiment>/<run>, or mlruns.",
    });
  }
  const tags = new Map(await textsIn(join(path, "tags")));
  const parameters = await textsIn(join(path, "params"));
  const id = String(meta.run_id ?? meta.run_uuid);
  const state = runState(meta.status);
  return {
    id,
    name: nonEmpty(meta.run_name) ?? tags.get("mlflow.runName") ?? id,
    source: path,
    config: Object.fromEntries(parameters.map(([name, text]) => [name, parameterValue(text)])),
    summary: await latestValues(path),
    ...(state === undefined ? {} : { state }),
    tags: userTags(tags),
    series: () => pointsOf(path),
  };
}

/** meta.yaml, if it is a run's: those of experiments and of models name no run. */
async function readMeta(path: string): Promise<Record<string, unknown> | undefined> {
  const text = await readFile(join(path, "meta.yaml"), "utf8");
  // Everything as text: the id 12e4… is a number to YAML 1.2, and none to Python.
  const meta: unknown = parse(text, { maxAliasCount: 0, schema: "failsafe" });
  return typeof meta === "object" && meta !== null && ("run_id" in meta || "run_uuid" in meta)
    ? { ...meta }
    : undefined;
}

/** MLflow's rule of the last value: of the greatest step, and of those the latest. */
async function latestValues(path: string): Promise<Record<string, number>> {
  const latest = new Map<string, TrackedPoint>();
  for await (const point of pointsOf(path)) {
    const before = latest.get(point.key);
    const isLater =
      before === undefined ||
      point.step > before.step ||
      (point.step === before.step && (point.time ?? 0) >= (before.time ?? 0));
    if (isLater) latest.set(point.key, point);
  }
  return Object.fromEntries([...latest].map(([key, { value }]) => [key, value]));
}

async function* pointsOf(path: string): AsyncGenerator<TrackedPoint> {
  for (const { name, file } of await filesIn(join(path, "metrics"))) {
    for (const { text, last } of numberedLines(file)) {
      // A writer at work, or one that was killed, leaves a last line without its end: 2.5 could be cut from 2.53.
      if (!last && text?.trim() !== "") yield readPoint(name, text ?? "", file);
    }
  }
}

/** A line: time in milliseconds, value, step, and the data set's name and digest, which older ones lack. */
function readPoint(key: string, line: string, file: string): TrackedPoint {
  const [time, value, step = "0"] = line.trim().split(" ");
  const point = { key, step: Number(step), value: metricValue(value), time: Number(time) / 1000 };
  if (Number.isInteger(point.step) && Number.isFinite(point.time) && point.value !== undefined) {
    return { ...point, value: point.value };
  }
  throw new IsoflopError({
    code: "mlflow-damaged",
    message: `${file}: ${JSON.stringify(line.slice(0, 100))} is no metric.`,
    hint: "A line of a metric has its time in milliseconds, its value and its step.",
  });
}

/** Files of a folder by name; a name with a slash is a file in a folder. */
async function filesIn(folder: string): Promise<{ name: string; file: string }[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    entries
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(async (entry) => {
        const file = join(folder, entry.name);
        if (entry.isFile()) return [{ name: basename(file), file }];
        if (!entry.isDirectory()) return [];
        return (await filesIn(file)).map((inner) => ({ ...inner, name: `${entry.name}/${inner.name}` }));
      }),
  );
  return found.flat();
}

async function textsIn(folder: string): Promise<[string, string][]> {
  return Promise.all(
    (await filesIn(folder)).map(
      async ({ name, file }): Promise<[string, string]> => [name, await readFile(file, "utf8")],
    ),
  );
}

const nonEmpty = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

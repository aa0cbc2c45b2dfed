import { IsoflopError } from "@isoflop/laws/error";
import type { Hyperparameter } from "@isoflop/trainer/tracking";
import { Option } from "commander";
import { type ServerAccess, serverUrl } from "../../import/http.js";
import type { Exporter } from "../exporter.js";
import type { ExportRun, ExportState } from "../input.js";
import { begunRuns, lacksRuns } from "./begunRuns.js";
import { mlflowNames } from "./mlflowNames.js";
import { type MlflowRun, mlflowRuns } from "./mlflowRuns.js";
import { settingsOf } from "./settings.js";
import { beginOf, trackerId } from "./trackerId.js";

const STATES: Readonly<Record<ExportState, string>> = {
  finished: "FINISHED",
  failed: "FAILED",
  killed: "KILLED",
  running: "RUNNING",
  scheduled: "SCHEDULED",
};

/** Tags that say which run it is, and how many of its points are there: written with them, by the same call. */
const [ID, POINTS] = ["isoflop.id", "isoflop.points"];
/** A call takes 1000 things: this many points and the tag. */
const POINTS_A_CALL = 999;
const PARAMS_A_CALL = 100;
const TAGS_AT_START = 90;
const LONGEST_PARAM = 6000;
const LONGEST_TAG = 5000;

/**
 * Runs to an MLflow tracking server, by REST. A run that is there already is gone on with: points that it has are not sent again, so
 * that an export that was stopped, or of runs that have grown, can be made again.
 */
export const mlflowExporter = (access: ServerAccess = {}): Exporter => ({
  what: "mlflow",
  about: "runs to an MLflow tracking server (--mlflow, or MLFLOW_TRACKING_URI)",
  byDefault: false,
  lacks: lacksRuns,
  options: () => [new Option("--mlflow <url>", "the tracking server (default: MLFLOW_TRACKING_URI)")],
  write: async (input, _place, { flags, log }) => {
    const base = addressOf(flags.mlflow ?? (access.environment ?? process.env).MLFLOW_TRACKING_URI);
    const server = mlflowRuns(base, access);
    const name = typeof flags.experiment === "string" ? flags.experiment : input.title;
    const experiment = await server.experiment(name);
    let count = 0;
    for await (const run of begunRuns(input)) {
      for (const line of await sendRun(run, experiment, server)) log(`${run.name}: ${line}`);
      count++;
    }
    return [{ path: `${base}/#/experiments/${experiment}`, count }];
  },
});

/** Errors: export-mlflow, server-url. */
function addressOf(given: unknown): string {
  if (typeof given !== "string" || !/^(mlflow\+)?https?:/.test(given)) {
    throw new IsoflopError({
      code: "export-mlflow",
      message: typeof given === "string" ? `${given} is no address of an MLflow server.` : "Which MLflow server?",
      hint: "Give --mlflow https://host:5000, or set MLFLOW_TRACKING_URI; keys are taken from the environment.",
    });
  }
  const url = serverUrl(given.replace(/^mlflow\+/, ""));
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

/** Sends what the server has not. Returns what it cannot take as it is. */
async function sendRun(
  run: ExportRun,
  experiment: string,
  server: ReturnType<typeof mlflowRuns>,
): Promise<readonly string[]> {
  const startedAt = (await beginOf(run)) ?? 0;
  const there = await server.run(
    experiment,
    { key: ID, value: trackerId(run.id) },
    { name: run.name, startTime: milliseconds(startedAt), tags: tagsOf(run.tags) },
  );
  const metrics = mlflowNames();
  const { series, last } = await sendPoints(run, there, startedAt, server, metrics.nameOf);
  const params = mlflowNames();
  const settings = Object.entries(settingsOf(run, series)).map(([key, value]) => ({
    key: params.nameOf(key),
    value: paramText(value),
  }));
  const cut = settings.filter(({ value }) => value.length > LONGEST_PARAM);
  // A parameter that is there may not change.
  const missing = settings
    .filter(({ key }) => !there.params.has(key))
    .map(({ key, value }) => ({ key, value: value.slice(0, LONGEST_PARAM) }));
  for (let i = 0; i < missing.length; i += PARAMS_A_CALL) {
    await server.log(there.id, { params: missing.slice(i, i + PARAMS_A_CALL) });
  }
  const status = STATES[run.state];
  if (there.status !== status) {
    await server.end(there.id, status, run.state === "running" ? undefined : milliseconds(last));
  }
  return [
    ...[...metrics.changed(), ...params.changed()].map(
      ([from, to]) => `MLflow takes no name ${JSON.stringify(from)}: it is ${JSON.stringify(to)} there`,
    ),
    ...cut.map(({ key }) => `${key} is cut to the ${LONGEST_PARAM} characters that MLflow takes`),
  ];
}

async function sendPoints(
  run: ExportRun,
  there: MlflowRun,
  startedAt: number,
  server: ReturnType<typeof mlflowRuns>,
  nameOf: (key: string) => string,
): Promise<{ readonly series: ReadonlySet<string>; readonly last: number }> {
  const series = new Set<string>();
  const sent = Number(there.tags.get(POINTS) ?? 0);
  let count = 0;
  let last = startedAt;
  let metrics: { key: string; value: number | string; timestamp: number; step: number }[] = [];
  const send = async (): Promise<void> => {
    if (metrics.length > 0) {
      await server.log(there.id, { metrics, tags: [{ key: POINTS, value: count.toString() }] });
    }
    metrics = [];
  };
  for await (const { key, step, value, time } of run.points()) {
    series.add(key);
    last = Math.max(last, time ?? last);
    if (++count <= sent) continue;
    metrics.push({
      key: nameOf(key),
      // Protobuf's JSON has words for what is not finite.
      value: Number.isFinite(value) ? value : String(value),
      timestamp: milliseconds(time ?? startedAt),
      step,
    });
    if (metrics.length === POINTS_A_CALL) await send();
  }
  await send();
  return { series, last };
}

/** "key=value" is a tag of MLflow; a word is one without a value. */
function tagsOf(tags: readonly string[]): { key: string; value: string }[] {
  const names = mlflowNames();
  return tags.slice(0, TAGS_AT_START).map((tag) => {
    const [, key = tag, value = ""] = /^([^=]+)=(.*)$/s.exec(tag) ?? [];
    return { key: names.nameOf(key), value: value.slice(0, LONGEST_TAG) };
  });
}

/** As Python's str() has it, which is what MLflow's client logs: a double that is no exact integer does not look like one. */
function paramText(value: Hyperparameter): string {
  if (typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value))
    return value.toExponential();
  return typeof value === "boolean" ? (value ? "True" : "False") : String(value);
}

const milliseconds = (seconds: number): number => Math.round(1000 * seconds);

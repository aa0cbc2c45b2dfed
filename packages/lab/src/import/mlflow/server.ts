import { IsoflopError } from "@isoflop/laws";
import { array, mapping, string } from "../answer.js";
import { type ServerAccess, serverUrl } from "../http.js";
import { keptPage } from "../pages.js";
import type { ImportSource, TrackedPoint, TrackedRun } from "../source.js";
import { type Ask, mlflowAsk, pages } from "./access.js";
import { metricValue, parameterValue, runState, userTags } from "./values.js";

/** Most of what the server gives at once: runs (SEARCH_MAX_RESULTS_THRESHOLD) and points of a metric. */
const RUNS_PAGE = 1000;
const EXPERIMENTS_PAGE = 1000;
const POINTS_PAGE = 25_000;
const PREFIX = "mlflow+";

export interface MlflowAccess extends ServerAccess {
  /** Points of a metric that are asked for at once. */
  readonly pointsPerPage?: number;
}

interface ServerRun {
  readonly info: Readonly<Record<string, unknown>>;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * MLflow's tracking server by its REST API 2.0 (mlflow/protos/service.proto of mlflow 3.17.2), unsampled and in pages. The server
 * is "mlflow+https://host/…" or MLFLOW_TRACKING_URI; an experiment or a run of it has the address of its page:
 * "…/#/experiments/1/runs/<id>". Keys: MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.
 */
export function mlflowServer(access: MlflowAccess = {}): ImportSource {
  const environment = access.environment ?? process.env;
  const ask = mlflowAsk(access);
  const runOf = async (path: string): Promise<{ base: string; run: ServerRun }> => {
    const { base, run } = placeOf(path);
    const answer = mapping(await ask(base, `runs/get?${new URLSearchParams({ run_id: run ?? "" }).toString()}`));
    const found = mapping(answer.run);
    if (found.info === undefined) throw unanswered(base, `no run ${run ?? ""}`);
    return { base, run: { info: mapping(found.info), data: mapping(found.data) } };
  };
  return {
    name: "mlflow-server",
    mayBe: () => false,
    recognises: (path) => Promise.resolve(isServer(path, environment)),
    runs: async (path) => {
      const { base, experiment, run } = placeOf(path);
      if (run !== undefined) return [runPage(base, experiment ?? "", run)];
      const experiments = experiment === undefined ? await everyExperiment(base, ask) : [experiment];
      return everyRun(base, experiments, ask);
    },
    open: async (path) => {
      const { base, run } = await runOf(path);
      const key = `${base}\n${fingerprintOfRun(run)}`;
      return trackedRun(path, run, (names) => pointsOf(base, run, names, ask, access, key));
    },
    fingerprint: async (path) => fingerprintOfRun((await runOf(path)).run),
  };
}

type Environment = Readonly<Record<string, string | undefined>>;

function trackedRun(
  source: string,
  { info, data }: ServerRun,
  series: (names: readonly string[]) => AsyncIterable<TrackedPoint>,
): TrackedRun {
  const pairs = (list: unknown) =>
    array(list).map((pair): [string, string] => [string(mapping(pair).key), string(mapping(pair).value)]);
  const metrics = array(data.metrics).map(mapping);
  const tags = pairs(data.tags);
  const state = runState(info.status);
  const id = string(info.run_id);
  return {
    id,
    name: string(info.run_name) || (tags.find(([key]) => key === "mlflow.runName")?.[1] ?? id),
    source,
    config: Object.fromEntries(pairs(data.params).map(([key, text]) => [key, parameterValue(text)])),
    summary: Object.fromEntries(metrics.map(({ key, value }) => [string(key), metricValue(value)])),
    ...(state === undefined ? {} : { state }),
    tags: userTags(tags),
    series: () => series(metrics.map(({ key }) => string(key))),
  };
}

async function everyExperiment(base: string, ask: Ask): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of pages((token) =>
    ask(base, "experiments/search", { max_results: EXPERIMENTS_PAGE, ...token }),
  )) {
    ids.push(...array(page.experiments).map((experiment) => string(mapping(experiment).experiment_id)));
  }
  // Even a server without runs has its default experiment.
  if (ids.length === 0) throw unanswered(base, "no experiments");
  return ids;
}

async function everyRun(base: string, experiments: readonly string[], ask: Ask): Promise<string[]> {
  const found: string[] = [];
  const wanted = { experiment_ids: experiments, run_view_type: "ACTIVE_ONLY", max_results: RUNS_PAGE };
  if (experiments.length === 0) return found;
  for await (const page of pages((token) => ask(base, "runs/search", { ...wanted, ...token }))) {
    for (const run of array(page.runs)) {
      const info = mapping(mapping(run).info);
      found.push(runPage(base, string(info.experiment_id), string(info.run_id)));
    }
  }
  return found;
}

const runPage = (base: string, experiment: string, run: string): string =>
  `${PREFIX}${base}/#/experiments/${experiment}/runs/${run}`;

async function* pointsOf(
  base: string,
  { info }: ServerRun,
  names: readonly string[],
  ask: Ask,
  access: MlflowAccess,
  keptKey: string,
): AsyncGenerator<TrackedPoint> {
  for (const key of names) {
    const asked = {
      run_id: string(info.run_id),
      metric_key: key,
      max_results: (access.pointsPerPage ?? POINTS_PAGE).toString(),
    };
    const next = (token: { readonly page_token?: string }) => {
      const path = `metrics/get-history?${new URLSearchParams({ ...asked, ...token }).toString()}`;
      return keptPage(access.pages, `${keptKey}\n${path}`, () => ask(base, path));
    };
    for await (const page of pages(next)) {
      for (const metric of array(page.metrics).map(mapping)) {
        // Zeros are the defaults of protobuf, and may be left out.
        const value = metricValue(metric.value ?? 0);
        if (value === undefined) throw unanswered(base, `a value of ${key} that is no number`);
        yield { key, step: Number(metric.step ?? 0), value, time: Number(metric.timestamp ?? 0) / 1000 };
      }
    }
  }
}

function unanswered(base: string, what: string): IsoflopError {
  return new IsoflopError({
    code: "server-answer",
    message: `${base} gives ${what}.`,
    hint: "Is this the address of an MLflow tracking server, and may the key see the runs?",
  });
}

/** What the server says last of each metric, and of the run's end: a run that goes on changes it. */
function fingerprintOfRun({ info, data }: ServerRun): string {
  return JSON.stringify([info.run_id, info.status, info.end_time ?? null, data.metrics, data.params]);
}

function isServer(path: string, { MLFLOW_TRACKING_URI: home }: Environment): boolean {
  if (path.startsWith(PREFIX)) return true;
  if (!/^https?:\/\//.test(path) || !URL.canParse(path)) return false;
  const url = new URL(path);
  const isHome = home !== undefined && URL.canParse(home) && new URL(home).origin === url.origin;
  return isHome || url.hash.startsWith("#/experiments/");
}

function placeOf(path: string): { readonly base: string; readonly experiment?: string; readonly run?: string } {
  const url = serverUrl(path.startsWith(PREFIX) ? path.slice(PREFIX.length) : path);
  const base = `${url.origin}${url.pathname}`.replace(/\/+$/, "");
  const [, experiment, run] = /^#\/experiments\/(\d+)(?:\/runs\/([\w-]+))?/.exec(url.hash) ?? [];
  return { base, ...(experiment === undefined ? {} : { experiment }), ...(run === undefined ? {} : { run }) };
}

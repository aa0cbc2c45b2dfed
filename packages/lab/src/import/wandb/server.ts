import { IsoflopError } from "@isoflop/laws";
import { array, mapping, string } from "../answer.js";
import { askServer, type ServerAccess, serverUrl } from "../http.js";
import { keptPage } from "../pages.js";
import type { ImportSource, TrackedPoint, TrackedRun } from "../source.js";
import { parseJson, scalarOf } from "./json.js";
import { pointsOfRow, withoutInternal } from "./row.js";

/** Rows of history that are asked for at once, as wandb's HistoryScan does. */
const PAGE = 1000;
/** Steps that surely have fewer rows, where every step has one. */
const WIDTH = PAGE - 1;
const RUNS_PAGE = 50;
const PREFIX = "wandb+";

/** As wandb 0.31.0 asks: RunFragment of apis/public/runs.py, HistoryPage of wandb-core. */
const RUN = `query Run($project: String!, $entity: String!, $name: String!) {
  project(name: $project, entityName: $entity) {
    run(name: $name) { name displayName state tags config summaryMetrics historyKeys historyLineCount heartbeatAt }
  }
}`;
const RUNS = `query Runs($project: String!, $entity: String!, $cursor: String, $perPage: Int = 50, $order: String) {
  project(name: $project, entityName: $entity) {
    runs(after: $cursor, first: $perPage, order: $order) {
      edges { node { name } cursor }
      pageInfo { endCursor hasNextPage }
    }
  }
}`;
const HISTORY = `query HistoryPage($entity: String!, $project: String!, $run: String!, $minStep: Int64!, $maxStep: Int64!, $pageSize: Int!) {
  project(name: $project, entityName: $entity) {
    run(name: $run) { history(minStep: $minStep, maxStep: $maxStep, samples: $pageSize) }
  }
}`;

const CLOUD = "https://api.wandb.ai";
const KEY_HINT = "Set WANDB_API_KEY (wandb.ai/authorize shows it), and WANDB_BASE_URL for a server of your own.";

type Environment = Readonly<Record<string, string | undefined>>;

interface Place {
  readonly api: string;
  readonly page: string;
  readonly entity: string;
  readonly project: string;
  readonly run?: string;
}

type Ask = (
  api: string,
  query: string,
  variables: Readonly<Record<string, unknown>>,
) => Promise<Readonly<Record<string, unknown>>>;

/**
 * W&B's server by its GraphQL API, every row of history. A project or a run has the address of its page:
 * "https://wandb.ai/<entity>/<project>[/runs/<id>]"; other servers are WANDB_BASE_URL, or have
 * "wandb+" before their address. Key: WANDB_API_KEY, sent to WANDB_BASE_URL alone (W&B's own server unless set).
 */
export function wandbServer(access: ServerAccess = {}): ImportSource {
  const environment = access.environment ?? process.env;
  const ask: Ask = async (api, query, variables) => {
    const question = {
      url: `${api}/graphql`,
      body: { query, variables },
      headers: keyFor(api, environment),
      keyHint: KEY_HINT,
    };
    const answer = mapping(await askServer(question, access));
    const [first] = array(answer.errors).map((error) => string(mapping(error).message));
    if (first !== undefined) throw unanswered(api, first);
    return mapping(mapping(answer.data).project);
  };
  const load = async (place: Place) => {
    const { entity, project, run: name } = place;
    if (name === undefined) throw unanswered(place.page, "it is a project, of many runs");
    const run = mapping((await ask(place.api, RUN, { entity, project, name })).run);
    if (run.name === undefined) throw unanswered(place.page, "there is no such run, or the key may not see it");
    return { ...place, run: name, values: run };
  };
  return {
    name: "wandb-server",
    mayBe: () => false,
    recognises: (path) => Promise.resolve(isServer(path, environment)),
    runs: async (path) => {
      const place = placeOf(path);
      return place.run === undefined ? everyRun(place, ask) : [runPage(place.page, place.run)];
    },
    open: async (path) => {
      const place = await load(placeOf(path));
      return trackedRun(path, place.values, () => pointsOf(place, place.values, ask, access));
    },
    fingerprint: async (path) => stateOf((await load(placeOf(path))).values),
  };
}

function trackedRun(
  source: string,
  run: Readonly<Record<string, unknown>>,
  series: () => AsyncIterable<TrackedPoint>,
): TrackedRun {
  const config = Object.entries(withoutInternal(mapping(fromJson(run.config))))
    .filter(([key]) => key !== "wandb_version")
    .map(([key, entry]) => {
      const held = mapping(entry);
      return [key, "value" in held ? held.value : entry] as const;
    });
  const id = string(run.name);
  return {
    id,
    name: string(run.displayName) || id,
    source,
    config: Object.fromEntries(config),
    summary: withoutInternal(mapping(fromJson(run.summaryMetrics))),
    state: string(run.state),
    tags: array(run.tags).map(string),
    series,
  };
}

async function everyRun({ api, page, entity, project }: Place, ask: Ask): Promise<string[]> {
  const found: string[] = [];
  let cursor: unknown = null;
  for (;;) {
    const runs = mapping(
      (await ask(api, RUNS, { entity, project, cursor, perPage: RUNS_PAGE, order: "+created_at" })).runs,
    );
    if (!Array.isArray(runs.edges)) throw unanswered(page, "there is no such project, or the key may not see it");
    for (const edge of runs.edges) {
      found.push(runPage(page, string(mapping(mapping(edge).node).name)));
    }
    const { hasNextPage, endCursor } = mapping(runs.pageInfo);
    if (hasNextPage !== true || endCursor === cursor) return found;
    cursor = endCursor;
  }
}

/**
 * The server samples where a range of steps has more rows than are asked for. An answer with fewer rows than that is whole;
 * any other is asked for again in a narrower range. Where rows are rare ranges are
 * wider, so that a run with a row every thousand steps needs few questions.
 */
async function* pointsOf(
  { api, page, entity, project, run }: Place,
  values: Readonly<Record<string, unknown>>,
  ask: Ask,
  access: ServerAccess,
): AsyncGenerator<TrackedPoint> {
  const lastStep = scalarOf(mapping(fromJson(values.historyKeys)).lastStep) ?? -1;
  if (lastStep < 0 && Number(values.historyLineCount ?? 0) > 0) throw unanswered(page, "it does not say its last step");
  let width = WIDTH;
  let reached = -1;
  for (let minStep = 0; minStep <= lastStep; ) {
    const maxStep = Math.min(minStep + width, lastStep + 1);
    const variables = { entity, project, run, minStep, maxStep, pageSize: PAGE };
    const key = JSON.stringify([api, stateOf(values), variables]);
    const answer = mapping(await keptPage(access.pages, key, () => ask(api, HISTORY, variables)));
    const rows = array(mapping(answer.run).history).map((row) => mapping(fromJson(row)));
    if (rows.length >= PAGE) {
      if (width === 1) throw unanswered(page, `step ${minStep.toString()} has more rows than can be asked for`);
      width = Math.min(Math.ceil(width / 2), WIDTH);
      continue;
    }
    for (const row of rows) {
      const step = scalarOf(row._step);
      if (step === undefined) throw unanswered(page, "a row of its history has no step");
      if (step < minStep || step >= maxStep) continue;
      reached = Math.max(reached, step);
      yield* pointsOfRow(row, step);
    }
    minStep = maxStep;
    if (rows.length < PAGE / 4) width *= 2;
  }
  if (reached < lastStep) {
    throw unanswered(page, `its history ends at step ${reached.toString()}, its last step is ${lastStep.toString()}`);
  }
}

/** A run's address, without what else an address may have: a shared link has a key in it. */
const runPage = (page: string, run: string): string => `${page}/runs/${encodeURIComponent(run)}`;

const fromJson = (value: unknown): unknown => (typeof value === "string" ? parseJson(value) : value);

/** What changes when the run does. */
const stateOf = (run: Readonly<Record<string, unknown>>): string =>
  JSON.stringify([run.name, run.state, run.heartbeatAt, run.historyLineCount, run.summaryMetrics, run.config]);

function unanswered(where: string, why: string): IsoflopError {
  return new IsoflopError({
    code: "server-answer",
    message: `${where} cannot be imported: ${why.slice(0, 300)}.`,
    hint: "Give https://wandb.ai/<entity>/<project>/runs/<id> or the project; WANDB_API_KEY has the key.",
  });
}

/** The key, for the server that it is of and no other: WANDB_BASE_URL, or W&B's own. */
function keyFor(
  api: string,
  { WANDB_API_KEY: key, WANDB_BASE_URL: home = CLOUD }: Environment,
): Record<string, string> {
  if (key === undefined || key === "" || !URL.canParse(home) || new URL(home).origin !== new URL(api).origin) return {};
  return { authorization: `Basic ${Buffer.from(`api:${key}`).toString("base64")}` };
}

function isServer(path: string, { WANDB_BASE_URL: home }: Environment): boolean {
  if (path.startsWith(PREFIX)) return true;
  if (!/^https?:\/\//.test(path) || !URL.canParse(path)) return false;
  const { hostname, origin } = new URL(path);
  return (
    /(^|\.)wandb\.(ai|io)$/.test(hostname) ||
    (home !== undefined && URL.canParse(home) && new URL(home).origin === origin)
  );
}

function placeOf(path: string): Place {
  const prefix = path.startsWith(PREFIX) ? PREFIX : "";
  const url = serverUrl(path.slice(prefix.length));
  const [entity, project, ...rest] = url.pathname
    .split("/")
    .filter((part) => part !== "")
    .map(decodeURIComponent);
  const page = prefix + url.origin + url.pathname.replace(/\/(runs|workspace|table)(\/.*)?$|\/+$/, "");
  if (entity === undefined || project === undefined) throw unanswered(path, "it names no entity and project");
  const isCloud = url.hostname === "wandb.ai" || url.hostname === "www.wandb.ai";
  const api = isCloud ? CLOUD : url.origin;
  const run = rest[0] === "runs" ? rest[1] : undefined;
  return { api, page, entity, project, ...(run === undefined ? {} : { run }) };
}

import { closeSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { IsoflopError } from "@isoflop/laws";
import { fingerprintOf } from "../fingerprint.js";
import type { ImportSource, TrackedPoint, TrackedRun } from "../source.js";
import { scalarOf } from "./json.js";
import { isLogHeader, logRecords } from "./log.js";
import { applyChanges, emptyTree, type LoggedRecord, readHistory, readRecord, rowOf } from "./record.js";
import { pointsOfValues, withoutInternal } from "./row.js";

/** A run's folder as wandb writes it, offline or before it is synchronised: the log in it has every row, and nothing is sampled. */
export const wandbOffline: ImportSource = {
  name: "wandb",
  independent: true,
  mayBe: ({ path, names }) => names?.some((name) => LOG.test(name)) ?? path.endsWith(".wandb"),
  recognises: async (path) => {
    try {
      return isLogHeader(firstBytes(logOf(path)));
    } catch {
      return false;
    }
  },
  open: async (path) => openLog(logOf(path), path),
  fingerprint: async (path) => fingerprintOf([logOf(path)]),
};

const LOG = /^run-.*\.wandb$/s;

/** The log of a run's folder: the one file run-<id>.wandb in it, or the path itself. Errors: wandb-no-log. */
function logOf(path: string): string {
  if (path.endsWith(".wandb")) return path;
  const logs = readdirSync(path).filter((name) => LOG.test(name));
  const [log] = logs;
  if (logs.length === 1 && log !== undefined) return join(path, log);
  throw new IsoflopError({
    code: "wandb-no-log",
    message: `${path} is no run folder of W&B: it has ${logs.length.toString()} files run-….wandb instead of one.`,
    hint: "Give wandb/run-… or wandb/offline-run-….",
  });
}

function firstBytes(path: string): Buffer {
  const file = openSync(path, "r");
  try {
    const bytes = Buffer.alloc(16);
    return bytes.subarray(0, readSync(file, bytes, 0, 16, 0));
  } finally {
    closeSync(file);
  }
}

/** Rows of a log so small are held, and not read a second time. */
const HELD = 4 * 2 ** 20;

async function openLog(file: string, source: string): Promise<TrackedRun> {
  const rows: Uint8Array[] | undefined = statSync(file).size <= HELD ? [] : undefined;
  const config = emptyTree();
  const summary = emptyTree();
  let run: LoggedRecord["run"];
  let exitCode: number | undefined;
  let torn = false;
  for (const record of recordsOf(file, () => {
    torn = true;
  })) {
    if (record.run !== undefined) {
      run = record.run;
      applyChanges(config, run.config);
      applyChanges(summary, run.summary);
    }
    if (record.config !== undefined) applyChanges(config, record.config);
    if (record.summary !== undefined) applyChanges(summary, record.summary);
    if (record.history !== undefined) rows?.push(record.history);
    exitCode = record.exitCode ?? exitCode;
  }
  if (run === undefined) {
    throw new IsoflopError({
      code: "wandb-empty",
      message: `${file} does not say which run it is of: its writer was stopped before it began.`,
      hint: "Leave this folder out.",
    });
  }
  const others = otherFoldersOf(file);
  const notices = [
    ...(others > 0
      ? [
          `${file} has a part of run ${run.id}: ${others.toString()} other folders beside it have the same run, each a run by itself here.`,
        ]
      : []),
    ...(torn ? [`${file} ends within a record: its last rows may be missing.`] : []),
    ...(exitCode === undefined ? [`${file} has no end: the run goes on, or was killed.`] : []),
    ...(run.resumed ? [`${file} has the run since it was resumed: its earlier rows are in the folder before.`] : []),
  ];
  return {
    id: run.id,
    name: run.displayName === "" ? run.id : run.displayName,
    source,
    config: withoutInternal(config),
    summary: withoutInternal(summary),
    state: exitCode === undefined ? "running" : exitCode === 0 ? "finished" : "failed",
    tags: run.tags,
    notices: () => notices,
    series: () => pointsOf(file, rows ?? rowsOf(file)),
  };
}

/** How many folders beside a log's have the same run: one for each process that went on with it. Their names end with its id. */
function otherFoldersOf(file: string): number {
  const folder = dirname(resolve(file));
  const id = basename(file).slice("run-".length, -".wandb".length);
  const same = runFoldersByEnd(dirname(folder)).get(id) ?? [];
  return same.filter((name) => name !== basename(folder)).length;
}

/** The run folders of the folder that was listed last, by every end of their names after a dash: thousands of runs ask. */
let listed: { readonly key: string; readonly byEnd: ReadonlyMap<string, readonly string[]> } | undefined;

function runFoldersByEnd(folder: string): ReadonlyMap<string, readonly string[]> {
  const changed = statSync(folder, { throwIfNoEntry: false })?.mtimeMs;
  if (changed === undefined) return new Map();
  const key = `${changed.toString()} ${folder}`;
  if (listed?.key === key) return listed.byEnd;
  const byEnd = new Map<string, string[]>();
  for (const name of readdirSync(folder)) {
    if (!/^(offline-)?run-/.test(name)) continue;
    for (let dash = name.indexOf("-"); dash >= 0; dash = name.indexOf("-", dash + 1)) {
      const end = name.slice(dash + 1);
      const names = byEnd.get(end);
      if (names === undefined) byEnd.set(end, [name]);
      else names.push(name);
    }
  }
  listed = { key, byEnd };
  return byEnd;
}

function* pointsOf(file: string, rows: Iterable<Uint8Array>): Generator<TrackedPoint> {
  for (const history of rows) {
    const { step: told, values } = decoded(() => readHistory(history), file);
    const row = rowOf(values);
    const step = told ?? scalarOf(row.get("_step"));
    if (step === undefined || !Number.isFinite(step)) throw damaged(file, "a row of history without a step");
    yield* pointsOfValues(row, step);
  }
}

function* rowsOf(file: string): Generator<Uint8Array> {
  for (const { history } of recordsOf(file, () => undefined)) if (history !== undefined) yield history;
}

function* recordsOf(file: string, onTorn: () => void): Generator<LoggedRecord> {
  for (const bytes of logRecords(file, onTorn)) yield decoded(() => readRecord(bytes), file);
}

function decoded<T>(read: () => T, file: string): T {
  try {
    return read();
  } catch (cause) {
    throw damaged(file, `a record that is none (${cause instanceof Error ? cause.message : "?"})`, cause);
  }
}

function damaged(file: string, what: string, cause?: unknown): IsoflopError {
  return new IsoflopError({
    code: "wandb-damaged",
    message: `${file} has ${what}.`,
    hint: "Import the run from the server that it was synchronised to.",
    cause,
  });
}

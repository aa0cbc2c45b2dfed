// A thread that imports runs of independent sources, or decides anew about runs that are stored.
import { parentPort, workerData } from "node:worker_threads";
import { isIsoflopError } from "@isoflop/laws";
import { importRun, type RunTask, settleAgain } from "./importRun.js";
import type { ManifestEntry } from "./manifest.js";
import type { SettleOptions } from "./settle/settle.js";
import { chosenSources } from "./sources.js";

export interface ThreadData {
  readonly to: string;
  readonly options: SettleOptions;
}

export type ThreadTask = { readonly read: RunTask } | { readonly again: ManifestEntry; readonly settings: string };

/** Errors lose their fields on the way between threads. */
export interface ThreadFailure {
  readonly message: string;
  readonly isoflop?: { readonly code: string; readonly hint?: string; readonly exitCode: 1 | 2 };
}

export type ThreadReply = { readonly entry: ManifestEntry } | { readonly failure: ThreadFailure };

const { to, options } = workerData as ThreadData;
const sources = new Map(chosenSources(undefined, options.mappings, {}).map((source) => [source.name, source]));

parentPort?.on("message", (task: ThreadTask) => {
  done(task).then(
    (entry) => parentPort?.postMessage({ entry } satisfies ThreadReply),
    (error: unknown) => parentPort?.postMessage({ failure: failureOf(error) } satisfies ThreadReply),
  );
});

function done(task: ThreadTask): Promise<ManifestEntry> {
  if ("again" in task) return settleAgain(to, task.again, task.settings, options);
  return importRun(to, task.read, sources.get(task.read.kind)!, options);
}

function failureOf(error: unknown): ThreadFailure {
  const message = error instanceof Error ? error.message : String(error);
  if (!isIsoflopError(error)) return { message };
  const { code, hint, exitCode } = error;
  return { message, isoflop: { code, exitCode, ...(hint === undefined ? {} : { hint }) } };
}

import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { IsoflopError } from "@isoflop/laws";
import { importRun, type RunTask, settleAgain } from "./importRun.js";
import type { ThreadData, ThreadFailure, ThreadReply, ThreadTask } from "./importThread.js";
import type { ManifestEntry } from "./manifest.js";
import type { SettleOptions } from "./settle/settle.js";
import type { ImportSource } from "./source.js";

/** Imports runs and decides about them, several at a time where that pays. */
export interface RunReader {
  readonly read: (task: RunTask, source: ImportSource) => Promise<ManifestEntry>;
  readonly again: (entry: ManifestEntry, settings: string) => Promise<ManifestEntry>;
  readonly close: () => Promise<void>;
}

/** Starting threads and warming them up takes as long as reading for so many milliseconds. */
const WORTH_THREADS = 500;
/** Each holds one run's series of use in memory, and code and buffers of some 100 MB. */
const MOST_THREADS = 4;
/** The compiled file, also when this one is run from its source. */
const THREAD = new URL("../../dist/import/importThread.js", import.meta.url);

/** @param patience milliseconds of reading here before threads are started */
export function openRunReader(to: string, options: SettleOptions, patience = WORTH_THREADS): RunReader {
  let [spent, pool] = [0, undefined as ThreadPool | undefined];
  const here = async (work: () => Promise<ManifestEntry>): Promise<ManifestEntry> => {
    const began = performance.now();
    try {
      return await work();
    } finally {
      spent += performance.now() - began;
    }
  };
  const there = (task: ThreadTask): Promise<ManifestEntry> | undefined => {
    if (pool === undefined && spent >= patience && availableParallelism() > 1) {
      pool = openThreads({ to, options }, Math.min(MOST_THREADS, availableParallelism()));
    }
    return pool?.run(task);
  };
  return {
    read: (task, source) =>
      (source.independent === true ? there({ read: task }) : undefined) ??
      here(() => importRun(to, task, source, options)),
    again: (entry, settings) =>
      there({ again: entry, settings }) ?? here(() => settleAgain(to, entry, settings, options)),
    close: async () => pool?.close(),
  };
}

interface ThreadPool {
  readonly run: (task: ThreadTask) => Promise<ManifestEntry>;
  readonly close: () => Promise<void>;
}

function openThreads(workerData: ThreadData, count: number): ThreadPool {
  const all = new Set<Worker>();
  const free: Worker[] = [];
  const waiting: ((worker: Worker) => void)[] = [];
  const give = (worker: Worker): void => {
    const next = waiting.shift();
    if (next === undefined) free.push(worker);
    else next(worker);
  };
  const start = (): void => {
    // What Node was started with (--input-type, a test runner's loader) is not for the threads.
    const worker = new Worker(THREAD, { workerData, execArgv: [] });
    all.add(worker);
    worker.on("error", () => {
      all.delete(worker);
      if (free.includes(worker)) free.splice(free.indexOf(worker), 1);
    });
    give(worker);
  };
  for (let i = 0; i < count; i++) start();
  return {
    run: async (task) => {
      const worker = free.pop() ?? (await new Promise<Worker>((resolve) => waiting.push(resolve)));
      return new Promise((resolve, reject) => {
        const settled = (): void => {
          worker.off("message", replied).off("error", died);
        };
        const replied = (reply: ThreadReply): void => {
          settled();
          give(worker);
          if ("entry" in reply) resolve(reply.entry);
          else reject(errorOf(reply.failure));
        };
        // A run that its memory cannot hold ends the thread, and no other run.
        const died = (error: Error): void => {
          settled();
          start();
          reject(error);
        };
        worker.on("message", replied).on("error", died);
        worker.postMessage(task);
      });
    },
    close: async () => {
      await Promise.all([...all].map((worker) => worker.terminate()));
    },
  };
}

const errorOf = ({ message, isoflop }: ThreadFailure): Error =>
  isoflop === undefined ? new Error(message) : new IsoflopError({ message, ...isoflop });

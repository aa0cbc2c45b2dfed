import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, expect, it } from "vitest";
import { literal, withDatabase } from "../../read/database.js";
import { TABLES } from "./subjects.js";
import type { MutationData, MutationEnd } from "./thread.js";

const COUNT = Number(process.env.ISOFLOP_MUTATIONS ?? 10_000);
const SEED = Number(process.env.ISOFLOP_SEED ?? 1);
/** Nothing is read for so long, whatever the machine does besides. */
const HANGS = 60_000;
const MEGABYTE = 2 ** 20;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "isoflop-mutations-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function parquetOf(name: keyof typeof TABLES): Promise<Buffer> {
  const [from, to] = [join(folder, `${name}.csv`), join(folder, `${name}.parquet`)];
  await writeFile(from, TABLES[name]);
  await withDatabase((connection) =>
    connection.run(`COPY (SELECT * FROM read_csv(${literal(from)})) TO ${literal(to)} (FORMAT parquet)`),
  );
  return readFile(to);
}

/** The ends of all, and the memory in use now and then. A thread that hangs is ended, and named. */
function ends(data: MutationData): Promise<{ ends: MutationEnd[]; memory: number[] }> {
  // The compiled file: a loop that never ends must not be this one's.
  const thread = new Worker(new URL("../../../dist/import/mutations/thread.js", import.meta.url), {
    workerData: data,
    execArgv: [],
  });
  const [told, memory] = [[] as MutationEnd[], [] as number[]];
  return new Promise((resolve, reject) => {
    const hung = () => {
      void thread.terminate();
      reject(new Error(`seed ${data.seed}: mutation ${told.length} does not end`));
    };
    let watchdog = setTimeout(hung, HANGS);
    thread.on("message", (end: MutationEnd) => {
      clearTimeout(watchdog);
      watchdog = setTimeout(hung, HANGS);
      told.push(end);
      if (told.length % 500 === 0) memory.push(process.memoryUsage().rss);
    });
    thread.on("error", (error) =>
      reject(new Error(`seed ${data.seed}: mutation ${told.length} ends the thread: ${error.stack}`)),
    );
    thread.on("exit", () => {
      clearTimeout(watchdog);
      resolve({ ends: told, memory });
    });
  });
}

it(`reads ${COUNT} damaged files or says why not, and makes nothing up (ISOFLOP_SEED=${SEED})`, async () => {
  const parquet = { table: await parquetOf("table"), history: await parquetOf("history") };
  const { ends: told, memory } = await ends({ seed: SEED, count: COUNT, folder, parquet });
  expect(told).toHaveLength(COUNT);
  const faults = told.filter(({ fault }) => fault !== undefined);
  expect({ seed: SEED, faults: faults.slice(0, 5) }).toEqual({ seed: SEED, faults: [] });
  // Damage that hurt nothing, or nothing but damage, would show nothing.
  const shares = told.filter(({ outcome }) => outcome === "read").length / COUNT;
  expect(shares).toBeGreaterThan(0.2);
  expect(shares).toBeLessThan(0.95);
  // Once warm, the process holds no more, however many were read.
  const [warm = 0, ...later] = memory.slice(2);
  expect((Math.max(warm, ...later) - warm) / MEGABYTE).toBeLessThan(300);
}, 600_000);

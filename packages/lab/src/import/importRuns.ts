import { createHash } from "node:crypto";
import { mkdir, rm, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { ColumnMap } from "@isoflop/laws/observations";
import { lockStudy } from "../executors/studyLock.js";
import { type FoundRun, findRuns } from "./discover.js";
import { checkFolder, type Manifest, type ManifestEntry, readManifest, writeManifest } from "./manifest.js";
import { readMapping, shippedMappings } from "./mapping/load.js";
import { pagesIn } from "./pages.js";
import { parseCounting } from "./settle/counting.js";
import { parseLossRule } from "./settle/lossRule.js";
import { type SettleOptions, settler } from "./settle/settle.js";
import type { TrackedRun } from "./source.js";
import { chosenSources } from "./sources.js";
import { openStored, runFolder, storeCurve, storeRun } from "./store.js";
import { holdTogether } from "./together.js";

export interface ImportOptions {
  readonly to: string;
  readonly from?: string;
  readonly mapping?: string;
  readonly columns?: ColumnMap;
  readonly loss: string;
  readonly counting: string;
  readonly onProgress?: (done: number, of: number) => void;
}

/** What an import did. */
export interface Imported {
  readonly folder: string;
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  /** Imported before, and not among the paths given now: they stay. */
  readonly kept: number;
  /** Files and folders that could not be read. */
  readonly failed: readonly { readonly path: string; readonly reason: string }[];
  readonly manifest: Omit<Manifest, "format">;
}

/** Runs between two writings of the manifest: what a stop loses at most. */
const SAVED_EVERY = 200;

/**
 * Imports the runs below the paths into a folder: every point as logged, and of each run a record. What has not changed since
 * the last time is not read again. Errors: those of findRuns, readMapping, chosenSources, parseLossRule, parseCounting,
 * checkFolder; study-locked.
 */
export async function importRuns(paths: readonly string[], options: ImportOptions): Promise<Imported> {
  const mappings = [
    ...(options.mapping === undefined ? [] : [await readMapping(options.mapping)]),
    ...shippedMappings(),
  ];
  const counting = parseCounting(options.counting);
  const settle: SettleOptions = {
    mappings,
    columns: options.columns ?? {},
    rule: parseLossRule(options.loss),
    counting,
  };
  const settings = hashOf([mappings, settle.columns, settle.rule, counting]);
  const to = resolve(options.to);
  const pages = join(to, ".pages");
  const sources = chosenSources(options.from, mappings, { pages: pagesIn(pages) });
  await checkFolder(to);
  const { runs: found, unseen } = await findRuns(paths, sources, to);
  await mkdir(to, { recursive: true });
  const unlock = await lockStudy(to, "import");
  try {
    const before = new Map((await readManifest(to))?.runs.map((entry) => [entry.id, entry]));
    const entries = new Map(before);
    const failed = [...unseen];
    const counts = { added: 0, changed: 0, unchanged: 0 };
    const save = async (): Promise<Omit<Manifest, "format">> => {
      const { runs, convention, warnings } = holdTogether([...entries.values()], counting);
      const manifest = { loss: options.loss, counting, convention, warnings, runs };
      await writeManifest(to, manifest);
      return manifest;
    };
    const seen = new Set<string>();
    for (const [i, run] of found.entries()) {
      const id = hashOf([run.source.name, run.path]);
      seen.add(id);
      try {
        const { entry, how } = await importRun(to, id, run, before.get(id), settings, settle);
        entries.set(id, entry);
        counts[how]++;
      } catch (error) {
        // A full disk, unlike a bad file, stops all.
        if (error instanceof Error && "exitCode" in error && error.exitCode === 1) {
          await save();
          throw error;
        }
        failed.push({ path: run.path, reason: error instanceof Error ? error.message : String(error) });
      }
      options.onProgress?.(i + 1, found.length);
      if ((i + 1) % SAVED_EVERY === 0) await save();
    }
    const others = [...entries.values()].filter(({ id }) => !seen.has(id));
    for (const entry of others) {
      if (entry.settings !== settings) entries.set(entry.id, await settleAgain(to, entry, settings, settle));
    }
    const manifest = await save();
    // What servers answered is in the runs by now.
    if (failed.length === 0) await rm(pages, { recursive: true, force: true });
    return { folder: to, ...counts, kept: others.length, failed, manifest };
  } finally {
    await unlock();
  }
}

async function importRun(
  to: string,
  id: string,
  { path, source }: FoundRun,
  before: ManifestEntry | undefined,
  settings: string,
  settle: SettleOptions,
): Promise<{ readonly entry: ManifestEntry; readonly how: "added" | "changed" | "unchanged" }> {
  // Taken first: what is logged while it is read is read the next time.
  const fingerprint = await source.fingerprint(path);
  const isStored = before !== undefined && (await isThere(join(runFolder(to, id), "run.json")));
  if (isStored && before.fingerprint === fingerprint) {
    if (before.settings === settings) return { entry: before, how: "unchanged" };
    return { entry: await settleAgain(to, before, settings, settle), how: "changed" };
  }
  const run = await source.open(path);
  const { add, settle: finish } = settler(settle);
  const points = await storeRun(to, id, run, add);
  const settled = finish(run);
  await storeCurve(to, id, settled);
  const { curve: _, ...decided } = settled;
  const entry: ManifestEntry = {
    id,
    kind: source.name,
    path,
    name: run.name,
    ...(run.state === undefined ? {} : { state: run.state }),
    ...(run.tags === undefined ? {} : { tags: run.tags }),
    fingerprint,
    settings,
    points,
    notices: [...(run.notices?.() ?? [])],
    ...decided,
  };
  return { entry, how: before === undefined ? "added" : "changed" };
}

/** Decides about a stored run anew, under other options: its files may be gone by now. */
async function settleAgain(
  to: string,
  entry: ManifestEntry,
  settings: string,
  settle: SettleOptions,
): Promise<ManifestEntry> {
  const run: TrackedRun = await openStored(to, entry.id);
  const { add, settle: finish } = settler(settle);
  for await (const point of run.series()) add(point);
  const settled = finish(run);
  await storeCurve(to, entry.id, settled);
  const { curve: _, ...decided } = settled;
  return { ...entry, settings, ...decided };
}

const hashOf = (value: unknown): string =>
  createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

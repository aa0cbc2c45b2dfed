import { createHash } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { ColumnMap } from "@isoflop/laws/observations";
import { lockStudy } from "../executors/studyLock.js";
import { type FoundRun, findRuns } from "./discover.js";
import { eachOf } from "./eachOf.js";
import { checkFolder, type Manifest, type ManifestEntry, readManifest, writeManifest } from "./manifest.js";
import { readMapping, shippedMappings } from "./mapping/load.js";
import { pagesIn } from "./pages.js";
import { openRunReader, type RunReader } from "./runReader.js";
import { parseCounting } from "./settle/counting.js";
import { parseLossRule } from "./settle/lossRule.js";
import type { SettleOptions } from "./settle/settle.js";
import { chosenSources } from "./sources.js";
import { isStored } from "./store.js";
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

/** Milliseconds of work between two writings of the manifest: what a stop loses at most. */
const SAVED_EVERY = 5000;
/** The manifest of many runs takes long to write: at most so small a share of the time goes into it. */
const SAVING_SHARE = 0.05;
/** Independent runs that are looked at, read or waited for at a time. */
const AT_ONCE = 16;

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
  const reader = openRunReader(to, settle);
  try {
    const before = new Map((await readManifest(to))?.runs.map((entry) => [entry.id, entry]));
    const runs = found.map((run) => ({ ...run, id: hashOf([run.source.name, run.path]) }));
    const seen = new Set(runs.map(({ id }) => id));
    const others = [...before.values()].filter(({ id }) => !seen.has(id));
    // By their places, so that the order in which they are done is of no consequence.
    const done: (ManifestEntry | undefined)[] = runs.map(() => undefined);
    const decided = new Map<string, ManifestEntry>();
    const lost: { path: string; reason: string }[] = [];
    const faults: (string | undefined)[] = runs.map(() => undefined);
    const counts = { added: 0, changed: 0, unchanged: 0 };
    const save = async (): Promise<Omit<Manifest, "format">> => {
      const entries = new Map([...before, ...decided]);
      for (const entry of done) if (entry !== undefined) entries.set(entry.id, entry);
      const { runs: all, convention, warnings } = holdTogether([...entries.values()], counting);
      const manifest = { loss: options.loss, counting, convention, warnings, runs: all };
      await writeManifest(to, manifest);
      return manifest;
    };
    const saveNowAndThen = savedNowAndThen(save);
    let looked = 0;
    const take = async (place: number): Promise<void> => {
      const run = runs[place]!;
      try {
        const { entry, how } = await broughtUpToDate(to, run, before.get(run.id), settings, reader);
        done[place] = entry;
        counts[how]++;
        if (how !== "unchanged") await saveNowAndThen();
      } catch (error) {
        if (isFatal(error)) throw error;
        faults[place] = reasonOf(error);
      }
      options.onProgress?.(++looked, runs.length);
    };
    try {
      const places = runs.map((_, place) => place);
      const isIndependent = (place: number) => runs[place]!.source.independent === true;
      await eachOf(places.filter(isIndependent), AT_ONCE, take);
      await eachOf(
        places.filter((place) => !isIndependent(place)),
        1,
        take,
      );
      const old = others.filter((entry) => entry.settings !== settings);
      await eachOf(old, AT_ONCE, async (entry) => {
        try {
          decided.set(entry.id, await reader.again(entry, settings));
        } catch (error) {
          if (isFatal(error)) throw error;
          lost.push({ path: entry.path, reason: `what was kept of it cannot be read: ${reasonOf(error)}` });
        }
      });
    } catch (error) {
      await save();
      throw error;
    }
    const manifest = await save();
    const failed = [
      ...unseen,
      ...lost,
      ...runs.flatMap(({ path }, place) => (faults[place] === undefined ? [] : [{ path, reason: faults[place] }])),
    ];
    // What servers answered is in the runs by now.
    if (failed.length === 0) await rm(pages, { recursive: true, force: true });
    return { folder: to, ...counts, kept: others.length, failed, manifest };
  } finally {
    await reader.close();
    await unlock();
  }
}

async function broughtUpToDate(
  to: string,
  { id, path, source }: FoundRun & { readonly id: string },
  before: ManifestEntry | undefined,
  settings: string,
  reader: RunReader,
): Promise<{ readonly entry: ManifestEntry; readonly how: "added" | "changed" | "unchanged" }> {
  const fingerprint = await source.fingerprint(path);
  if (before?.fingerprint === fingerprint && isStored(to, id, before.stored)) {
    if (before.settings === settings) return { entry: before, how: "unchanged" };
    return { entry: await reader.again(before, settings), how: "changed" };
  }
  const entry = await reader.read({ id, path, kind: source.name, fingerprint, settings }, source);
  return { entry, how: before === undefined ? "added" : "changed" };
}

/** Saves when enough work was done since the last time; one saving at a time. */
function savedNowAndThen(save: () => Promise<unknown>): () => Promise<void> {
  let [next, isSaving] = [performance.now() + SAVED_EVERY, false];
  return async () => {
    const began = performance.now();
    if (isSaving || began < next) return;
    isSaving = true;
    try {
      await save();
    } finally {
      isSaving = false;
      const now = performance.now();
      next = now + Math.max(SAVED_EVERY, (now - began) / SAVING_SHARE);
    }
  };
}

/** A full disk, unlike a bad file, stops all. */
const isFatal = (error: unknown): boolean => error instanceof Error && "exitCode" in error && error.exitCode === 1;

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const hashOf = (value: unknown): string =>
  createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 16);

import { readdirSync } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { IsoflopError } from "@isoflop/laws";
import type { ImportSource, Place } from "./source.js";

/** A run that was found, and the kind of its files. */
export interface FoundRun {
  readonly path: string;
  readonly source: ImportSource;
}

/** What cannot be looked at, and why. */
export interface Unseen {
  readonly path: string;
  readonly reason: string;
}

/** A server's, and no path. */
const ADDRESS = /^[\w.+-]+:\/\//;

/**
 * The runs below paths and globs ("*" and "?" within a name, "**" for any folders), each once, in the order of their paths.
 * Symbolic links are followed, each folder once. Errors: file-missing.
 */
export async function findRuns(
  patterns: readonly string[],
  sources: readonly ImportSource[],
  without: string,
): Promise<{ readonly runs: readonly FoundRun[]; readonly unseen: readonly Unseen[] }> {
  const runs = new Map<string, FoundRun>();
  const unseen: Unseen[] = [];
  const seen = new Set<string>();
  const except = await realpath(without).catch(() => resolve(without));
  const recognised = async (place: Place, isGiven: boolean): Promise<ImportSource | undefined> => {
    for (const source of sources) {
      // A path that was named is asked about, whatever it is called.
      if (!isGiven && source.mayBe?.(place) === false) continue;
      if (await source.recognises(place.path)) return source;
    }
    return undefined;
  };
  const add = async (path: string, source: ImportSource): Promise<void> => {
    for (const run of source.runs === undefined ? [path] : await source.runs(path))
      runs.set(run, { path: run, source });
  };
  /** @param kind of what is no link and lies in a folder whose place is known; undefined: has yet to be found out */
  const walk = async (path: string, kind: "file" | "folder" | undefined, isGiven: boolean): Promise<void> => {
    try {
      // A run is known by where it lies: a link such as wandb's latest-run leads to another one the next time.
      const place = kind === undefined ? await realpath(path) : path;
      if (seen.has(place) || place === except) return;
      seen.add(place);
      const entry = kind === undefined ? await stat(place) : undefined;
      const isFolder = kind === "folder" || entry?.isDirectory() === true;
      // A pipe or a device would be waited for.
      if (!isFolder && entry?.isFile() === false) return;
      const entries = isFolder ? readdirSync(place, { withFileTypes: true }) : undefined;
      const source = await recognised({ path: place, names: entries?.map(({ name }) => name) }, isGiven);
      if (source !== undefined) await add(place, source);
      if (entries === undefined || (source !== undefined && source.nested !== true)) return;
      for (const inner of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
        const known = inner.isDirectory() ? "folder" : inner.isFile() ? "file" : undefined;
        if (known !== undefined || inner.isSymbolicLink()) await walk(join(place, inner.name), known, false);
      }
    } catch (error) {
      unseen.push({ path, reason: error instanceof Error ? error.message : String(error) });
    }
  };
  for (const pattern of patterns) {
    const paths = await expand(pattern);
    const other = paths.length > 0 ? undefined : await namedOtherwise(pattern, sources);
    if (other !== undefined) {
      await add(other.path, other.source);
      continue;
    }
    if (paths.length === 0) {
      throw new IsoflopError({
        code: "file-missing",
        message: `There is no file, folder or match for ${pattern}.`,
        hint: "Give folders or files of runs; quote globs.",
      });
    }
    for (const path of paths) await walk(path, undefined, true);
  }
  return { runs: [...runs.values()], unseen };
}

/** A server's address, or a run within a file ("mlflow.db#run"): no path that is there, but known to a source. */
async function namedOtherwise(pattern: string, sources: readonly ImportSource[]): Promise<FoundRun | undefined> {
  const path = ADDRESS.test(pattern) ? pattern : resolve(pattern);
  for (const source of sources) {
    // Sources of files can say nothing but that it is no file.
    if (await source.recognises(path).catch(() => false)) return { path, source };
  }
  return undefined;
}

/** The paths that a pattern names; a path that is there is no pattern, though it may look like one. */
async function expand(pattern: string): Promise<string[]> {
  const whole = resolve(pattern);
  if (await isThere(whole)) return [whole];
  if (!/[*?]/.test(pattern)) return [];
  let paths: string[] = [sep];
  for (const part of whole.split(sep).filter((name) => name !== "")) {
    const next: string[] = [];
    for (const path of paths) next.push(...(await step(path, part)));
    paths = next;
  }
  return [...new Set(paths)].sort();
}

async function step(path: string, part: string): Promise<string[]> {
  if (!/[*?]/.test(part)) return (await isThere(join(path, part))) ? [join(path, part)] : [];
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  if (part === "**") {
    const below = entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(path, name));
    return [path, ...(await Promise.all(below.map((folder) => step(folder, part)))).flat()];
  }
  const expression = new RegExp(
    `^${[...part].map((sign) => (sign === "*" ? ".*" : sign === "?" ? "." : sign.replace(/[.+^${}()|[\]\\]/, "\\$&"))).join("")}$`,
    "s",
  );
  return entries
    .filter(({ name }) => expression.test(name) && !name.startsWith("."))
    .map(({ name }) => join(path, name))
    .sort();
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

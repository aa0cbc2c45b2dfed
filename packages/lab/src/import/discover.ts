import { readdir, realpath, stat } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { IsoflopError } from "@isoflop/laws";
import type { ImportSource } from "./source.js";

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
  const except = resolve(without);
  const recognised = async (path: string, left: readonly ImportSource[]): Promise<ImportSource | undefined> => {
    for (const source of left) {
      // Of an address, and of a part of a file, sources of files can say nothing but that it is no file.
      const isPlace = ADDRESS.test(path) || path.includes("#");
      if (await (isPlace ? source.recognises(path).catch(() => false) : source.recognises(path))) return source;
    }
    return undefined;
  };
  const add = async (path: string, source: ImportSource): Promise<void> => {
    for (const run of source.runs === undefined ? [path] : await source.runs(path))
      runs.set(run, { path: run, source });
  };
  const walk = async (path: string, left: readonly ImportSource[]): Promise<void> => {
    if (path === except) return;
    try {
      const place = await realpath(path);
      if (seen.has(place)) return;
      seen.add(place);
      const entry = await stat(path);
      const source = await recognised(path, left);
      if (source !== undefined) await add(path, source);
      if (!entry.isDirectory() || (source !== undefined && source.nested !== true)) return;
      const entries = await readdir(path, { withFileTypes: true });
      for (const { name } of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) await walk(join(path, name), left);
    } catch (error) {
      unseen.push({ path, reason: error instanceof Error ? error.message : String(error) });
    }
  };
  for (const pattern of patterns) {
    // A run of a server, or of a file that holds many: "mlflow.db#<id>".
    const isPart = pattern.includes("#") && !(await isThere(resolve(pattern)));
    const place = ADDRESS.test(pattern) ? pattern : isPart ? resolve(pattern) : undefined;
    const holder = place === undefined ? undefined : await recognised(place, sources);
    if (place !== undefined && holder !== undefined) {
      await add(place, holder);
      continue;
    }
    const paths = await expand(pattern);
    if (paths.length === 0) {
      throw new IsoflopError({
        code: "file-missing",
        message: `There is no file, folder or match for ${pattern}.`,
        hint: "Give folders or files of runs; quote globs.",
      });
    }
    for (const path of paths) await walk(path, sources);
  }
  return { runs: [...runs.values()], unseen };
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

import { createHash } from "node:crypto";
import { readdir, realpath, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { IsoflopError } from "@isoflop/laws";
import { readManifest } from "../import/manifest.js";
import { readObservations } from "../read/observations.js";
import { isStudy, openStudy } from "../study/folder.js";
import { shellPath } from "../study/shellPath.js";
import type { StudyListing } from "./api.js";
import { followStudy, type StudyFile } from "./studyFile.js";

/** A study that the server shows. */
export interface ServedStudy extends StudyListing {
  readonly kind: "study";
  readonly file: StudyFile;
}

/** Runs that others trained: an imported folder or a table. There is nothing to control. */
export interface ServedTable extends StudyListing {
  readonly kind: "imported";
  /** As readObservations takes it. */
  readonly path: string;
}

export type Served = ServedStudy | ServedTable;

/**
 * Opens what `isoflop serve` was given; what is named twice, by whatever path, is shown once. Errors: those of openStudy and
 * readObservations; serve-nothing.
 */
export async function openServed(paths: readonly string[]): Promise<Served[]> {
  const opened = new Map<string, Served>();
  for (const path of paths.length === 0 ? [await studyHere()] : paths) {
    const served = await open(path);
    opened.set(served.key, served);
  }
  return [...opened.values()];
}

async function open(path: string): Promise<Served> {
  if (!(await isStudy(path)) && (await isTable(path))) {
    const place = await realpath(path);
    // Now rather than when the page asks: what cannot be read is said to whoever started the server.
    await readObservations([place]);
    return { key: keyOf(place), name: basename(place), folder: place, kind: "imported", path: place };
  }
  const study = await openStudy(path);
  const folder = await realpath(study.folder);
  return { key: keyOf(folder), name: study.study.name, folder, kind: "study", file: followStudy(study) };
}

/** A folder that `isoflop import` made, or a file that is no study.yaml under another name. */
async function isTable(path: string): Promise<boolean> {
  if ((await stat(path).catch(() => undefined))?.isFile()) return !/\.ya?ml$/.test(path);
  return (await readManifest(path)) !== undefined;
}

const keyOf = (place: string): string => createHash("sha256").update(place).digest("hex").slice(0, 12);

/** The study in this folder. Errors: serve-nothing, which names those that lie below. */
async function studyHere(): Promise<string> {
  if ((await isStudy(".")) || (await readManifest(".")) !== undefined) return ".";
  const below = await Promise.all(
    [".", "studies"].map(async (folder) => {
      const names = (await readdir(folder).catch(() => [])).sort();
      const found = await Promise.all(names.map((name) => isStudy(join(folder, name))));
      return names.filter((_, i) => found[i]).map((name) => join(folder, name));
    }),
  );
  const [first, ...others] = below.flat();
  throw new IsoflopError({
    code: "serve-nothing",
    message: `There is no study in ${resolve(".")}.`,
    hint:
      first === undefined
        ? "Name one (isoflop serve <study>), a folder of `isoflop import`, or a table of runs; `isoflop quickstart` makes a whole study."
        : `Name one: isoflop serve ${[first, ...others].slice(0, 5).map(shellPath).join(" ")}`,
  });
}

import { randomBytes } from "node:crypto";
import { readdirSync, rmdirSync, rmSync } from "node:fs";
import { mkdir, readdir, rename, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { IsoflopError } from "@isoflop/laws/error";
import { systemCode, writeFailure } from "@isoflop/trainer/contract";
import { z } from "zod";
import { isLockFile, LOCK_FILE, lockStudy } from "../executors/studyLock.js";
import { isHalfWritten, readIfThere, removeHalfWritten, writeJson } from "../runs/folder.js";
import type { ExportPlace } from "./exporter.js";
import { tidyAtSignals } from "./tidyAtSignals.js";

/** export.json makes a folder an export, and says which files are its own. */
export const EXPORT_MANIFEST = "export.json";
const FORMAT = 1;

const manifestSchema = z.looseObject({ format: z.literal(FORMAT), files: z.array(z.string()) });
/** What was written, for the reader of the folder; `files` are all its files, relative to it. */
export type ExportManifest = Omit<z.infer<typeof manifestSchema>, "format">;

/** Refuses a folder that holds something else. The files of the export that it holds; none where it is new. Errors: export-folder. */
export async function checkExportFolder(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch((error: unknown): string[] => {
    if (systemCode(error) === "ENOENT") return [];
    throw systemCode(error) === "ENOTDIR" ? refused(folder, "is a file") : writeFailure(error, folder);
  });
  const others = names.filter((name) => !PARTIAL.test(name) && !isLockFile(name) && !isHalfWritten(name));
  if (others.length === 0) return [];
  if (!others.includes(EXPORT_MANIFEST))
    throw refused(folder, `holds something else (${others.slice(0, 3).join(", ")})`);
  const text = await readIfThere(join(folder, EXPORT_MANIFEST));
  const manifest = manifestSchema.safeParse(parse(text ?? "")).data;
  // A name that leads out of the folder was not written here.
  if (manifest?.files.every(isInside)) return manifest.files;
  throw refused(folder, "holds an export.json of another version, or a damaged one");
}

const PARTIAL = /^\.[0-9a-f]{12}\.partial$/;

/**
 * Has `write` fill a folder beside the old files; only once it is done these are replaced, file by file, and those that the
 * new export has not are removed. What else lies in the folder stays. One export at a time; a signal leaves the folder as it
 * was, or waits until the files are replaced. Errors: export-folder, study-locked.
 */
export async function replaceExport(
  final: string,
  write: (place: ExportPlace) => Promise<Omit<ExportManifest, "files">>,
): Promise<void> {
  await checkExportFolder(final);
  const unlock = await lockStudy(final, "export");
  const folder = join(final, `.${randomBytes(6).toString("hex")}.partial`);
  const tidy = (): void => {
    // A thread may be writing there.
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
    rmSync(join(final, LOCK_FILE), { force: true });
    if (readdirSync(final).length === 0) rmdirSync(final);
  };
  try {
    await tidyAtSignals(tidy, async (hold) => {
      await removeLeftOvers(final);
      await mkdir(folder);
      const said = await write({ folder, final });
      hold();
      await putInPlace(folder, final, said);
    });
  } catch (error) {
    throw writeFailure(error, final);
  } finally {
    await rm(folder, { recursive: true, force: true }).catch(() => {});
    await unlock();
    // One that this export made, and in which nothing came to lie.
    await rmdir(final).catch(() => {});
  }
}

/** What exports left behind that were killed. */
async function removeLeftOvers(final: string): Promise<void> {
  await removeHalfWritten(final);
  for (const name of await readdir(final)) {
    if (PARTIAL.test(name)) await rm(join(final, name), { recursive: true, force: true });
  }
}

async function putInPlace(folder: string, final: string, said: Omit<ExportManifest, "files">): Promise<void> {
  const old = await checkExportFolder(final);
  const files = (await filesBelow(folder, "")).sort();
  // Both lists while the files are being replaced: a stop between leaves nothing that the next export does not know.
  await writeJson(join(final, EXPORT_MANIFEST), { format: FORMAT, ...said, files: [...new Set([...files, ...old])] });
  for (const file of files) {
    await mkdir(dirname(join(final, file)), { recursive: true });
    await rename(join(folder, file), join(final, file));
  }
  for (const file of old.filter((file) => !files.includes(file))) await removeFile(final, file);
  await writeJson(join(final, EXPORT_MANIFEST), { format: FORMAT, ...said, files });
}

async function filesBelow(folder: string, under: string): Promise<string[]> {
  const entries = await readdir(join(folder, under), { withFileTypes: true });
  const found = await Promise.all(
    entries.map((entry) => {
      const path = under === "" ? entry.name : `${under}/${entry.name}`;
      return entry.isDirectory() ? filesBelow(folder, path) : [path];
    }),
  );
  return found.flat();
}

/** A file of an earlier export, with the folders that it leaves empty. */
async function removeFile(final: string, file: string): Promise<void> {
  await rm(join(final, file), { force: true });
  for (let folder = dirname(file); folder !== "."; folder = dirname(folder)) {
    const gone = await rmdir(join(final, folder)).then(
      () => true,
      () => false,
    );
    if (!gone) return;
  }
}

const isInside = (file: string): boolean =>
  !file.startsWith("/") && !file.includes("\\") && file.split("/").every((part) => part !== "" && part !== "..");

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refused(folder: string, why: string): IsoflopError {
  return new IsoflopError({
    code: "export-folder",
    message: `${folder} ${why}.`,
    hint: "Export into a new folder, or into one that `isoflop export` has made: its files are replaced.",
  });
}

import { randomBytes } from "node:crypto";
import { readFile } from "node:fs";
import { link, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { IsoflopError } from "@isoflop/laws/error";
import { parseRunSpec, type RunSpec, systemCode, writeFailure } from "@isoflop/trainer/contract";
import { runId } from "../study/identity.js";

/** By callback: node:fs/promises takes twice the processor's time for small files, of which a study has thousands. */
const read = promisify(readFile);

/** The text of a file, or undefined where there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await read(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

/** Writes a file beside its place, flushes it and renames it: readers see the old or the new, never half. */
export async function writeWhole(path: string, text: string): Promise<void> {
  await writeBeside(path, text, (temporary) => rename(temporary, path));
}

/** The same for a file that must not be there yet: false, and nothing changed, where it is. */
export async function writeNew(path: string, text: string): Promise<boolean> {
  try {
    await writeBeside(path, text, async (temporary) => {
      await link(temporary, path);
      await rm(temporary, { force: true });
    });
    return true;
  } catch (error) {
    if (systemCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** Names of files on their way, see writeBeside. */
const HALF_WRITTEN = /^\.[0-9a-f]{12}\.tmp$/;

/** Whether a file is one on its way to its place, or was when its writer was killed. */
export const isHalfWritten = (name: string): boolean => HALF_WRITTEN.test(name);

async function writeBeside(path: string, text: string, publish: (temporary: string) => Promise<void>): Promise<void> {
  const temporary = join(dirname(path), `.${randomBytes(6).toString("hex")}.tmp`);
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await publish(temporary);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw writeFailure(error, path);
  }
}

/** Pretty JSON with a final newline, written whole. */
export function writeJson(path: string, value: unknown): Promise<void> {
  return writeWhole(path, `${JSON.stringify(value, undefined, 2)}\n`);
}

/**
 * Makes runs/<id>/ with its run.json. A run.json that is there stays as it is, but for the data's folder, which may
 * have moved, and what is logged, which determine nothing. Errors: run-spec-conflict.
 */
export async function createRun(runsFolder: string, spec: RunSpec): Promise<string> {
  const folder = join(runsFolder, spec.id);
  const path = join(folder, "run.json");
  const present = await readRunSpec(folder);
  if (present !== undefined && runId(present) !== spec.id) {
    throw new IsoflopError({
      code: "run-spec-conflict",
      message: `${path} is not the run that its folder is named after: it has been edited.`,
      hint: `Delete the folder ${folder}; the run will be trained again.`,
      exitCode: 1,
    });
  }
  if (present === undefined) {
    await removeHalfWritten(folder);
    await writeJson(path, spec);
  } else if (present.data.folder !== spec.data.folder || present.logging?.tensorboard !== spec.logging?.tensorboard) {
    const { logging: _, ...others } = present;
    const logging = spec.logging === undefined ? {} : { logging: spec.logging };
    await writeJson(path, { ...others, ...logging, data: { ...present.data, folder: spec.data.folder } });
  }
  return folder;
}

/** Removes files on their way that a killed process left in this folder. Nobody else may be writing there. */
export async function removeHalfWritten(folder: string): Promise<void> {
  const names = await readdir(folder).catch(notThere);
  for (const name of names) if (isHalfWritten(name)) await rm(join(folder, name), { force: true });
}

/** run.json of a run folder, checked; undefined where there is none. Errors: run-spec-invalid, run-contract. */
export async function readRunSpec(folder: string): Promise<RunSpec | undefined> {
  const path = join(folder, "run.json");
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    throw new IsoflopError({
      code: "run-spec-invalid",
      message: `${path} is damaged: ${(cause as Error).message.split("\n")[0]}`,
      hint: `Delete the folder ${folder}; the run will be trained again.`,
      exitCode: 1,
      cause,
    });
  }
  return parseRunSpec(path, parsed);
}

/** The folders that may be runs, links to folders among them, by name. */
export async function listRuns(runsFolder: string): Promise<string[]> {
  const names = (await readdir(runsFolder).catch(notThere)).filter((name) => !name.startsWith(".")).sort();
  const folders = names.map((name) => join(runsFolder, name));
  const entries = await Promise.all(folders.map((folder) => stat(folder).catch(() => undefined)));
  return folders.filter((_, i) => entries[i]?.isDirectory() === true);
}

function notThere(error: unknown): string[] {
  if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return [];
  throw error;
}

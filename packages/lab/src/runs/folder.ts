import { randomBytes } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { IsoflopError } from "@isoflop/laws";
import { type RunSpec, runSpecSchema, systemCode, writeFailure } from "@isoflop/trainer";
import { canonicalJson, runId } from "../study/identity.js";

/** The text of a file, or undefined where there is none. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

/** Writes a file beside its place, flushes it and renames it: readers see the old or the new, never half. */
export async function writeWhole(path: string, text: string): Promise<void> {
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
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw writeFailure(error, path);
  }
}

/** Pretty JSON with a final newline, written whole. */
export function writeJson(path: string, value: unknown): Promise<void> {
  return writeWhole(path, `${JSON.stringify(value, undefined, 2)}\n`);
}

/**
 * Makes runs/<id>/ with its run.json. A run.json that is there stays as it is, but for the data's folder, which may
 * have moved and determines nothing. Errors: run-spec-conflict.
 */
export async function createRun(runsFolder: string, spec: RunSpec): Promise<string> {
  const folder = join(runsFolder, spec.id);
  const path = join(folder, "run.json");
  const present = await readRunSpec(folder);
  if (present === undefined || present.data.folder !== spec.data.folder) {
    await writeJson(
      path,
      present === undefined ? spec : { ...present, data: { ...present.data, folder: spec.data.folder } },
    );
  }
  if (present !== undefined && runId(present) !== spec.id) {
    throw new IsoflopError({
      code: "run-spec-conflict",
      message: `${path} is not the run that its folder is named after: it has been edited.`,
      hint: `Delete the folder ${folder}; the run will be trained again.`,
      exitCode: 1,
    });
  }
  return folder;
}

/** run.json of a run folder, checked; undefined where there is none. Errors: run-spec-invalid. */
export async function readRunSpec(folder: string): Promise<RunSpec | undefined> {
  const path = join(folder, "run.json");
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  try {
    return runSpecSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new IsoflopError({
      code: "run-spec-invalid",
      message: `${path} is damaged or of another version: ${cause instanceof Error ? firstLine(cause) : String(cause)}`,
      hint: `Delete the folder ${folder}; the run will be trained again.`,
      exitCode: 1,
      cause,
    });
  }
}

function firstLine(error: Error): string {
  const issues = "issues" in error && Array.isArray(error.issues) ? error.issues : [];
  return issues.length > 0 ? canonicalJson(issues[0]) : (error.message.split("\n")[0] ?? "");
}

/** The run folders of a study, by id. */
export async function listRuns(runsFolder: string): Promise<string[]> {
  const entries = await readdir(runsFolder, { withFileTypes: true }).catch(() => []);
  const names = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map((entry) => entry.name);
  return names.sort().map((name) => join(runsFolder, name));
}

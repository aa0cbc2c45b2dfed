import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { IsoflopError } from "@isoflop/laws/error";
import { readFailure, systemCode } from "@isoflop/trainer/contract";
import { parseStudy } from "./parse.js";
import type { Study } from "./schema.js";

/** A study on disk: study.yaml, runs/<id>/, fits/, report.html. Nothing else holds its state. */
export interface StudyFolder {
  readonly folder: string;
  readonly file: string;
  readonly runs: string;
  readonly fits: string;
  readonly study: Study;
}

/** Opens a study by its folder or by its study.yaml. Errors: study-missing, and those of parseStudy. */
export async function openStudy(path: string): Promise<StudyFolder> {
  const entry = await stat(path).catch(() => undefined);
  const file = resolve(entry?.isFile() ? path : join(path, "study.yaml"));
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    const code = systemCode(cause);
    if (entry !== undefined && code !== "ENOENT" && code !== "ENOTDIR") throw readFailure(cause, file);
    throw new IsoflopError({
      code: "study-missing",
      message: entry === undefined ? `There is no study at ${path}.` : `${path} holds no study.yaml.`,
      hint: "`isoflop init <folder>` writes one; `isoflop quickstart` makes a whole study.",
      cause,
    });
  });
  const folder = dirname(file);
  return { folder, file, runs: join(folder, "runs"), fits: join(folder, "fits"), study: parseStudy(text, file) };
}

/** Whether a path is a study's folder or its study.yaml (rather than a file of runs). */
export async function isStudy(path: string): Promise<boolean> {
  if (basename(path) === "study.yaml") return true;
  const file = await stat(join(path, "study.yaml")).catch(() => undefined);
  return file?.isFile() ?? false;
}

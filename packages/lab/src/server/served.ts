import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { openStudy, type StudyFolder } from "../study/folder.js";
import type { StudyListing } from "./api.js";

/** A study that the server shows. */
export interface ServedStudy extends StudyListing {
  readonly study: StudyFolder;
}

/** Opens what `isoflop serve` was given. Errors: those of openStudy. */
export async function openServed(paths: readonly string[]): Promise<ServedStudy[]> {
  const opened = new Map<string, ServedStudy>();
  for (const path of paths) {
    const study = await openStudy(path);
    const folder = resolve(study.folder);
    const key = createHash("sha256").update(folder).digest("hex").slice(0, 12);
    opened.set(key, { key, name: study.study.name, folder, kind: "study", study });
  }
  return [...opened.values()];
}

/** Whether a folder holds a study. */
export const holdsStudy = async (folder: string): Promise<boolean> =>
  (await stat(join(folder, "study.yaml")).catch(() => undefined))?.isFile() ?? false;

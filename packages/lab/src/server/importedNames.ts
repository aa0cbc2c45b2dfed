import { join } from "node:path";
import { MANIFEST, RECORDS, readManifest } from "../import/manifest.js";
import { stampOf } from "./live/stamp.js";
import { markOf } from "./observationsMark.js";

/** Names of an imported folder's runs by their ids; a table has none but the ids. */
export async function importedNames(path: string): Promise<ReadonlyMap<string, string>> {
  const manifest = await readManifest(path);
  return new Map(manifest?.runs.map(({ id, name }) => [id, name]) ?? []);
}

/** Another one whenever the table, or what was imported, is another. */
export async function tableMark(path: string): Promise<string> {
  return markOf(await Promise.all([path, join(path, RECORDS), join(path, MANIFEST)].map(stampOf)));
}

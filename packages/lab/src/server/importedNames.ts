import { join } from "node:path";
import { MANIFEST, RECORDS, readManifest } from "../import/manifest.js";
import { stampOf } from "./live/stamp.js";
import { markOf } from "./observationsMark.js";

/** Names of an imported folder's runs by their ids; a table has none but the ids. */
export async function importedNames(path: string): Promise<ReadonlyMap<string, string>> {
  return (await importedRuns(path)).names;
}

/** The same, and the counts of those of which the import has found several. */
export async function importedRuns(path: string) {
  const runs = (await readManifest(path))?.runs ?? [];
  return {
    names: new Map(runs.map(({ id, name }) => [id, name])),
    counts: new Map(
      runs.flatMap(({ id, outcome }) =>
        "record" in outcome && outcome.record.counts !== undefined ? [[id, outcome.record.counts] as const] : [],
      ),
    ),
  };
}

/** Another one whenever the table, or what was imported, is another. */
export async function tableMark(path: string): Promise<string> {
  return markOf(await Promise.all([path, join(path, RECORDS), join(path, MANIFEST)].map(stampOf)));
}

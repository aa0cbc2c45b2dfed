import { readManifest } from "../import/manifest.js";

/** Names of an imported folder's runs by their ids; a table has none but the ids. */
export async function importedNames(path: string): Promise<ReadonlyMap<string, string>> {
  const manifest = await readManifest(path);
  return new Map(manifest?.runs.map(({ id, name }) => [id, name]) ?? []);
}

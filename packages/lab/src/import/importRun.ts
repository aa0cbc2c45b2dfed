import type { ManifestEntry } from "./manifest.js";
import { type SettleOptions, settler } from "./settle/settle.js";
import type { ImportSource } from "./source.js";
import { openStored, storeCurve, storeRun } from "./store.js";

/** What is to be done about one run. */
export interface RunTask {
  readonly id: string;
  readonly path: string;
  /** The name of its source. */
  readonly kind: string;
  /** Of its files, taken before they are read: what is logged meanwhile is read the next time. */
  readonly fingerprint: string;
  /** Of the options under which it is decided. */
  readonly settings: string;
}

/** Reads a run from its source into the folder, and decides about it. */
export async function importRun(
  to: string,
  { id, path, kind, fingerprint, settings }: RunTask,
  source: ImportSource,
  options: SettleOptions,
): Promise<ManifestEntry> {
  const run = await source.open(path);
  const { add, settle } = settler(options);
  const { points, settled, stored } = await storeRun(to, id, run, add, () => settle(run));
  const { curve: _, ...decided } = settled;
  return {
    id,
    kind,
    path,
    name: run.name,
    ...(run.state === undefined ? {} : { state: run.state }),
    ...(run.tags === undefined ? {} : { tags: run.tags }),
    fingerprint,
    settings,
    points,
    stored,
    notices: [...(run.notices?.() ?? [])],
    ...decided,
  };
}

/** Decides about a stored run anew, under other options: its files may be gone by now. */
export async function settleAgain(
  to: string,
  entry: ManifestEntry,
  settings: string,
  options: SettleOptions,
): Promise<ManifestEntry> {
  const run = await openStored(to, entry.id);
  const { add, settle } = settler(options);
  for await (const point of run.series()) add(point);
  const settled = settle(run);
  const curve = storeCurve(to, entry.id, settled);
  const { curve: _, ...decided } = settled;
  return { ...entry, settings, stored: { ...entry.stored, curve }, ...decided };
}

import type { RunRecord } from "@isoflop/laws";
import { flatten } from "../../import/flatten.js";
import type { ManifestEntry } from "../../import/manifest.js";
import { openStored } from "../../import/store.js";
import type { ImportedFolder } from "../../read/imported.js";
import type { ExportDropped, ExportRecord, ExportRun, ExportState } from "../input.js";

const STATES: Readonly<Record<string, ExportState>> = {
  finished: "finished",
  running: "running",
  scheduled: "scheduled",
  killed: "killed",
  crashed: "failed",
  failed: "failed",
};

/** The records with what the import noted of them. */
export function describedRecords(records: readonly RunRecord[], folders: readonly ImportedFolder[]): ExportRecord[] {
  const entries = entriesById(folders);
  return records.map((record) => {
    const entry = entries.get(record.id);
    return entry === undefined ? record : { ...record, ...described(entry) };
  });
}

function described(entry: ManifestEntry): Omit<ExportRecord, keyof RunRecord> {
  const { name, path, kind, outcome } = entry;
  const record = "record" in outcome ? outcome.record : undefined;
  return {
    label: name,
    source: path,
    logger: kind,
    ...(record === undefined ? {} : { origin: record.origin }),
    ...(record?.lossUnit === undefined ? {} : { lossUnit: record.lossUnit }),
  };
}

/** Runs that were imported and are no record, each with the reason. */
export function droppedRuns(folders: readonly ImportedFolder[]): ExportDropped[] {
  return folders.flatMap(({ manifest }) =>
    manifest.runs.flatMap(({ id, name, outcome, apart }) => {
      const reason = "reason" in outcome ? outcome.reason : apart;
      return reason === undefined ? [] : [{ id, label: name, reason }];
    }),
  );
}

/** Every imported run, also those that are no record. */
export async function* importedRuns(
  folders: readonly ImportedFolder[],
  records: readonly ExportRecord[],
): AsyncGenerator<ExportRun, void, undefined> {
  const byId = new Map(records.map((record) => [record.id, record]));
  for (const { folder, manifest } of folders) {
    for (const entry of manifest.runs) yield await importedRun(folder, entry, byId.get(entry.id));
  }
}

async function importedRun(folder: string, entry: ManifestEntry, record?: ExportRecord): Promise<ExportRun> {
  const { name, config, summary, state, tags, series } = await openStored(folder, entry.id);
  return {
    id: entry.id,
    name,
    group: entry.kind,
    tags: tags ?? [],
    config: Object.fromEntries(flatten(config)),
    summary: Object.fromEntries(flatten(summary)),
    // A log that does not say how its run ended has ended, as far as anyone knows.
    state: STATES[(state ?? "finished").toLowerCase()] ?? "finished",
    ...(record === undefined ? {} : { record }),
    points: series,
  };
}

function entriesById(folders: readonly ImportedFolder[]): ReadonlyMap<string, ManifestEntry> {
  return new Map(folders.flatMap(({ manifest }) => manifest.runs.map((entry) => [entry.id, entry] as const)));
}

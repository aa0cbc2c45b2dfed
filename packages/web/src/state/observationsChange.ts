import type { FieldChange, ObservationsChange, StudyObservationsPage } from "isoflop/api";

/** A page of observations as the server sent it, with the version by which it knows it. */
export type VersionedPage = StudyObservationsPage & { readonly version?: string };

/** The page after a change; undefined where that is a change of something else than what is held, so that all must be fetched. */
export function afterChange(page: VersionedPage, change: ObservationsChange): VersionedPage | undefined {
  if (page.version !== change.since) return undefined;
  const fields = new Map<string, unknown>(Object.entries(page));
  for (const [name, field] of Object.entries(change.fields)) {
    const value = afterFieldChange(fields.get(name), field);
    if (value === undefined && field.kind !== "gone") return undefined;
    if (value === undefined) fields.delete(name);
    else fields.set(name, value);
  }
  fields.set("version", change.version);
  // The fields are those that the server has, whichever they are.
  return Object.fromEntries(fields) as unknown as VersionedPage;
}

function afterFieldChange(held: unknown, change: FieldChange): unknown {
  switch (change.kind) {
    case "gone":
      return undefined;
    case "whole":
      return change.value;
    case "entries": {
      if (typeof held !== "object" || held === null) return undefined;
      const entries = new Map<string, unknown>(Object.entries(held));
      for (const key of change.gone) entries.delete(key);
      for (const [key, value] of change.set) entries.set(key, value);
      return entries.size === change.count ? Object.fromEntries(entries) : undefined;
    }
    case "list": {
      if (!Array.isArray(held)) return undefined;
      const out = new Set([...change.gone, ...change.set.map(([, item]) => idOf(item))]);
      const list: unknown[] = held.filter((item) => !out.has(idOf(item)));
      for (const [at, item] of change.set) list.splice(at, 0, item);
      return list.length === change.count ? list : undefined;
    }
  }
}

const idOf = (item: unknown): string =>
  typeof item === "object" && item !== null && "id" in item ? String(item.id) : "";

import { createHash } from "node:crypto";
import type { FieldChange, ObservationsChange, StudyObservationsPage } from "./api.js";

/** What a page of observations held, by digests: enough to tell what has changed since. */
export interface Fingerprint {
  readonly version: string;
  readonly fields: ReadonlyMap<string, FieldPrint>;
}

/** Of a list whose items have an id each, of an object, or of anything else. Items by their keys, in order. */
interface FieldPrint {
  readonly kind: FieldChange["kind"];
  readonly digest: string;
  readonly items: ReadonlyMap<string, string>;
}

const digest = (text: string): string => createHash("sha256").update(text).digest("base64url").slice(0, 16);

export function fingerprintOf(page: StudyObservationsPage): Fingerprint {
  const fields = new Map<string, FieldPrint>();
  for (const [name, value] of fieldsOf(page)) {
    const items = itemsOf(value);
    const printed = new Map(items?.values.map(([key, item]) => [key, digest(JSON.stringify(item))]));
    const text = items === undefined ? JSON.stringify(value) : JSON.stringify([...printed]);
    fields.set(name, { kind: items?.kind ?? "whole", digest: digest(text), items: printed });
  }
  const all = [...fields].map(([name, { kind, digest }]) => `${name} ${kind} ${digest}`);
  return { version: digest(all.join("\n")), fields };
}

/** What makes the page of one print to the page of another. */
export function changeSince(before: Fingerprint, page: StudyObservationsPage, after: Fingerprint): ObservationsChange {
  const fields: Record<string, FieldChange> = {};
  for (const [name, value] of fieldsOf(page)) {
    const [old, now] = [before.fields.get(name), after.fields.get(name)];
    if (now === undefined || old?.digest === now.digest) continue;
    fields[name] = (old !== undefined && itemChange(old, now, itemsOf(value))) || { kind: "whole", value };
  }
  for (const name of before.fields.keys()) if (!after.fields.has(name)) fields[name] = { kind: "gone" };
  return { since: before.version, version: after.version, fields };
}

/** As JSON has them: what is undefined is not there. */
const fieldsOf = (value: object): [string, unknown][] => Object.entries(value).filter(([, one]) => one !== undefined);

interface Items {
  readonly kind: "list" | "entries";
  readonly values: readonly (readonly [key: string, item: unknown])[];
}

/** What can be told item by item: a list of things with an id each, or an object. */
function itemsOf(value: unknown): Items | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (!Array.isArray(value)) return { kind: "entries", values: fieldsOf(value) };
  const values = value.map((item: unknown) => [idOf(item), item] as const);
  const ids = new Set(values.map(([id]) => id));
  if (ids.has(undefined) || ids.size < values.length) return undefined;
  return { kind: "list", values: values.map(([id, item]) => [id ?? "", item]) };
}

const idOf = (item: unknown): string | undefined =>
  typeof item === "object" && item !== null && "id" in item && typeof item.id === "string" ? item.id : undefined;

/** Undefined where the whole is to be sent: of another kind, or what stayed stands in another order. */
function itemChange(old: FieldPrint, now: FieldPrint, items: Items | undefined): FieldChange | undefined {
  if (items === undefined || old.kind !== now.kind) return undefined;
  const gone = [...old.items.keys()].filter((key) => !now.items.has(key));
  const isSame = (key: string): boolean => old.items.get(key) === now.items.get(key);
  const placed = items.values.map(([key, item], at) => ({ key, item, at })).filter(({ key }) => !isSame(key));
  if (items.kind === "entries") {
    return { kind: "entries", gone, set: placed.map(({ key, item }) => [key, item]), count: items.values.length };
  }
  const stayed = (of: FieldPrint): string => JSON.stringify([...of.items.keys()].filter(isSame));
  if (stayed(old) !== stayed(now)) return undefined;
  return { kind: "list", gone, set: placed.map(({ at, item }) => [at, item]), count: items.values.length };
}

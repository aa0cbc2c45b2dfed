import { BinaryReader } from "@bufbuild/protobuf/wire";
import { isMapping, parseJson } from "./json.js";

/** Values that a record sets, by their path, and the paths that it takes away. */
export interface Changes {
  readonly update: readonly { readonly path: readonly string[]; readonly value: unknown }[];
  readonly remove: readonly (readonly string[])[];
}

/** What of a `Record` message (wandb/proto/wandb_internal.proto of wandb 0.31.0, fields unchanged since 0.12) an import is about. */
export interface LoggedRecord {
  readonly run?: {
    readonly id: string;
    readonly project: string;
    readonly entity: string;
    readonly displayName: string;
    readonly tags: readonly string[];
    readonly resumed: boolean;
    readonly config: Changes;
    readonly summary: Changes;
  };
  readonly history?: { readonly step: number | undefined; readonly values: Changes };
  readonly summary?: Changes;
  readonly config?: Changes;
  readonly exitCode?: number;
}

/** Field numbers of the messages, by message. */
const RECORD = { history: 2, summary: 3, config: 5, run: 17, exit: 18 };
const RUN = { id: 1, entity: 2, project: 3, config: 4, summary: 5, displayName: 8, tags: 10, resumed: 18 };
const HISTORY = { item: 1, step: 2 };
const CHANGES = { update: 1, remove: 2 };
const ITEM = { key: 1, nestedKey: 2, valueJson: 16 };

/** Reads one record. Kinds that are of no use here (output, files, system metrics, telemetry) give an empty one. */
export function readRecord(bytes: Uint8Array): LoggedRecord {
  let record: LoggedRecord = {};
  eachField(bytes, (field, reader) => {
    if (field === RECORD.run) record = { run: readRun(reader.bytes()) };
    else if (field === RECORD.history) record = { history: readHistory(reader.bytes()) };
    else if (field === RECORD.summary) record = { summary: readChanges(reader.bytes()) };
    else if (field === RECORD.config) record = { config: readChanges(reader.bytes()) };
    else if (field === RECORD.exit) record = { exitCode: readNumber(reader.bytes()) ?? 0 };
    else return false;
    return true;
  });
  return record;
}

function readRun(bytes: Uint8Array): NonNullable<LoggedRecord["run"]> {
  const none: Changes = { update: [], remove: [] };
  const run = { id: "", project: "", entity: "", displayName: "", resumed: false, config: none, summary: none };
  const tags: string[] = [];
  eachField(bytes, (field, reader) => {
    if (field === RUN.id) run.id = reader.string();
    else if (field === RUN.entity) run.entity = reader.string();
    else if (field === RUN.project) run.project = reader.string();
    else if (field === RUN.displayName) run.displayName = reader.string();
    else if (field === RUN.tags) tags.push(reader.string());
    else if (field === RUN.resumed) run.resumed = reader.bool();
    else if (field === RUN.config) run.config = readChanges(reader.bytes());
    else if (field === RUN.summary) run.summary = readChanges(reader.bytes());
    else return false;
    return true;
  });
  return { ...run, tags };
}

function readHistory(bytes: Uint8Array): NonNullable<LoggedRecord["history"]> {
  const update: { path: readonly string[]; value: unknown }[] = [];
  let step: number | undefined;
  eachField(bytes, (field, reader) => {
    if (field === HISTORY.item) update.push(readItem(reader.bytes()));
    // A step of zero is not written: then its message is empty.
    else if (field === HISTORY.step) step = readNumber(reader.bytes()) ?? 0;
    else return false;
    return true;
  });
  return { step, values: { update, remove: [] } };
}

function readChanges(bytes: Uint8Array): Changes {
  const update: { path: readonly string[]; value: unknown }[] = [];
  const remove: (readonly string[])[] = [];
  eachField(bytes, (field, reader) => {
    if (field === CHANGES.update) update.push(readItem(reader.bytes()));
    else if (field === CHANGES.remove) remove.push(readItem(reader.bytes()).path);
    else return false;
    return true;
  });
  return { update, remove };
}

function readItem(bytes: Uint8Array): { path: readonly string[]; value: unknown } {
  let key = "";
  const nested: string[] = [];
  let value: unknown;
  eachField(bytes, (field, reader) => {
    if (field === ITEM.key) key = reader.string();
    else if (field === ITEM.nestedKey) nested.push(reader.string());
    else if (field === ITEM.valueJson) value = parseJson(reader.string());
    else return false;
    return true;
  });
  return { path: nested.length > 0 ? nested : [key], value };
}

/** The integer of a message whose first field is one: HistoryStep, RunExitRecord. */
function readNumber(bytes: Uint8Array): number | undefined {
  let value: number | undefined;
  eachField(bytes, (field, reader) => {
    if (field !== 1) return false;
    value = Number(reader.int64());
    return true;
  });
  return value;
}

function eachField(bytes: Uint8Array, read: (field: number, reader: BinaryReader) => boolean): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (!read(field, reader)) reader.skip(type, field);
  }
}

/** Applies changes to a tree of values. Names come from others: a tree has no prototype that they could reach. */
export function applyChanges(tree: Record<string, unknown>, { update, remove }: Changes): void {
  for (const { path, value } of update) {
    const last = path.at(-1);
    if (last !== undefined) branch(tree, path.slice(0, -1))[last] = value;
  }
  for (const path of remove) {
    const last = path.at(-1);
    if (last !== undefined) delete branch(tree, path.slice(0, -1))[last];
  }
}

/** A tree without a prototype. */
export const emptyTree = (): Record<string, unknown> => Object.create(null) as Record<string, unknown>;

function branch(tree: Record<string, unknown>, path: readonly string[]): Record<string, unknown> {
  let at = tree;
  for (const name of path) {
    const next = Object.hasOwn(at, name) ? at[name] : undefined;
    const inner = isMapping(next) ? next : emptyTree();
    at[name] = inner;
    at = inner;
  }
  return at;
}

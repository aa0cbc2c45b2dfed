import { asBytes, asInteger, asText, innerFields, isTrue, type WireField, wireFields } from "@isoflop/trainer/tracking";
import { isMapping, parseJson } from "./json.js";

interface Change {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** Values that a record sets, by their path, and the paths that it takes away. */
export interface Changes {
  readonly update: readonly Change[];
  readonly remove: readonly (readonly string[])[];
}

/** What of a `Record` message (wandb/proto/wandb_internal.proto of wandb 0.31.0, fields unchanged since 0.12) an import is about. */
export interface LoggedRecord {
  readonly run?: {
    readonly id: string;
    readonly displayName: string;
    readonly tags: readonly string[];
    readonly resumed: boolean;
    readonly config: Changes;
    readonly summary: Changes;
  };
  /** A row of history as its message, which readHistory reads: most passes over a log have no use for it. */
  readonly history?: Uint8Array;
  readonly summary?: Changes;
  readonly config?: Changes;
  readonly exitCode?: number;
}

/** Field numbers of the messages, by message. */
const RECORD = { history: 2, summary: 3, config: 5, run: 17, exit: 18 };
const RUN = { id: 1, config: 4, summary: 5, displayName: 8, tags: 10, resumed: 18 };
const HISTORY = { item: 1, step: 2 };
const CHANGES = { update: 1, remove: 2 };
const ITEM = { key: 1, nestedKey: 2, valueJson: 16 };

/** Reads one record. Kinds that are of no use here (output, files, system metrics, telemetry) give an empty one. */
export function readRecord(message: Uint8Array): LoggedRecord {
  for (const field of wireFields(message)) {
    const { number } = field;
    if (number === RECORD.run) return { run: readRun(field) };
    if (number === RECORD.history) return { history: asBytes(field) };
    if (number === RECORD.summary) return { summary: readChanges(field) };
    if (number === RECORD.config) return { config: readChanges(field) };
    if (number === RECORD.exit) return { exitCode: firstInteger(field) };
  }
  return {};
}

function readRun(message: WireField): NonNullable<LoggedRecord["run"]> {
  const fields = [...innerFields(message)];
  const last = (number: number): WireField | undefined => fields.findLast((field) => field.number === number);
  const text = (number: number): string => {
    const field = last(number);
    return field === undefined ? "" : asText(field);
  };
  const changes = (number: number): Changes => {
    const field = last(number);
    return field === undefined ? { update: [], remove: [] } : readChanges(field);
  };
  return {
    id: text(RUN.id),
    displayName: text(RUN.displayName),
    tags: fields.filter(({ number }) => number === RUN.tags).map(asText),
    resumed: fields.some((field) => field.number === RUN.resumed && isTrue(field)),
    config: changes(RUN.config),
    summary: changes(RUN.summary),
  };
}

export function readHistory(message: Uint8Array): { readonly step: number | undefined; readonly values: Changes } {
  const update: Change[] = [];
  let step: number | undefined;
  for (const field of wireFields(message)) {
    if (field.number === HISTORY.item) update.push(readItem(field));
    else if (field.number === HISTORY.step) step = firstInteger(field);
  }
  return { step, values: { update, remove: [] } };
}

function readChanges(message: WireField): Changes {
  const update: Change[] = [];
  const remove: (readonly string[])[] = [];
  for (const field of innerFields(message)) {
    if (field.number === CHANGES.update) update.push(readItem(field));
    else if (field.number === CHANGES.remove) remove.push(readItem(field).path);
  }
  return { update, remove };
}

function readItem(message: WireField): Change {
  let key = "";
  const nested: string[] = [];
  let value: unknown;
  for (const field of innerFields(message)) {
    if (field.number === ITEM.key) key = asText(field);
    else if (field.number === ITEM.nestedKey) nested.push(asText(field));
    else if (field.number === ITEM.valueJson) value = parseJson(asText(field));
  }
  return { path: nested.length > 0 ? nested : [key], value };
}

/** The integer of a message whose first field is one (HistoryStep, RunExitRecord). A zero is not written. */
function firstInteger(message: WireField): number {
  for (const field of innerFields(message)) if (field.number === 1) return asInteger(field);
  return 0;
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

/** What changes make of an empty row: values by their names, nested ones as trees. */
export function rowOf({ update }: Changes): Map<string, unknown> {
  const row = new Map<string, unknown>();
  for (const { path, value } of update) {
    const name = path[0] ?? "";
    if (path.length === 1) row.set(name, value);
    else {
      const before = row.get(name);
      const tree = isMapping(before) ? before : emptyTree();
      row.set(name, tree);
      applyChanges(tree, { update: [{ path: path.slice(1), value }], remove: [] });
    }
  }
  return row;
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

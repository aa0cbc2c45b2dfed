import { type Dirent, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { configBeside } from "../configBeside.js";
import { fingerprintOf } from "../fingerprint.js";
import type { ImportSource, TrackedPoint } from "../source.js";
import { type LoggedEvent, readEvent } from "./event.js";
import { tfRecords } from "./tfRecords.js";

const EVENTS = /\.tfevents\.|^events\.out\.tfevents/;
/** SummaryWriter.add_hparams writes into a folder that is named after the time, time.time(). */
const SESSION_FOLDER = /^\d{9,}(\.\d+)?$/;

/**
 * A folder of TensorBoard's event files: every scalar of every file, in the order in which the files were begun, but for those that a
 * later file's session says are trained again. Keras' train
 * and validation folders are two runs for TensorBoard; here their parent is the run.
 */
export const tensorboard: ImportSource = {
  name: "tensorboard",
  nested: true,
  independent: true,
  mayBe: ({ names }) => names?.some((name) => EVENTS.test(name) || KERAS.includes(name)) ?? false,
  recognises: async (path) => statSync(path).isDirectory() && partsOf(path).length > 0 && !belongsToParent(path),
  fingerprint: async (path) => fingerprintOf(partsOf(path).map(({ file }) => file)),
  open: async (path) => {
    const notices: string[] = [];
    const parts = partsOf(path);
    let config: Record<string, unknown> = configBeside(path, notices);
    let state: string | undefined;
    const starts = new Map<string, number>();
    // Hyperparameters are written first, or into a small file of their own; all files begin with few records.
    for (const { file } of parts) {
      let looked = 0;
      for (const { session, settings, starts: isStart, step } of events(file, [])) {
        if (isStart) starts.set(file, Math.min(step, starts.get(file) ?? step));
        config = { ...config, ...settings, ...session?.hyperparameters };
        state = session?.state ?? state;
        if (++looked > 64) break;
      }
    }
    return {
      id: path,
      name: nameOf(path, config),
      source: path,
      config,
      summary: {},
      ...(state === undefined ? {} : { state }),
      series: () => pointsOf(parts, starts, notices),
      notices: () => notices,
    };
  },
};

/** The built-in trainer logs to runs/<id>/tensorboard, and says what the run is called. */
const nameOf = (path: string, { name }: Readonly<Record<string, unknown>>): string =>
  basename(path) === "tensorboard" && typeof name === "string" ? name : basename(path);

interface Part {
  readonly file: string;
  /** Stands before the tags: "validation/" for Keras' folders, "" for the run's own. */
  readonly prefix: string;
}

const KERAS = ["train", "training", "validation", "val", "eval", "test"];

function partsOf(folder: string): Part[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  const own = eventFiles(folder, entries).map((file) => ({ file, prefix: "" }));
  const parts: Part[] = [...own];
  for (const entry of entries) {
    if (!entry.isDirectory()) continue;
    const isSession = own.length > 0 && SESSION_FOLDER.test(entry.name);
    if (!isSession && !(own.length === 0 && KERAS.includes(entry.name))) continue;
    const prefix = isSession ? "" : `${entry.name}/`;
    const inner = join(folder, entry.name);
    parts.push(...eventFiles(inner, readdirSync(inner, { withFileTypes: true })).map((file) => ({ file, prefix })));
  }
  return parts;
}

/** By the second in which they were begun, which is in the name, then by the name. */
function eventFiles(folder: string, entries: readonly Dirent[]): string[] {
  const begun = (name: string) => Number(/tfevents\.(\d+)/.exec(name)?.[1] ?? 0);
  const names = entries.map(({ name }) => name).filter((name) => EVENTS.test(name) && !name.endsWith(".profile-empty"));
  return names.sort((a, b) => begun(a) - begun(b) || (a < b ? -1 : 1)).map((name) => join(folder, name));
}

function belongsToParent(folder: string): boolean {
  const [name, parent] = [basename(folder), dirname(folder)];
  if (!SESSION_FOLDER.test(name) && !KERAS.includes(name)) return false;
  const hasOwn = readdirSync(parent).some((other) => EVENTS.test(other) && !other.endsWith(".profile-empty"));
  return SESSION_FOLDER.test(name) ? hasOwn : !hasOwn;
}

function* events(file: string, notices: string[]): Generator<LoggedEvent, void, undefined> {
  const say = (what: string) => {
    const line = `${file}: ${what}`;
    if (!notices.includes(line)) notices.push(line);
  };
  let unreadable = 0;
  for (const record of tfRecords(file, ({ record, offset, why }) =>
    say(`record ${record} at byte ${offset}: ${why}`),
  )) {
    try {
      yield readEvent(record);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      if (++unreadable === 1) say(`a record is no event (${error.message}), and is left out`);
    }
  }
}

/** @param starts step at which a file's session starts, where it says so: earlier files of the same series hold up to there */
function* pointsOf(
  parts: readonly Part[],
  starts: ReadonlyMap<string, number>,
  notices: string[],
): Generator<TrackedPoint, void, undefined> {
  for (const [i, { file, prefix }] of parts.entries()) {
    const later = parts.slice(i + 1).filter((part) => part.prefix === prefix);
    const end = Math.min(...later.map((part) => starts.get(part.file) ?? Number.POSITIVE_INFINITY));
    for (const { time, step, scalars } of events(file, notices)) {
      if (step >= end) continue;
      for (const { tag, value } of scalars) yield { key: prefix + tag, step, value, time };
    }
  }
}

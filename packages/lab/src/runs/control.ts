// Markers in a study's control/ folder, by which its runs are paused and cancelled from another process. Only the functions
// here write them, each a file of its own, made whole and removed whole; whoever trains reads their names and nothing else.
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { systemCode, writeFailure } from "@isoflop/trainer/contract";
import { writeNew } from "./folder.js";

/** What keeps a run from being trained. Paused: for a while; cancelled: it is set aside, and left out of fits. */
export type Hold = "paused" | "cancelled";

/** What is held in a study at one moment. */
export interface Control {
  /** Every run, those included that do not exist yet. */
  readonly study: Hold | undefined;
  /** Single runs by id. */
  readonly runs: ReadonlyMap<string, Hold>;
}

const FOLDER = "control";
const MARKERS = { paused: "pause", cancelled: "cancel" } as const;
const HOLDS: ReadonlyMap<string, Hold> = new Map([
  [MARKERS.paused, "paused"],
  [MARKERS.cancelled, "cancelled"],
]);

export const NOTHING_HELD: Control = { study: undefined, runs: new Map() };

/** Reads control/ of a study folder: one listing, however many runs there are. Errors: those of the file system. */
export async function readControl(studyFolder: string): Promise<Control> {
  let names: string[];
  try {
    names = await readdir(join(studyFolder, FOLDER));
  } catch (error) {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return NOTHING_HELD;
    throw error;
  }
  const runs = new Map<string, Hold>();
  let study: Hold | undefined;
  for (const name of names) {
    const dot = name.lastIndexOf(".");
    const hold = HOLDS.get(name.slice(dot + 1));
    if (hold === undefined || name.startsWith(".")) continue;
    if (dot < 0) study = stronger(study, hold);
    else runs.set(name.slice(0, dot), stronger(runs.get(name.slice(0, dot)), hold));
  }
  return { study, runs };
}

/** What holds a run, by itself or with its study: cancelled outweighs paused. */
export function holdOf({ study, runs }: Control, id: string): Hold | undefined {
  const own = runs.get(id);
  return own === undefined ? study : stronger(study, own);
}

function stronger(one: Hold | undefined, other: Hold): Hold {
  return one === "cancelled" ? one : other;
}

/** Pauses or cancels a run, or without an id the whole study. Again is no error. Errors: write-enospc and its like. */
export async function placeHold(studyFolder: string, hold: Hold, id?: string): Promise<void> {
  await writeNew(markerPath(studyFolder, hold, id), `${JSON.stringify({ since: new Date().toISOString() })}\n`);
}

/** Takes back what holds a run, or without an id what holds the whole study; `only` one of the two. */
export async function liftHold(studyFolder: string, id?: string, only?: Hold): Promise<void> {
  for (const hold of only === undefined ? HOLDS.values() : [only]) {
    const path = markerPath(studyFolder, hold, id);
    try {
      await rm(path, { force: true });
    } catch (error) {
      throw writeFailure(error, path);
    }
  }
}

function markerPath(studyFolder: string, hold: Hold, id: string | undefined): string {
  return join(studyFolder, FOLDER, id === undefined ? MARKERS[hold] : `${id}.${MARKERS[hold]}`);
}

const POLL_MS = 500;

export interface ControlWatch {
  /** Looks at once, and tells what has changed before it returns. Errors: those of the file system. */
  readonly look: () => Promise<void>;
  readonly close: () => void;
}

/**
 * Tells what is held, now and at every change, until it is closed. It looks, twice a second unless told otherwise and when asked to, rather than listening
 * to the file system, which says nothing of what another host has written to a shared folder.
 */
export async function watchControl(
  studyFolder: string,
  onControl: (control: Control) => void,
  pollMs = POLL_MS,
): Promise<ControlWatch> {
  let known = "";
  const look = async (): Promise<void> => {
    const control = await readControl(studyFolder);
    const text = JSON.stringify([control.study, [...control.runs].sort()]);
    if (closed || text === known) return;
    known = text;
    onControl(control);
  };
  let closed = false;
  await look();
  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    // What cannot be read just now stays as it was known.
    look()
      .catch(() => {})
      .finally(() => {
        looking = false;
      });
  }, pollMs);
  return {
    look,
    close: () => {
      closed = true;
      clearInterval(timer);
    },
  };
}

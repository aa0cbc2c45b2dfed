import { join } from "node:path";
import { IsoflopError, isIsoflopError } from "@isoflop/laws";
import { cancelHeld } from "../executors/slurm/cancel.js";
import { labAtWork } from "../executors/studyLock.js";
import { type Hold, liftHold, placeHold, readControl } from "../runs/control.js";
import { readRuns } from "../runs/records.js";
import { readStudyRuns } from "../runs/studyRuns.js";
import type { StudyFolder } from "../study/folder.js";

interface NamedRun {
  readonly id: string;
  readonly name: string;
}

/** What came of pausing, cancelling or resuming. */
export interface ControlOutcome {
  /** Whether the whole study was meant. */
  readonly whole: boolean;
  readonly changed: readonly NamedRun[];
  readonly unchanged: readonly (NamedRun & { readonly reason: string })[];
  /** The lab that is training the study and will act on it within a second; absent: it holds at the next start. */
  readonly lab?: { readonly pid: number; readonly host: string; readonly since: string };
  /** Tasks that were taken out of Slurm's queue, or why they were not: then each leaves its runs alone when it sees the marker. */
  readonly slurm?: { readonly cancelled: number } | { readonly problem: string };
}

/**
 * Pauses or cancels runs, by name or id, or with none the whole study; whether or not a lab is at work on it, in this
 * process or another. Errors: run-unknown, run-ambiguous, write-enospc and its like.
 */
export async function holdRuns(study: StudyFolder, hold: Hold, names: readonly string[]): Promise<ControlOutcome> {
  const changed: NamedRun[] = [];
  const unchanged: (NamedRun & { reason: string })[] = [];
  if (names.length === 0) await placeHold(study.folder, hold);
  for (const { id, name, status } of await findRuns(study, names)) {
    const own = (await readControl(study.folder)).runs.get(id);
    if (status === "done" || status === "diverged") unchanged.push({ id, name, reason: `it is ${status}` });
    else if (own === hold || own === "cancelled") unchanged.push({ id, name, reason: `it is ${own} already` });
    else {
      await placeHold(study.folder, hold, id);
      changed.push({ id, name });
    }
  }
  return { ...(await outcomeOf(study, names, changed, unchanged)), ...(await takeFromSlurm(study)) };
}

/** What is held need not wait in a cluster's queue, nor hold its nodes. */
async function takeFromSlurm({ folder }: StudyFolder): Promise<Pick<ControlOutcome, "slurm">> {
  try {
    const cancelled = await cancelHeld(folder, await readControl(folder));
    return cancelled === 0 ? {} : { slurm: { cancelled } };
  } catch (error) {
    if (!isIsoflopError(error)) throw error;
    return { slurm: { problem: error.message } };
  }
}

/**
 * Takes back what holds runs, by name or id. With none: what holds the whole study, and every pause; a run that was cancelled by
 * itself stays cancelled until it is named. Errors: run-unknown, run-ambiguous, study-held.
 */
export async function resumeRuns(study: StudyFolder, names: readonly string[]): Promise<ControlOutcome> {
  const control = await readControl(study.folder);
  if (names.length > 0 && control.study !== undefined) {
    throw new IsoflopError({
      code: "study-held",
      message: `The whole study is ${control.study}: a single run cannot be resumed.`,
      hint: "Resume the study (`isoflop resume` without a run), after pausing or cancelling the runs that are to wait.",
    });
  }
  const changed: NamedRun[] = [];
  const unchanged: (NamedRun & { reason: string })[] = [];
  const wanted = await findRuns(study, names.length > 0 ? names : [...control.runs.keys()], names.length === 0);
  for (const { id, name } of wanted) {
    const own = control.runs.get(id);
    if (own === undefined) unchanged.push({ id, name, reason: "nothing held it" });
    else if (names.length === 0 && own === "cancelled")
      unchanged.push({ id, name, reason: "it was cancelled by itself: resume it by name" });
    else {
      await liftHold(study.folder, id);
      changed.push({ id, name });
    }
  }
  // Last, so that a study resumed half-way is still held.
  if (names.length === 0) await liftHold(study.folder);
  return outcomeOf(study, names, changed, unchanged);
}

async function outcomeOf(
  study: StudyFolder,
  names: readonly string[],
  changed: readonly NamedRun[],
  unchanged: ControlOutcome["unchanged"],
): Promise<ControlOutcome> {
  const lab = await labAtWork(study.folder);
  return { whole: names.length === 0, changed, unchanged, ...(lab === undefined ? {} : { lab }) };
}

/** The study's runs, and trials of its sweep, by name or id. */
async function findRuns(
  study: StudyFolder,
  names: readonly string[],
  tolerant = false,
): Promise<(NamedRun & { readonly status?: string })[]> {
  if (names.length === 0) return [];
  const unreadable: NamedRun[] = [];
  const tell = ({ id }: { readonly id: string }) => unreadable.push({ id, name: id });
  const states = [
    ...(await readStudyRuns(study, tell)),
    ...(await readRuns(join(study.folder, "sweep"), undefined, tell)),
  ];
  const known = [...states.map(({ spec, status }) => ({ id: spec.id, name: spec.name, status })), ...unreadable];
  return names.map((wanted) => {
    const byId = known.find(({ id }) => id === wanted);
    const found = byId === undefined ? known.filter(({ name }) => name === wanted) : [byId];
    const [first, second] = found;
    if (first === undefined && tolerant) return { id: wanted, name: wanted };
    if (first === undefined) {
      throw new IsoflopError({
        code: "run-unknown",
        message: `There is no run ${wanted} in ${study.folder}.`,
        hint: "`isoflop status` lists the runs; `isoflop run` makes them when it is first started.",
      });
    }
    if (second === undefined) return first;
    throw new IsoflopError({
      code: "run-ambiguous",
      message: `${found.length} runs are named ${wanted}.`,
      hint: `Give an id: ${found.map(({ id }) => id).join(", ")}.`,
    });
  });
}

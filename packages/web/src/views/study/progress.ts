import type { LiveRun, RunStatus, StudyState } from "isoflop/api";

/** In the order in which they are told. */
export const STATUSES = [
  "running",
  "pending",
  "paused",
  "done",
  "diverged",
  "failed",
  "cancelled",
] as const satisfies readonly RunStatus[];

export type StatusCounts = Readonly<Record<RunStatus, number>>;

/** How far the runs of a study are. */
export interface Progress {
  readonly counts: StatusCounts;
  readonly runs: number;
  /** Done or diverged: nothing more comes of them. */
  readonly ended: number;
  /** Share of the FLOPs that are behind them. What is set aside is neither waited for nor counted. */
  readonly share: number;
}

export function progressOf(runs: Iterable<LiveRun>): Progress {
  const counts: Record<RunStatus, number> = {
    running: 0,
    pending: 0,
    paused: 0,
    done: 0,
    diverged: 0,
    failed: 0,
    cancelled: 0,
  };
  let [all, behind, total] = [0, 0, 0];
  for (const run of runs) {
    counts[run.status]++;
    all++;
    if (run.status === "cancelled" || run.status === "failed") continue;
    total += run.cost;
    behind += run.cost * fractionOf(run);
  }
  return { counts, runs: all, ended: counts.done + counts.diverged, share: total > 0 ? behind / total : 0 };
}

/** Whether nothing is left to train: every run has ended, no lab is at work, and none is still to be made for the budgets that are held out. */
export function isFinished({ training, heldOut, forecast }: StudyState, { runs, ended }: Progress): boolean {
  return runs > 0 && ended === runs && !training && (heldOut.length === 0 || forecast !== undefined);
}

/** How far a run is, of what it was meant to be; one that ended early is at its end. */
export function fractionOf({ status, step, steps }: LiveRun): number {
  if (status === "done" || status === "diverged") return 1;
  return Math.min(1, Math.max(0, step / steps));
}

/** Parts of a duration worth telling: at most two, the smaller one rounded. */
export interface Duration {
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
}

export function durationOf(seconds: number): Duration {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return { seconds: whole };
  if (whole < 3600) return { minutes: Math.floor(whole / 60), seconds: whole % 60 };
  const minutes = Math.round(whole / 60);
  if (minutes < 1440) return { hours: Math.floor(minutes / 60), minutes: minutes % 60 };
  const hours = Math.round(whole / 3600);
  return { days: Math.floor(hours / 24), hours: hours % 24 };
}

/** Whether there are trials of a sweep and no run yet: then they are all there is to see. */
export function onlySweep(runs: ReadonlyMap<string, LiveRun>): boolean {
  for (const { part } of runs.values()) if (part !== "sweep") return false;
  return runs.size > 0;
}

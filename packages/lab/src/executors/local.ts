import type { RunSpec } from "@isoflop/trainer";
import { type Control, holdOf, NOTHING_HELD, watchControl } from "../runs/control.js";
import { costOf, type ExecutionEvent, type ExecutionOutcome } from "./execution.js";
import { prepareRuns } from "./prepareRuns.js";
import { type Ending, type StopReason, trainRun } from "./trainRun.js";

export interface LocalOptions {
  readonly runsFolder: string;
  /** The trainer's command; see trainerArguments. */
  readonly command: readonly string[];
  /** Runs at a time. */
  readonly workers: number;
  /** Whose control/ says what is paused and cancelled; without it nothing is. */
  readonly studyFolder?: string;
  /** Stops in order: trainers get SIGTERM, and everything can be resumed. */
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: ExecutionEvent) => void;
}

/**
 * Trains what is not yet trained, each run in a process of its own, the longest first so that no long one is left over
 * at the end. A run that is paused or cancelled gives its place to another; when only such runs are left, it ends. The caller
 * holds the study's lock. Errors: write-enospc and its like; a failing run is no error.
 */
export async function runLocally(specs: readonly RunSpec[], options: LocalOptions): Promise<ExecutionOutcome> {
  const { done, diverged, failed, waiting } = await prepareRuns(specs, options);
  waiting.sort(longestFirst);
  const atWork = new Map<string, AbortController>();
  let control: Control = NOTHING_HELD;
  let trained = 0;
  let fatal: { readonly error: unknown } | undefined;
  let wake = (): void => {};

  const stopAll = (reason: StopReason): void => {
    for (const stop of atWork.values()) stop.abort(reason);
  };
  const settle = (spec: RunSpec, ending: Ending): void => {
    if (ending.kind === "done" || ending.kind === "diverged") {
      (ending.kind === "done" ? done : diverged).push(spec);
      trained++;
    } else if (ending.kind === "failed") failed.push({ spec, reason: ending.reason });
    else {
      waiting.push(spec);
      waiting.sort(longestFirst);
    }
    if (ending.kind !== "stopped") options.onEvent?.({ ...ending, spec });
  };
  const start = (spec: RunSpec): void => {
    const stop = new AbortController();
    atWork.set(spec.id, stop);
    void trainRun(spec, options, stop.signal)
      .then((ending) => settle(spec, ending))
      .catch((error: unknown) => {
        // What befalls one run and would befall all (a full disk) stops the others in order.
        fatal ??= { error };
        stopAll("stopped");
      })
      .finally(() => {
        atWork.delete(spec.id);
        wake();
      });
  };
  const fill = (): void => {
    while (fatal === undefined && !options.signal?.aborted && atWork.size < options.workers) {
      const next = waiting.findIndex(({ id }) => holdOf(control, id) === undefined);
      const [spec] = next < 0 ? [] : waiting.splice(next, 1);
      if (spec === undefined) return;
      start(spec);
    }
  };

  const onAbort = () => stopAll("stopped");
  options.signal?.addEventListener("abort", onAbort, { once: true });
  const watching =
    options.studyFolder === undefined
      ? undefined
      : await watchControl(options.studyFolder, (now) => {
          control = now;
          for (const [id, stop] of atWork) {
            const hold = holdOf(now, id);
            if (hold !== undefined) stop.abort(hold satisfies StopReason);
          }
          wake();
        });
  try {
    for (;;) {
      fill();
      if (atWork.size > 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      } else {
        if (waiting.length === 0 || fatal !== undefined || options.signal?.aborted) break;
        // What holds the runs that are left may have been lifted since it was looked at.
        const before = control;
        await watching?.look();
        if (control === before) break;
      }
    }
  } finally {
    watching?.close();
    options.signal?.removeEventListener("abort", onAbort);
  }
  if (fatal !== undefined) throw fatal.error;
  const held = waiting.flatMap((spec) => {
    const hold = holdOf(control, spec.id);
    return hold === undefined ? [] : [{ spec, hold }];
  });
  return { done, diverged, failed, held, trained, stopped: options.signal?.aborted ?? false };
}

const longestFirst = (a: RunSpec, b: RunSpec): number => costOf(b) - costOf(a) || (a.id < b.id ? -1 : 1);

import { join } from "node:path";
import type { RunSpec } from "@isoflop/trainer";
import { type Hold, holdOf, readControl } from "../../runs/control.js";
import { createRun } from "../../runs/folder.js";
import { readResult } from "../../runs/status.js";
import type { ExecutionEvent, ExecutionOutcome } from "../execution.js";
import { troubleOfOneRun } from "../runTrouble.js";
import { recordFailure } from "../trainRun.js";

/** What an execution on a cluster came to so far. */
export interface SlurmOutcome extends ExecutionOutcome {
  /** Runs that the cluster still has, or that wait for room in its queue. */
  readonly open: readonly RunSpec[];
  /** Runs whose tasks somebody took out of the queue. */
  readonly withdrawn: readonly RunSpec[];
}

/** The runs of an execution and what has become of them, by their folders. */
export interface Ledger {
  /** Runs without a result. */
  readonly open: ReadonlyMap<string, RunSpec>;
  /** Of these, the ones that an earlier session set aside: no task has anything to do with them any more. */
  readonly setAside: ReadonlySet<string>;
  /** The ones that are held and at rest. */
  readonly held: ReadonlyMap<string, Hold>;
  /** Books a run that has its result now; false where it has none. */
  readonly settle: (spec: RunSpec) => Promise<boolean>;
  readonly fail: (spec: RunSpec, reason: string) => Promise<void>;
  readonly withdraw: (spec: RunSpec) => void;
  /** Reads what is held. Runs that `isAtWork` are not at rest yet. Returns what was held before, and is no more. */
  readonly readHolds: (isAtWork: (spec: RunSpec) => Promise<boolean>) => Promise<RunSpec[]>;
  readonly outcome: (stopped: boolean) => SlurmOutcome;
}

/** Makes the folders of runs that have none, and opens the ledger. Errors: run-spec-conflict, write-enospc and its like. */
export async function openLedger(
  specs: readonly RunSpec[],
  runsFolder: string,
  studyFolder: string,
  onEvent: ((event: ExecutionEvent) => void) | undefined,
): Promise<Ledger> {
  const ended = { done: [] as RunSpec[], diverged: [] as RunSpec[], failed: [] as { spec: RunSpec; reason: string }[] };
  const withdrawn: RunSpec[] = [];
  const open = new Map<string, RunSpec>();
  const setAside = new Set<string>();
  const held = new Map<string, Hold>();
  let trained = 0;
  for (const spec of specs) {
    try {
      const status = (await readResult(await createRun(runsFolder, spec)))?.status;
      if (status === "done" || status === "diverged") ended[status].push(spec);
      else open.set(spec.id, spec);
      if (status === "failed") setAside.add(spec.id);
    } catch (error) {
      ended.failed.push({ spec, reason: troubleOfOneRun(error, join(runsFolder, spec.id)) });
    }
  }
  const close = (spec: RunSpec) => {
    open.delete(spec.id);
    held.delete(spec.id);
  };
  const settle = async (spec: RunSpec): Promise<boolean> => {
    const result = await readResult(join(runsFolder, spec.id));
    if (result === undefined) return false;
    const reason = result.reason ?? "no reason given";
    close(spec);
    if (result.status === "failed") ended.failed.push({ spec, reason });
    else {
      ended[result.status].push(spec);
      trained++;
    }
    onEvent?.(result.status === "done" ? { kind: "done", spec } : { kind: result.status, spec, reason });
    return true;
  };
  return {
    open,
    setAside,
    held,
    settle,
    fail: async (spec, reason) => {
      await recordFailure(spec, join(runsFolder, spec.id), reason);
      await settle(spec);
    },
    withdraw: (spec) => {
      close(spec);
      withdrawn.push(spec);
    },
    readHolds: async (isAtWork) => {
      const control = await readControl(studyFolder);
      const lifted: RunSpec[] = [];
      for (const spec of open.values()) {
        const hold = holdOf(control, spec.id);
        if (hold === undefined) {
          if (held.delete(spec.id)) lifted.push(spec);
        } else if (held.get(spec.id) !== hold && !(await isAtWork(spec))) {
          held.set(spec.id, hold);
          onEvent?.({ kind: hold, spec });
        }
      }
      return lifted;
    },
    outcome: (stopped) => ({
      ...ended,
      withdrawn,
      open: [...open.values()].filter(({ id }) => !held.has(id)),
      held: [...open.values()].flatMap((spec) => {
        const hold = held.get(spec.id);
        return hold === undefined ? [] : [{ spec, hold }];
      }),
      trained,
      stopped,
    }),
  };
}

import { join } from "node:path";
import type { RunSpec } from "@isoflop/trainer";
import { readAttempts } from "../../runs/attempts.js";
import type { ExecutionEvent } from "../execution.js";
import { alive, type SubmittedTask } from "./atWork.js";

/** Tells of a cluster what has changed: which runs have started, how attempts ended, what its queue waits for. */
export function narrate(
  runsFolder: string,
  say: (line: string) => void,
  onEvent: ((event: ExecutionEvent) => void) | undefined,
) {
  const started = new Set<string>();
  const attemptsTold = new Map<string, number>();
  let told = "";
  const once = (line: string) => {
    if (line !== told && line !== "") say(line);
    told = line;
  };
  const tellRun = async (spec: RunSpec): Promise<void> => {
    const attempts = await readAttempts(join(runsFolder, spec.id));
    if (attempts.length === 0) return;
    if (!started.has(spec.id)) onEvent?.({ kind: "started", spec });
    started.add(spec.id);
    const over = attempts.slice(0, -1);
    for (const { ending, reason = "its end was not noted" } of over.slice(attemptsTold.get(spec.id) ?? 0)) {
      if (ending === "failed") onEvent?.({ kind: "retried", spec, reason });
      else if (ending !== "stopped") onEvent?.({ kind: "preempted", spec, reason });
    }
    attemptsTold.set(spec.id, over.length);
  };
  return {
    unreachable: (message: string) => once(`${message} Its tasks go on; waiting for it.`),
    tell: async (tasks: readonly SubmittedTask[], open: ReadonlyMap<string, RunSpec>): Promise<void> => {
      const pending = alive(tasks).filter(({ queued }) => queued?.state === "PENDING");
      const reasons = new Set(pending.map(({ queued }) => queued?.reason ?? "None"));
      reasons.delete("None");
      once(reasons.size === 0 ? "" : `tasks wait in Slurm's queue: ${[...reasons].sort().join(", ")}`);
      for (const { runs, queued } of tasks) {
        if (queued?.state !== "RUNNING") continue;
        for (const spec of runs.map((id) => open.get(id))) if (spec !== undefined) await tellRun(spec);
      }
    },
  };
}

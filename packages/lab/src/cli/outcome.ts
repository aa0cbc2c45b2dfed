import type { ExecutionOutcome } from "../executors/execution.js";

/** How an execution went, for machines. */
export function outcomeJson(outcome: ExecutionOutcome, runs: number) {
  return {
    runs,
    trained: outcome.trained,
    done: outcome.done.length,
    diverged: outcome.diverged.map(({ id, name }) => ({ id, name })),
    cancelled: (outcome.held ?? [])
      .filter(({ hold }) => hold === "cancelled")
      .map(({ spec: { id, name } }) => ({ id, name })),
    failed: outcome.failed.map(({ spec, reason }) => ({ id: spec.id, name: spec.name, reason })),
  };
}

import type { RunSpec } from "@isoflop/trainer";
import type { Hold } from "../runs/control.js";

/**
 * What an executor tells while it is at work. "preempted": ended from outside, and not counted as a failure; "paused" and
 * "cancelled": stopped on request, after it was started.
 */
export type ExecutionEvent =
  | { readonly kind: "started" | "done" | Hold; readonly spec: RunSpec }
  | { readonly kind: "diverged" | "retried" | "preempted" | "failed"; readonly spec: RunSpec; readonly reason: string };

export interface ExecutionOutcome {
  /** Runs with a result "done", those of earlier sessions included. */
  readonly done: readonly RunSpec[];
  /** Runs whose loss left the numbers: kept, reported, not repeated (the same seed would do the same). */
  readonly diverged: readonly RunSpec[];
  /** Runs set aside after a second failure. */
  readonly failed: readonly { readonly spec: RunSpec; readonly reason: string }[];
  /** Runs left untrained because they are paused or cancelled. */
  readonly held?: readonly { readonly spec: RunSpec; readonly hold: Hold }[];
  /** Runs that this session trained to their end. */
  readonly trained: number;
  /** Whether the signal stopped it before its end. */
  readonly stopped: boolean;
}

/** What a run costs, for order and ETA: the count that includes attention and the head is nearest to the time it takes. */
export function costOf(spec: RunSpec): number {
  return spec.tokens * spec.flopsPerToken.hoffmann;
}

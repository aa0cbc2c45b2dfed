import type { RunState } from "../../runs/status.js";
import { expectedSeconds, expectedWallSeconds, speedSoFar } from "../../steps/speed.js";
import { workersOf } from "../../study/memory.js";
import type { Study } from "../../study/schema.js";

/**
 * Seconds until all runs have ended that are waiting or at work, at the speed that runs of their size had so far; undefined while no
 * speed is known, or where nothing is left.
 */
export function secondsLeft(states: readonly RunState[], study: Study): number | undefined {
  const left = states.filter(({ status }) => status === "pending" || status === "running");
  const speed = speedSoFar(states);
  if (speed === undefined || left.length === 0) return undefined;
  const seconds = left.map(({ spec, last }) => {
    const share = Math.max(0, 1 - (last?.step ?? 0) / spec.steps);
    return share * expectedSeconds(spec, speed);
  });
  const wall = expectedWallSeconds(seconds, Math.min(workersOf(study), left.length));
  return Number.isFinite(wall) ? wall : undefined;
}

import type { Schedule } from "../contract/schedule.js";

/**
 * Factor on the peak learning rate at step 1 … steps: linear warm-up, which reaches the peak the step after, then what the
 * schedule says. The decay of `wsd` begins at the peak and reaches its floor the step after the last, as in Hagele et al.'s
 * code: at a floor of zero the last step still learns. A cosine is at its floor on its last step; near it one step is nothing.
 */
export function scheduleFactor(schedule: Schedule, step: number, steps: number): number {
  const { warmupSteps } = schedule;
  if (step <= warmupSteps) return step / (warmupSteps + 1);
  switch (schedule.kind) {
    case "constant":
      return 1;
    case "cosine": {
      const progress = Math.min(1, (step - warmupSteps) / Math.max(1, schedule.lengthSteps - warmupSteps));
      return schedule.floor + (1 - schedule.floor) * 0.5 * (1 + Math.cos(Math.PI * progress));
    }
    case "wsd": {
      const left = Math.min(1, (steps - step + 1) / schedule.decaySteps);
      const share = schedule.decay === "linear" ? left : 1 - Math.sqrt(1 - left);
      return schedule.floor + (1 - schedule.floor) * share;
    }
  }
}

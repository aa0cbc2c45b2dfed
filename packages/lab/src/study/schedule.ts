import type { RunSpec } from "@isoflop/trainer";
import type { TrainingLength } from "./fields.js";
import type { Hyperparameters } from "./hyperparametersSchema.js";

/** Steps of linear warm-up: a part of the run, not a fixed number, which would cripple the small runs (Porian 2024). */
const AUTO_WARMUP = 0.05;
/** Of the fixed length: 3,000 of 2.5e5 steps (Kaplan et al. 2020, section 2.2). */
const KAPLAN_WARMUP = 0.012;
/** A fifth of the run, as 1 - sqrt, to zero: Hagele et al. 2024, sections 3 and 4. */
const WSD_DECAY = 0.2;
/** Hoffmann et al. 2022, section 3.1: a decay by a factor of 10. Kaplan's cosine and Hagele's cool-down end at zero. */
const COSINE_FLOOR = 0.1;

/** What a schedule is made for: one run, and for Kaplan's the longest of all. */
export interface ScheduledRun {
  readonly steps: number;
  readonly batchTokens: number;
  /** Training tokens of the study's longest run. */
  readonly longestTokens: number;
}

/** The learning-rate schedule of a run. */
export function resolveSchedule(run: ScheduledRun, choices: Hyperparameters): RunSpec["schedule"] {
  const { steps } = run;
  const { schedule: kind } = choices;
  const lengthSteps = kind === "kaplan" ? fixedLength(run, choices.length ?? "auto") : steps;
  const warmupSteps = warmup(run, choices, lengthSteps);
  const floor = choices.floor === "auto" ? (kind === "cosine" ? COSINE_FLOOR : 0) : choices.floor;
  switch (kind) {
    case "constant":
      return { kind, warmupSteps };
    case "wsd": {
      const wanted = Math.max(1, Math.round((choices.decay ?? WSD_DECAY) * steps));
      // A warm-up of fixed length may leave a short run less than its decay wants.
      const decaySteps = Math.max(1, Math.min(wanted, steps - warmupSteps));
      return { kind, warmupSteps, decaySteps, decay: choices.decayForm ?? "sqrt", floor };
    }
    case "cosine":
    case "kaplan":
      return { kind: "cosine", warmupSteps, lengthSteps, floor };
  }
}

/** Kaplan's cosine is as long for every run; `auto`: as long as the longest, and a longer hold-out's own length. */
function fixedLength({ steps, batchTokens, longestTokens }: ScheduledRun, length: "auto" | TrainingLength): number {
  if (length === "auto") return Math.max(steps, Math.round(longestTokens / batchTokens));
  return inSteps(length, batchTokens, 1);
}

function warmup({ batchTokens, steps }: ScheduledRun, choices: Hyperparameters, lengthSteps: number): number {
  if (typeof choices.warmup === "object") return inSteps(choices.warmup, batchTokens, 0);
  if (choices.warmup !== "auto") return Math.round(choices.warmup * steps);
  return choices.schedule === "kaplan"
    ? Math.max(1, Math.round(KAPLAN_WARMUP * lengthSteps))
    : Math.max(1, Math.round(AUTO_WARMUP * steps));
}

function inSteps(length: TrainingLength, batchTokens: number, least: number): number {
  return Math.max(least, "steps" in length ? length.steps : Math.round(length.tokens / batchTokens));
}

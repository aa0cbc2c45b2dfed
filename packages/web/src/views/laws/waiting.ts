import type { Answer } from "../../fitting/protocol.js";

/** What the worker does, in its order. */
const STAGES = ["points", "parts", "intervals", "profiles", "backtest", "influence"] as const;
export type Stage = (typeof STAGES)[number];

/** How far the answers to a question are: the stages before are through, and this one may have more to say. */
export type Reached = { readonly stage: Stage; readonly whole: boolean };

export const NOTHING_REACHED: Reached = { stage: "points", whole: false };

/** How far they are with an answer more. */
export function reachedBy(answer: Answer, deep: boolean): Reached {
  switch (answer.stage) {
    case "points":
      return { stage: "points", whole: answer.complete };
    case "parts":
    case "intervals":
      return { stage: answer.stage, whole: false };
    case "profiles":
    case "backtest":
      return { stage: answer.stage, whole: true };
    case "none":
      return { stage: answer.of, whole: true };
    case "influence":
      return { stage: "influence", whole: answer.done === answer.of };
    case "done":
      // Without diagnostics, it ends with the intervals.
      return { stage: deep ? "influence" : "intervals", whole: true };
  }
}

/** The last stage that a figure which is not there could still come of; others come of the point fits. */
const STAGE_OF: Readonly<Record<string, Stage>> = {
  kaplanLaws: "parts",
  kaplanSizes: "parts",
  criticalBatch: "parts",
  kaplanAllocation: "parts",
  bootstrapPairs: "intervals",
  profileLikelihood: "profiles",
  backtestErrors: "backtest",
  influence: "influence",
};

/** What a figure that is not there waits for; undefined where it will not come. */
export function awaited(figure: string, reached: Reached): Stage | undefined {
  const own = STAGE_OF[figure] ?? "points";
  const [at, wanted] = [STAGES.indexOf(reached.stage), STAGES.indexOf(own)];
  return wanted > at || (wanted === at && !reached.whole) ? own : undefined;
}

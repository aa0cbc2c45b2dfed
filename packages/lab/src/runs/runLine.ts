import { countedSize } from "../study/countedSize.js";
import type { Study } from "../study/schema.js";
import type { AttemptCounts } from "./attempts.js";
import { countedLoss } from "./countedLoss.js";
import type { RunState } from "./status.js";

/** What is told of a run: in `isoflop status`, its JSON and the dashboard. N as the study counts it. */
export type RunLine = ReturnType<typeof runLine>;

export function runLine({ spec, status, last, result }: RunState, counting: Study["counting"], counts: AttemptCounts) {
  return {
    id: spec.id,
    name: spec.name,
    role: spec.role,
    status,
    ...(result?.reason === undefined ? {} : { reason: result.reason }),
    budget: spec.budget,
    parameters: countedSize(spec, counting),
    tokens: spec.tokens,
    step: result?.status === "done" ? result.steps : (last?.step ?? 0),
    steps: spec.steps,
    trainLoss: result?.["train/loss"] ?? last?.["train/loss"],
    validationLoss: countedLoss(spec, result)?.loss ?? last?.["val/loss"],
    wallSeconds: result?.wallSeconds ?? last?.time,
    ...counts,
  };
}

import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Adapter, LogEvent } from "./adapter.js";
import { printedNumber } from "./lines.js";

// "[titan] 2026-05-18 16:04:46,338 - root - INFO - step: 14  loss:  3.24405  grad_norm:  0.8319  memory: …", after every
// metrics.log_freq steps and after the first; versions before May 2025 have no grad_norm. Validation: "validate step: …".
const STEP = /- INFO - (validate )?step:\s*(\d+)\s+loss:\s*(\S+)(?:\s+grad_norm:\s*(\S+))?/;
const SIZE = /- INFO - Model \S+ .*size: ([\d,]+) total parameters/;
const PLAN =
  /- INFO - Trainer is initialized with local batch size \d+, global batch size (\d+),.* sequence length (\d+), total steps (\d+)/;

/**
 * torchtitan. It goes on from the newest checkpoint of its dump folder by itself. A rank of a pipeline that has no loss
 * prints -1: such lines are left out.
 */
export const torchtitan: Adapter = {
  name: "torchtitan",
  resumesByItself: true,
  read: (line) => {
    const step = STEP.exec(line);
    if (step !== null) return stepEvents(step[1] !== undefined, Number(step[2]), step[3]!, step[4]);
    const size = SIZE.exec(line);
    if (size !== null) return [{ kind: "fact", field: "parameters.total", value: printedNumber(size[1]!) ?? 0 }];
    const plan = PLAN.exec(line);
    if (plan === null) return [];
    return ["batch.sequences", "shape.context", "steps"].map((field, i) => ({
      kind: "fact",
      field,
      value: Number(plan[i + 1]),
    }));
  },
  checkpoint: ({ folder, checkpoints = join(folder, "checkpoint") }) => {
    if (!existsSync(checkpoints)) return undefined;
    const steps = readdirSync(checkpoints).flatMap((name) => {
      const step = /^step-(\d+)$/.exec(name);
      // Written last: the checkpoint is whole.
      return step !== null && existsSync(join(checkpoints, name, ".metadata")) ? [Number(step[1])] : [];
    });
    if (steps.length === 0) return undefined;
    const step = Math.max(...steps);
    return { step, path: join(checkpoints, `step-${step}`) };
  },
};

function stepEvents(validates: boolean, step: number, lossText: string, normText: string | undefined): LogEvent[] {
  const loss = printedNumber(lossText);
  if (loss === undefined || loss === -1) return [];
  if (validates) return [{ kind: "validation", step, loss }];
  const gradientNorm = normText === undefined ? undefined : printedNumber(normText);
  return [{ kind: "training", step, loss, ...(gradientNorm === undefined ? {} : { gradientNorm }) }];
}

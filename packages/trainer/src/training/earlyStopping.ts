import type { MetricsLine, RunSpec } from "../contract/runSpec.js";

type Rule = RunSpec["evaluation"]["earlyStopping"];

/** Where a run's validation loss has been. */
export interface ValidationCourse {
  /** The least loss, and the first step that had it. */
  readonly best: { readonly step: number; readonly "val/loss": number } | undefined;
  /** The last loss that lay more than `minimumDecrease` below the one before it that did. */
  readonly reference: number;
  /** Evaluations since. */
  readonly waited: number;
}

const unseen: ValidationCourse = { best: undefined, reference: Number.POSITIVE_INFINITY, waited: 0 };

/** The course after one more line of metrics; lines without an evaluation change nothing. */
export function afterLine(course: ValidationCourse, line: MetricsLine, rule: Rule): ValidationCourse {
  const loss = line["val/loss"];
  if (loss === undefined) return course;
  const best =
    course.best === undefined || loss < course.best["val/loss"] ? { step: line.step, "val/loss": loss } : course.best;
  return loss < course.reference - (rule?.minimumDecrease ?? 0)
    ? { best, reference: loss, waited: 0 }
    : { best, reference: course.reference, waited: course.waited + 1 };
}

/** All of it lies in metrics.jsonl: a run that is resumed reads it there. */
export const courseOf = (lines: readonly MetricsLine[], rule: Rule): ValidationCourse =>
  lines.reduce((course, line) => afterLine(course, line, rule), unseen);

/** Whether the run ends here. */
export const hasStopped = ({ waited }: ValidationCourse, rule: Rule): boolean =>
  rule !== undefined && waited >= rule.patience;

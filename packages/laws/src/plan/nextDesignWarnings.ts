import type { ParametricFit } from "../fit/parametric.js";
import type { FitWarning } from "../fit/result.js";
import type { RunRecord } from "../record.js";
import type { NextPlan, ProposedRun } from "./nextDesign.js";

interface Asked {
  readonly records: readonly RunRecord[];
  readonly fit: ParametricFit;
  readonly runs: readonly ProposedRun[];
  readonly target: number;
  readonly plan: NextPlan;
}

/** Beyond this many times the largest run, those there are and those proposed, a forecast stands on the law's word. */
const FAR = 30;

/** What the reader of a design must know before spending by it. */
export function nextDesignWarnings({ fit, records, runs, target, plan }: Asked): FitWarning[] {
  const warnings: FitWarning[] = [];
  const largest = [...records, ...runs].reduce((most, run) => Math.max(most, run.flops), 0);
  if (target > FAR * largest) {
    warnings.push({
      code: "extrapolation",
      message: `The target is ${(target / largest).toPrecision(2)} times the largest run, with those proposed: no design makes up for that distance.`,
    });
  }
  if (!plan.drawn) {
    warnings.push({
      code: "no-intervals",
      message: "The fit has too few bootstrap draws: the design rests on its one law, as if that were known.",
    });
  }
  if (plan.errors.drift === 0) {
    warnings.push({
      code: "law-trusted",
      message: "The drift is 0: small, cheap runs count as fully as large ones, however far the law may fail there.",
    });
  }
  for (const code of ["second-basin", "ill-conditioned", "parameter-at-bound"]) {
    const found = fit.warnings.find((warning) => warning.code === code);
    if (found) warnings.push(found);
  }
  return warnings;
}

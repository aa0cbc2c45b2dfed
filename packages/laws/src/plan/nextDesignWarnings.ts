import type { ParametricFit } from "../fit/parametric.js";
import type { FitWarning } from "../fit/result.js";
import type { RunRecord } from "../record.js";
import { designSentences } from "../statements/design.js";
import { warnBy } from "../statements/made.js";
import type { ProposedRun } from "./nextDesign.js";
import type { NextPlan } from "./nextDesignPlan.js";

const warn = warnBy(designSentences);

interface Asked {
  readonly records: readonly RunRecord[];
  readonly fit: ParametricFit;
  readonly runs: readonly ProposedRun[];
  readonly target: number;
  /** Share of the expected variance of ln loss, once they are trained, that the drift makes. */
  readonly driftShare: number;
  readonly plan: NextPlan;
}

/** Beyond this many times the largest run, those there are and those proposed, a forecast stands on the law's word. */
const FAR = 30;

/** What the reader of a design must know before spending by it. */
export function nextDesignWarnings({ fit, records, runs, target, driftShare, plan }: Asked): FitWarning[] {
  const warnings: FitWarning[] = [];
  const largest = [...records, ...runs].reduce((most, run) => Math.max(most, run.flops), 0);
  if (target > FAR * largest) {
    warnings.push(warn("extrapolation/design", { factor: target / largest }));
  }
  if (!plan.drawn) {
    warnings.push(warn("no-intervals/design"));
  }
  if (plan.errors.drift === 0) {
    warnings.push(warn("law-trusted"));
  }
  if (driftShare > 0.5) {
    const { errors, estimatedDrift } = plan;
    warnings.push(warn("law-drifts", { share: driftShare, drift: errors.drift, likeliest: estimatedDrift }));
  }
  for (const code of ["second-basin", "ill-conditioned", "parameter-at-bound"]) {
    const found = fit.warnings.find((warning) => warning.code === code);
    if (found) warnings.push(found);
  }
  return warnings;
}

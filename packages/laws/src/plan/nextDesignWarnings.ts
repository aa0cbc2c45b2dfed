import type { ParametricFit } from "../fit/parametric.js";
import type { FitWarning } from "../fit/result.js";
import type { RunRecord } from "../record.js";
import type { ProposedRun } from "./nextDesign.js";
import type { NextPlan } from "./nextDesignPlan.js";

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
  if (driftShare > 0.5) {
    warnings.push({
      code: "law-drifts",
      message: `${Math.round(100 * driftShare)} % of the variance of the loss forecast, after these runs, is the law's drift off the truth (${percent(plan.errors.drift)} an e-fold; ${percent(plan.estimatedDrift)} is the likeliest): only runs nearer the target lessen it.`,
    });
  }
  for (const code of ["second-basin", "ill-conditioned", "parameter-at-bound"]) {
    const found = fit.warnings.find((warning) => warning.code === code);
    if (found) warnings.push(found);
  }
  return warnings;
}

const percent = (share: number): string => `${Number((100 * share).toPrecision(2))} %`;

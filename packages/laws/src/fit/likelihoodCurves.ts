import type { AllocationFit } from "../forecast/laws.js";
import type { RunRecord } from "../record.js";
import { refuseBy } from "../statements/made.js";
import { profileErrors } from "../statements/profile.js";
import { isoflopCurves, kaplanComputeCurves } from "./allocationCurves.js";
import type { DataConstrainedFit } from "./dataConstrained.js";
import { dataConstrainedCurves } from "./dataConstrainedCurves.js";
import type { KaplanComputeFit } from "./kaplan.js";
import { kaplanModelDataCurves } from "./kaplanModelDataCurves.js";
import type { LikelihoodCurve, LikelihoodCurveOptions } from "./likelihoodCurve.js";
import { parametricCurves } from "./parametricLikelihoodCurves.js";

const refuse = /* @__PURE__ */ refuseBy(profileErrors);

/** A fit whose likelihood is profiled. */
export type ProfiledFit = AllocationFit | KaplanComputeFit | DataConstrainedFit;

/**
 * The profiles of what a fit tells, whatever its procedure.
 * @param records the ones that were fitted
 * @throws IsoflopError "bad-budget", "no-likelihood" (Approach 1), "no-profile"
 */
export function likelihoodCurves(
  fit: ProfiledFit,
  records: readonly RunRecord[],
  options: LikelihoodCurveOptions = {},
): Record<string, LikelihoodCurve> {
  switch (fit.law) {
    case "chinchilla":
      return parametricCurves(fit, records, options);
    case "isoflop-power-law":
      return isoflopCurves(fit, options);
    case "kaplan-compute":
      return kaplanComputeCurves(fit, options);
    case "kaplan-model-data":
      return kaplanModelDataCurves(fit, records, options);
    case "data-constrained":
      return dataConstrainedCurves(fit, records, options);
    case "envelope-power-law":
      throw refuse("no-likelihood");
  }
}

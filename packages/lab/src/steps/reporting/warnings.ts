import { formatFlops } from "@isoflop/laws";
import type { ReportWarning } from "../../report/model.js";
import { remedies } from "../../report/remedies.js";
import type { DesignWarning } from "../../study/check.js";
import type { Fits } from "../fits.js";
import type { StudyForecast } from "../forecast.js";
import { NAMES } from "./tables.js";

export function withRemedy<Warning extends { readonly code: string }>(warning: Warning): Warning & { remedy?: string } {
  const remedy = remedies[warning.code];
  return remedy === undefined ? warning : { ...warning, remedy };
}

/** What the fits warn of, and why some are not there. */
export function fitWarnings(fits: Fits): ReportWarning[] {
  return [
    ...fits.fits.flatMap((fit) => fit.warnings.map((warning) => ({ ...withRemedy(warning), where: NAMES[fit.law] }))),
    ...(fits.parts?.fits ?? []).flatMap(({ about, fit }) =>
      fit.warnings.map((warning) => ({ ...withRemedy(warning), where: about })),
    ),
    ...fits.skipped.map(({ approach, error }) => ({
      code: error.code,
      message: error.message,
      where: `Approach ${approach}`,
      ...(error.hint === undefined ? {} : { remedy: error.hint }),
    })),
  ];
}

/** What concerns a study besides its fits: its forecast, its design, and runs that ended without a loss. */
export function studyWarnings(
  design: readonly DesignWarning[],
  dropped: readonly { readonly name: string; readonly reason: string }[],
  forecast?: StudyForecast,
): ReportWarning[] {
  return [
    ...(forecast?.budgets ?? []).flatMap(({ budget, warnings = [] }) =>
      warnings.map(({ law, ...warning }) => ({
        ...withRemedy(warning),
        where: `Forecast for ${formatFlops(budget)} FLOPs by ${NAMES[law]}`,
      })),
    ),
    ...design.map((warning) => ({ ...withRemedy(warning), where: "design" })),
    ...dropped.map(({ name, reason }) => ({ code: "run-without-loss", message: reason, where: name })),
  ];
}

import type { DataConstrainedFit } from "../fit/dataConstrained.js";
import type { FitResult } from "../fit/result.js";
import { forecastDataConstrained } from "../forecast/dataConstrained.js";
import { extrapolationWarnings, forecast } from "../forecast/forecast.js";
import { type AllocationFit, lossBy, optimumBy } from "../forecast/laws.js";
import { chinchilla } from "../laws/chinchilla.js";
import type { NamedLaw } from "../published/law.js";
import type { CountingConvention } from "../record.js";
import { reachOf } from "./reach.js";

const titles = {
  "1": "training-curve envelope",
  "2": "isoFLOP profiles",
  "3": "parametric loss",
  kaplan: "Kaplan's L(N, D)",
} as const;

/** A fit as a law to plan by, with its intervals. */
export function lawFromFit(fit: AllocationFit | DataConstrainedFit, name = `approach-${fit.approach}`): NamedLaw {
  if (fit.law === "data-constrained") return dataConstrainedLawOf(fit, name);
  return {
    name,
    title: `Your fit: ${titles[fit.approach]}`,
    source: `${String(fit.diagnostics.observations)} runs, law ${fit.law}`,
    convention: conventionOf(fit),
    notes: fit.warnings.map((warning) => warning.message),
    ...reachOf(fit),
    compute: fit.compute,
    optimum: (flops) => optimumBy(fit, fit.parameters, flops),
    cautions: (flops) => forecast(fit, flops).warnings.map((warning) => warning.message),
    intervals95: (flops) => forecast(fit, flops).intervals95,
    ...((fit.law === "chinchilla" || fit.law === "kaplan-model-data") && {
      loss: (n: number, d: number) => lossBy(fit, fit.parameters, n, d),
    }),
    ...(fit.law === "chinchilla" && { chinchilla: fit.parameters }),
  };
}

/** Its base for data without end, its R_D* and R_N* where they end. */
function dataConstrainedLawOf(fit: DataConstrainedFit, name: string): NamedLaw {
  const { parameters, base, form, diagnostics } = fit;
  const law = `${String(diagnostics.observations)} runs, law data-constrained, base ${base.name}`;
  const varies = fit.intervals95.alpha !== undefined;
  return {
    name,
    title: "Your fit: data-constrained loss",
    source: law,
    convention: conventionOf(fit),
    notes: fit.warnings.map((warning) => warning.message),
    ...reachOf(fit),
    compute: fit.compute,
    chinchilla: parameters,
    optimum: (flops) => chinchilla.optimum(parameters, flops, fit.compute),
    loss: (n, d) => chinchilla.loss(parameters, n, d),
    cautions: (flops) => extrapolationWarnings(fit, flops).map((warning) => warning.message),
    intervals95: (flops) => (varies ? forecastDataConstrained(fit, flops).intervals95 : undefined),
    withoutIntervals:
      fit.draws.rows.length === 0
        ? "No interval is given: the fit comes without its draws."
        : `No interval is given for data without end: the base, ${base.name}, was held fixed.`,
    repetition: {
      RD: parameters.RD,
      RN: parameters.RN,
      form,
      source: `this fit (${law})`,
      intervals95: (flops, uniqueTokens) => forecastDataConstrained(fit, flops, { uniqueTokens }).intervals95,
    },
  };
}

function conventionOf({ diagnostics }: FitResult): CountingConvention {
  return {
    parameters: diagnostics.conventionParameters ?? "given",
    flops: diagnostics.conventionFlops ?? "given",
  } as CountingConvention;
}

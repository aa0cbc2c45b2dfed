import { forecast } from "../forecast/forecast.js";
import { type AllocationFit, lossBy, optimumBy } from "../forecast/laws.js";
import type { NamedLaw } from "../published/law.js";
import type { CountingConvention } from "../record.js";

const titles = {
  "1": "training-curve envelope",
  "2": "isoFLOP profiles",
  "3": "parametric loss",
  kaplan: "Kaplan's L(N, D)",
} as const;

/** A fit as a law to plan by, with its intervals. */
export function lawFromFit(fit: AllocationFit, name = `approach-${fit.approach}`): NamedLaw {
  const convention = {
    parameters: fit.diagnostics.conventionParameters ?? "given",
    flops: fit.diagnostics.conventionFlops ?? "given",
  } as CountingConvention;
  return {
    name,
    title: `Your fit: ${titles[fit.approach]}`,
    source: `${String(fit.diagnostics.observations)} runs, law ${fit.law}`,
    convention,
    notes: fit.warnings.map((warning) => warning.message),
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

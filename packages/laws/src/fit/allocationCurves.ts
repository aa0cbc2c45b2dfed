import { checkBudget } from "../forecast/forecast.js";
import { refuseBy } from "../statements/made.js";
import { profileErrors } from "../statements/profile.js";
import type { IsoflopFit } from "./isoflop.js";
import type { KaplanComputeFit } from "./kaplan.js";
import { LOG_LIMIT } from "./lawSpace.js";
import { lineProfiles } from "./leastSquaresCurves.js";
import type { LikelihoodCurve, LikelihoodCurveOptions } from "./likelihoodCurve.js";
import { lossFrontierCurves } from "./lossFrontierCurves.js";

/** Where a slope is hardly told from 0 its line ends anywhere: as far as a number goes, which JSON must be able to say. */
const fromLog = (value: number): number => Math.exp(Math.min(Math.max(value, -LOG_LIMIT), LOG_LIMIT));

const refuse = /* @__PURE__ */ refuseBy(profileErrors);

/**
 * Profiles of Approach 2's laws through its minima: of the exponent a and the constant kN of N_opt = kN C^a, of N_opt at a
 * budget, and of the frontier's loss. Minima weigh as they do in the fit.
 * @throws IsoflopError "no-profile" where the law passes through its points exactly
 */
export function isoflopCurves(
  fit: Pick<IsoflopFit, "profiles" | "parameters" | "diagnostics">,
  options: LikelihoodCurveOptions = {},
): Record<string, LikelihoodCurve> {
  const { steps, flops } = options;
  if (flops !== undefined) checkBudget(flops);
  const vertices = fit.profiles.flatMap(({ status, vertex }) => (status === "used" && vertex ? [vertex] : []));
  const weights = vertices.map((v) => (v.regressionError ?? v.logParametersPerNoise) ** -2);
  const weighted = fit.diagnostics.weights === "vertex" && weights.every(Number.isFinite);
  const line = lineProfiles({
    x: vertices.map((v) => Math.log(v.flops)),
    y: vertices.map((v) => Math.log(v.parameters)),
    ...(weighted && { weights }),
  });
  if (line === undefined) throw refuse("no-profile", { law: "Approach 2", points: vertices.length });
  return {
    a: line.slope(steps),
    kN: line.height(0, fromLog, steps),
    ...(flops !== undefined && { N_opt: line.height(Math.log(flops), fromLog, steps) }),
    ...lossFrontierCurves(
      vertices.map((v) => v.flops),
      vertices.map((v) => v.loss),
      { parameters: fit.parameters, form: fit.diagnostics.lossForm as "irreducible" | "power-law" },
      options,
    ),
  };
}

/**
 * Profiles of Kaplan's L(C) = (Cc / C)^alphaC through its frontier: of the exponent and of Cc.
 * @throws IsoflopError "no-profile" where the law passes through its points exactly
 */
export function kaplanComputeCurves(
  fit: Pick<KaplanComputeFit, "frontier">,
  { steps }: LikelihoodCurveOptions = {},
): Record<string, LikelihoodCurve> {
  const { frontier } = fit;
  const logC = frontier.map((p) => Math.log(p.flops));
  const logLoss = frontier.map((p) => Math.log(p.loss));
  const line = lineProfiles({ x: logC, y: logLoss });
  if (line === undefined) throw refuse("no-profile", { law: "Kaplan's L(C)", points: frontier.length });
  const Cc = line.zero(fromLog, steps);
  // alphaC is the slope of -ln L.
  const falling = lineProfiles({ x: logC, y: logLoss.map((v) => -v) })!;
  return { ...(Cc && { Cc }), alphaC: falling.slope(steps) };
}

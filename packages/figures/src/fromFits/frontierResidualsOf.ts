import { type EnvelopeFit, type IsoflopFit, profileResiduals } from "@isoflop/laws";
import type { FrontierResidualsData } from "../data.js";

/** The envelope has a point for each of 1,500 values of compute; neighbours are one dot. */
const MOST_POINTS = 150;

/** What the laws of Approach 1 or 2 miss their points by, and the runs their parabolas. */
export function frontierResidualsOf(
  fit: IsoflopFit | EnvelopeFit,
  names: ReadonlyMap<string, string>,
): FrontierResidualsData {
  return fit.law === "isoflop-power-law" ? ofMinima(fit, names) : ofEnvelope(fit, names);
}

function ofMinima(fit: IsoflopFit, names: ReadonlyMap<string, string>): FrontierResidualsData {
  const used = fit.profiles.filter(({ status }) => status === "used");
  const runs = used.flatMap((profile) => {
    const residuals = profile.coefficients === undefined ? [] : profileResiduals(profile);
    const minimum = profile.vertex?.parameters ?? Number.NaN;
    return residuals.flatMap((loss, i) => {
      const point = profile.points[i];
      if (point === undefined) return [];
      const { id, parameters, tokens } = point;
      const ofMinimum = parameters / minimum;
      return [{ id, name: names.get(id) ?? id, parameters, tokens, budget: profile.budget, ofMinimum, loss }];
    });
  });
  return {
    approach: "2",
    optima: fit.residuals.map(({ budget, logParameters, logLoss }) => {
      const vertex = used.find((profile) => profile.budget === budget)?.vertex;
      return {
        flops: vertex?.flops ?? budget,
        parameters: logParameters,
        loss: logLoss,
        ...(vertex?.standardError !== undefined && { standardError: vertex.standardError }),
      };
    }),
    ...(runs.length > 0 && { runs }),
  };
}

function ofEnvelope(fit: EnvelopeFit, names: ReadonlyMap<string, string>): FrontierResidualsData {
  const { kN, a, E, k, gamma } = fit.parameters;
  const used = fit.envelope.filter(({ status }) => status === "used");
  const every = Math.max(1, Math.ceil(used.length / MOST_POINTS));
  return {
    approach: "1",
    optima: used
      .filter((_, index) => index % every === 0)
      .map(({ run, flops, parameters, loss }) => ({
        id: run,
        name: names.get(run) ?? run,
        flops,
        parameters: Math.log(parameters / (kN * flops ** a)),
        loss: Math.log(loss / (E + k * flops ** -gamma)),
      })),
  };
}

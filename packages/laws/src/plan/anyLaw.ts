import { IsoflopError } from "../error.js";
import type { LawFit } from "../fit/fitLaw.js";
import { drawnParameters } from "../fit/lawPrediction.js";
import type { Optimum, OptimumIntervals } from "../fit/result.js";
import { extrapolationWarnings } from "../forecast/forecast.js";
import { type ChinchillaParameters, chinchilla } from "../laws/chinchilla.js";
import { type DataConstrainedParameters, dataConstrained } from "../laws/dataConstrained.js";
import { type KaplanModelDataParameters, kaplanModelData } from "../laws/kaplanModelData.js";
import { type OverTrainingParameters, overTrainingAsChinchilla } from "../laws/overTraining.js";
import { sixND } from "../model/computeCost.js";
import { central95 } from "../numerics/statistics.js";
import type { NamedLaw } from "../published/law.js";
import { FEWEST_DRAWS } from "../uncertainty/bootstrap.js";
import { reachOf } from "./reach.js";

type Values = Readonly<Record<string, number>>;

/** What one law says of a budget, under C = 6ND, of which fits of a law by itself know nothing else. */
interface Allocation {
  optimum(p: Values, flops: number): Optimum;
  /** L(N, D). */
  loss?(p: Values, n: number, d: number): number;
  /** Its constants as E + A/N^alpha + B/D^beta. */
  chinchilla?(p: Values): ChinchillaParameters;
}

const byChinchilla = (constants: (p: Values) => ChinchillaParameters): Allocation => ({
  optimum: (p, flops) => chinchilla.optimum(constants(p), flops),
  loss: (p, n, d) => chinchilla.loss(constants(p), n, d),
  chinchilla: constants,
});
const asThemselves = (p: Values) => p as ChinchillaParameters;

/** Laws that say what to train for a budget. */
const ALLOCATIONS: Readonly<Record<string, Allocation>> = {
  chinchilla: byChinchilla(asThemselves),
  "over-training": byChinchilla((p) => overTrainingAsChinchilla(p as OverTrainingParameters)),
  "data-constrained": byChinchilla(asThemselves),
  "kaplan-model-data": {
    optimum: (p, flops) => kaplanModelData.optimum(p as KaplanModelDataParameters, flops),
    loss: (p, n, d) => kaplanModelData.loss(p as KaplanModelDataParameters, n, d),
  },
  "optimal-parameters": {
    optimum: (p, flops) => {
      const parameters = p.kN! * flops ** p.a!;
      return { flops, parameters, tokens: flops / (6 * parameters) };
    },
  },
  "optimal-tokens": {
    optimum: (p, flops) => {
      const tokens = p.kD! * flops ** p.b!;
      return { flops, parameters: flops / (6 * tokens), tokens };
    },
  },
};

/** The names of laws whose fits (fitLaw) can be planned by. */
export const allocatingLaws: readonly string[] = Object.keys(ALLOCATIONS);

/**
 * A fit of a law by itself as a law to plan by, with intervals from its draws. N and D are as its rows have them, and C =
 * 6ND.
 * @throws IsoflopError "law-without-optimum"
 */
export function lawFromLawFit(fit: LawFit, name = fit.law): NamedLaw {
  const allocation = ALLOCATIONS[fit.law];
  if (allocation === undefined) {
    throw new IsoflopError({
      code: "law-without-optimum",
      message: `The law ${fit.law} does not say which N and D are best for a budget.`,
      hint: `Fit one that does (${allocatingLaws.join(", ")}), or an approach; what this one expects of its own inputs is told by --at (predictFrom).`,
    });
  }
  const { parameters } = fit;
  const draws = drawnParameters(fit);
  const constants = allocation.chinchilla?.(parameters);
  return {
    name,
    title: `Your fit: ${fit.law}`,
    source: `${String(fit.diagnostics.observations)} rows, law ${fit.law}`,
    convention: { parameters: "given", flops: "6N" },
    notes: fit.warnings.map((warning) => warning.message),
    ...reachOf(fit),
    compute: sixND,
    optimum: (flops) => allocation.optimum(parameters, flops),
    cautions: (flops) => extrapolationWarnings(fit, flops).map((warning) => warning.message),
    intervals95: (flops) => optimumIntervals(draws.map((p) => allocation.optimum(p, flops))),
    ...(draws.length < FEWEST_DRAWS && {
      withoutIntervals:
        "No interval is given: the fit comes without its draws (`isoflop fit … --json --draws` keeps them).",
    }),
    ...(allocation.loss && { loss: (n: number, d: number) => allocation.loss!(parameters, n, d) }),
    ...(constants && { chinchilla: constants }),
    ...(fit.law === "data-constrained" && repetitionOf(fit as LawFit<"RD" | "RN">, draws)),
  };
}

/** Percentiles over optima of the draws; undefined with too few. */
function optimumIntervals(drawn: readonly Optimum[]): OptimumIntervals | undefined {
  if (drawn.length < FEWEST_DRAWS) return undefined;
  const losses = drawn.flatMap(({ loss }) => (loss === undefined ? [] : [loss]));
  return {
    parameters: central95(drawn.map((one) => one.parameters)),
    tokens: central95(drawn.map((one) => one.tokens)),
    ...(losses.length === drawn.length && { loss: central95(losses) }),
  };
}

function repetitionOf(fit: LawFit<"RD" | "RN">, draws: readonly Values[]): Pick<NamedLaw, "repetition"> {
  const { RD, RN } = fit.parameters;
  return {
    repetition: {
      RD,
      RN,
      form: "exponential",
      source: `this fit (${String(fit.diagnostics.observations)} rows)`,
      intervals95(flops, uniqueTokens) {
        const law = dataConstrained(uniqueTokens);
        const drawn = draws.map((p) => law.optimum(p as DataConstrainedParameters, flops));
        const intervals = optimumIntervals(drawn);
        const epochs = drawn.map(({ tokens }) => Math.max(1, tokens / uniqueTokens));
        return intervals && { ...intervals, epochs: central95(epochs) };
      },
    },
  };
}

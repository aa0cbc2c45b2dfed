import { sixND, tokensFor } from "../model/computeCost.js";
import { gridThenGolden } from "../numerics/minimiseScalar.js";
import { type ChinchillaParameterName, chinchilla, chinchillaParametersForTokens } from "./chinchilla.js";
import {
  type DecayForm,
  decayOfScale,
  decayRate,
  type WorthDerivatives,
  worthDerivatives,
  worthOfRepeats,
} from "./forms/repetition.js";
import type { Law, Parameters } from "./law.js";
import type { LossLaw } from "./lossLaw.js";

/** Parameters of the data-constrained law, by name. */
export type DataConstrainedParameterName = ChinchillaParameterName | "RD" | "RN";
/** Values of the parameters of the data-constrained law; units as the law describes them. */
export type DataConstrainedParameters = Parameters<DataConstrainedParameterName>;

/** L(N, D) where the number of unique tokens is given. */
export type LossOfUniqueTokens = Pick<
  LossLaw<DataConstrainedParameterName>,
  "name" | "form" | "source" | "parameters" | "loss" | "gradient" | "optimum"
>;

/**
 * Loss when only U unique tokens exist and D > U repeats them: Muennighoff et al. 2023, section 3.1. Repeated tokens, and
 * parameters beyond those U_N that U_D unique tokens can feed, lose their value exponentially: D' = U_D + U_D RD (1 -
 * exp(-R_D / RD)), R_D = D/U_D - 1 (equation 5); N' likewise with U_N and RN (equation 6); U_D = min(U, D), U_N =
 * min(N_opt(U_D), N).
 */
export function dataConstrained(uniqueTokens: number, decay: DecayForm = "exponential"): LossOfUniqueTokens {
  const law: LossOfUniqueTokens = {
    name: "data-constrained",
    form: "L(N, D, U) = E + A / N'^alpha + B / D'^beta",
    source: "Muennighoff et al. 2023 (arXiv:2305.16264), section 3.1, equations 5 and 6",
    parameters: {
      ...chinchilla.parameters,
      RD: {
        unit: "repetitions",
        meaning: "R_D*: repetitions after which 1 - 1/e of the value of repeating is spent",
        bounds: [0.01, 1e4],
      },
      RN: { unit: "repetitions", meaning: "R_N*: the same for excess parameters", bounds: [0.01, 1e4] },
    },
    loss: (p, n, d) => lossOf(p, n, d, uniqueTokens, decay),
    gradient: (p, x) => gradientOf(p, x.N, x.D, uniqueTokens, decay),
    /**
     * No closed form: D follows from N by the budget, and N is found by a search over ln N around Chinchilla's optimum.
     */
    optimum(p, flops, cost = sixND) {
      const free = chinchilla.optimum(p, flops, cost);
      // U_N is defined by C = 6ND; under another cost Chinchilla's optimum may lie beyond it, where parameters lose
      // value.
      if (
        free.tokens <= uniqueTokens &&
        free.parameters <= chinchillaParametersForTokens(p, free.tokens) * (1 + 1e-9)
      ) {
        return free;
      }
      const lossAt = (logN: number) => law.loss(p, Math.exp(logN), tokensFor(cost, flops, Math.exp(logN)));
      // Once data repeats, the optimum moves to smaller N and more epochs or the reverse, by less than these factors.
      const centre = Math.log(free.parameters);
      const logN = gridThenGolden(lossAt, centre - Math.log(1e3), centre + Math.log(1e3), 400, 1e-9);
      const parameters = Math.exp(logN);
      return { flops, parameters, tokens: tokensFor(cost, flops, parameters), loss: lossAt(logN) };
    },
  };
  return law;
}

const { name, form, source, parameters } = dataConstrained(1e9);

/** The same law with the unique tokens U as an input, for runs that differ in them. */
export const dataConstrainedLaw: Law<DataConstrainedParameterName, "N" | "D" | "U"> = {
  name,
  form,
  source,
  inputs: {
    N: { ...chinchilla.inputs.N, range: [7e6, 9e9] },
    D: { ...chinchilla.inputs.D, range: [1e8, 9e11] },
    U: { unit: "tokens", meaning: "unique tokens", range: [1e8, 1.8e11] },
  },
  output: chinchilla.output,
  residuals: "log",
  // U_N moves with A and B, so that the law is linear in E alone.
  parameters: {
    ...parameters,
    A: { unit: parameters.A.unit, meaning: parameters.A.meaning },
    B: { unit: parameters.B.unit, meaning: parameters.B.meaning },
  },
  value: (p, x) => lossOf(p, x.N, x.D, x.U),
  gradient: (p, x) => gradientOf(p, x.N, x.D, x.U),
  rescale: (p, by, output) => ({ ...p, ...chinchilla.rescale(p, by, output) }),
  published: {
    parameters: {
      E: Math.exp(0.6254804),
      A: Math.exp(6.255414),
      B: Math.exp(7.3049974),
      alpha: 0.3526596,
      beta: 0.3526596,
      RD: 15.387756,
      RN: 5.309743,
    },
    source:
      "Muennighoff et al. 2023 (arXiv:2305.16264v5), appendix A, equation 17, unrounded as in its repository; alpha = beta tied",
  },
};

function lossOf(p: DataConstrainedParameters, n: number, d: number, uniqueTokens: number, decay?: DecayForm): number {
  const { parameters, tokens } = effectiveSizes(p, n, d, uniqueTokens, decay);
  return chinchilla.loss(p, parameters, tokens);
}

function gradientOf(
  p: DataConstrainedParameters,
  n: number,
  d: number,
  uniqueTokens: number,
  decay: DecayForm = "exponential",
) {
  const uniqueD = Math.min(uniqueTokens, d);
  const fed = chinchillaParametersForTokens(p, uniqueD);
  const data = effective(uniqueD, d, p.RD, decay);
  const model = effective(Math.min(fed, n), n, p.RN, decay);
  const base = chinchilla.gradient(p, { N: model.value, D: data.value });
  const byModel = -p.alpha * p.A * model.value ** (-p.alpha - 1);
  const byData = -p.beta * p.B * data.value ** (-p.beta - 1);
  // N' also moves with U_N, hence with A, B, alpha and beta, as long as U_N < N.
  const byFed = fed < n ? byModel * model.byUnique * fed : 0;
  const logRatio = Math.log((p.alpha * p.A) / (p.beta * p.B));
  const logU = Math.log(uniqueD);
  return {
    E: 1,
    A: base.A + byFed / (p.alpha * p.A),
    B: base.B - byFed / (p.alpha * p.B),
    alpha: base.alpha + byFed * ((1 - logRatio - p.beta * logU) / p.alpha ** 2),
    beta: base.beta + byFed * ((logU - 1 / p.beta) / p.alpha),
    RD: byData * data.byScale,
    RN: byModel * model.byScale,
  };
}

/** N' and D': what repeated data and excess parameters are worth, as unique ones. */
export function effectiveSizes(
  p: DataConstrainedParameters,
  n: number,
  d: number,
  uniqueTokens: number,
  decay: DecayForm = "exponential",
): { readonly parameters: number; readonly tokens: number } {
  const uniqueD = Math.min(uniqueTokens, d);
  const uniqueN = Math.min(chinchillaParametersForTokens(p, uniqueD), n);
  return {
    parameters: uniqueN * (1 + worthOfRepeats(n / uniqueN - 1, decayRate(p.RN, decay))),
    tokens: uniqueD * (1 + worthOfRepeats(d / uniqueD - 1, decayRate(p.RD, decay))),
  };
}

/** The loss that no compute can better: both N' and D' at their limits U_N (1 + RN) and U (1 + RD). */
export function leastLossOfData(p: DataConstrainedParameters, uniqueTokens: number): number {
  const fed = chinchillaParametersForTokens(p, uniqueTokens);
  return chinchilla.loss(p, fed * (1 + p.RN), uniqueTokens * (1 + p.RD));
}

/** U (1 + w(R)), R = X/U - 1 and w what R repeats are worth, with its derivatives by U and by R*. */
function effective(
  unique: number,
  used: number,
  scale: number,
  form: DecayForm,
): { value: number; byUnique: number; byScale: number } {
  const delta = decayOfScale(scale);
  const worth: WorthDerivatives = [0, 0, 0, 0];
  worthDerivatives(used / unique - 1, delta, form, worth);
  return {
    value: unique * (1 + worth[0]),
    // dR/dU = -X / U^2.
    byUnique: 1 + worth[0] - (used / unique) * worth[3],
    byScale: -unique * worth[1] * delta * delta,
  };
}

import { type ComputeCost, sixND, tokensFor } from "../model/computeCost.js";
import { D_INPUT, LOSS, N_INPUT } from "./forms/quantities.js";
import type { Parameters } from "./law.js";
import type { LossLaw } from "./lossLaw.js";

/** Parameters of Kaplan's L(N, D), by name. */
export type KaplanModelDataParameterName = "Nc" | "Dc" | "alphaN" | "alphaD";
/** Values of the parameters of Kaplan's L(N, D); units as the law describes them. */
export type KaplanModelDataParameters = Parameters<KaplanModelDataParameterName>;

/**
 * Kaplan et al. 2020, equation 1.5. No irreducible loss, and one exponent of overfitting. Along C = k N^q D the bracket
 * is (N_c/N)^p + k D_c N^q / C with p = alpha_N / alpha_D, least at N^(p+q) = p N_c^p C / (q k D_c).
 */
export const kaplanModelData: LossLaw<KaplanModelDataParameterName> = {
  name: "kaplan-model-data",
  form: "L(N, D) = [(Nc / N)^(alphaN / alphaD) + Dc / D]^alphaD",
  source: "Kaplan et al. 2020 (arXiv:2001.08361), equation 1.5",
  inputs: { N: { ...N_INPUT, range: [1e5, 1.5e9] }, D: { ...D_INPUT, range: [2e7, 2.3e10] } },
  output: LOSS,
  residuals: "log",
  parameters: {
    Nc: { unit: "parameters", meaning: "scale of model size" },
    Dc: { unit: "tokens", meaning: "scale of data" },
    alphaN: { unit: "1", meaning: "exponent of model size where data is plentiful", bounds: [0.002, 3] },
    alphaD: { unit: "1", meaning: "exponent of data where the model is large", bounds: [0.002, 3] },
  },
  loss: (p, n, d) => bracket(p, n, d).sum ** p.alphaD,
  value: (p, x) => kaplanModelData.loss(p, x.N, x.D),
  gradient(p, { N: n, D: d }) {
    const { model, data, sum } = bracket(p, n, d);
    const loss = sum ** p.alphaD;
    const modelShare = model / sum;
    const logModel = Math.log(p.Nc / n);
    return {
      Nc: (loss * modelShare * p.alphaN) / p.Nc,
      Dc: (loss * (data / sum) * p.alphaD) / p.Dc,
      alphaN: loss * modelShare * logModel,
      alphaD: loss * (Math.log(sum) - (modelShare * logModel * p.alphaN) / p.alphaD),
    };
  },
  optimum(p, flops, cost = sixND) {
    const { coefficient: k, exponent: q } = cost;
    const ratio = p.alphaN / p.alphaD;
    const logN = (Math.log((ratio * flops) / (q * k * p.Dc)) + ratio * Math.log(p.Nc)) / (ratio + q);
    const parameters = Math.exp(logN);
    const tokens = tokensFor(cost, flops, parameters);
    return { flops, parameters, tokens, loss: kaplanModelData.loss(p, parameters, tokens) };
  },
  rescale: (p, by, output) => ({
    ...p,
    Nc: p.Nc * by.N * output ** (1 / p.alphaN),
    Dc: p.Dc * by.D * output ** (1 / p.alphaD),
  }),
  published: {
    parameters: { Nc: 6.4e13, Dc: 1.8e13, alphaN: 0.076, alphaD: 0.103 },
    source: "Kaplan et al. 2020 (arXiv:2001.08361), Table 2; N without embeddings",
  },
};

function bracket(p: KaplanModelDataParameters, n: number, d: number): { model: number; data: number; sum: number } {
  const model = (p.Nc / n) ** (p.alphaN / p.alphaD);
  const data = p.Dc / d;
  return { model, data, sum: model + data };
}

/**
 * Exponents of N_opt ∝ C^a, D_opt ∝ C^b that equation 1.5 implies under C = k N^q D: a = alpha_D / (alpha_N + q
 * alpha_D).
 */
export function kaplanModelDataExponents(
  p: Pick<KaplanModelDataParameters, "alphaN" | "alphaD">,
  cost: ComputeCost = sixND,
): { a: number; b: number } {
  const a = p.alphaD / (p.alphaN + cost.exponent * p.alphaD);
  return { a, b: 1 - cost.exponent * a };
}

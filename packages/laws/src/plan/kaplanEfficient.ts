import type { CriticalBatchParameterName } from "../laws/criticalBatch.js";
import type { KaplanModelStepsParameterName } from "../laws/kaplanModelSteps.js";
import type { Parameters } from "../laws/law.js";

type Curve = Parameters<KaplanModelStepsParameterName>;
type Batch = Parameters<CriticalBatchParameterName>;

/** What L(N, S_min) and B_crit(L) together say of a least compute. */
export interface KaplanEfficient {
  readonly flops: number;
  /** N without embeddings. */
  readonly parameters: number;
  readonly loss: number;
  /** B_crit at that loss, tokens. */
  readonly batchTokens: number;
  /** S_min. */
  readonly steps: number;
}

/** alpha_C^min = 1 / (1/alpha_S + 1/alpha_B + 1/alpha_N): Kaplan et al. 2020 (arXiv:2001.08361), equation 6.4. */
export function kaplanComputeExponent(curve: Pick<Curve, "alphaN" | "alphaS">, batch: Pick<Batch, "alphaB">): number {
  return 1 / (1 / curve.alphaS + 1 / batch.alphaB + 1 / curve.alphaN);
}

/**
 * The model of least loss for C_min = 6 N B_crit(L) S_min FLOPs: Kaplan et al. 2020, section 6.2 and appendix B. At the
 * optimum alpha_N (N_c/N)^alpha_N = alpha_S (S_c/S)^alpha_S, so that L = (1 + alpha_N/alpha_S) (N_c/N)^alpha_N, and every
 * factor of C_min is a power of N: N follows in closed form, N ∝ C^(alpha_C^min / alpha_N), equation 6.5.
 */
export function kaplanEfficient(curve: Curve, batch: Batch, flops: number): KaplanEfficient {
  const share = curve.alphaN / curve.alphaS;
  const exponent = kaplanComputeExponent(curve, batch);
  // ln C = constant - (alpha_N / alpha_C) ln(Nc / N) with everything at N = Nc, where the model's term is 1.
  const atScale =
    Math.log(6 * curve.Nc * batch.Bstar * curve.Sc) - Math.log1p(share) / batch.alphaB - Math.log(share) / curve.alphaS;
  const parameters = curve.Nc * Math.exp(((Math.log(flops) - atScale) * exponent) / curve.alphaN);
  const model = (curve.Nc / parameters) ** curve.alphaN;
  const loss = (1 + share) * model;
  const batchTokens = batch.Bstar * loss ** (-1 / batch.alphaB);
  return { flops, parameters, loss, batchTokens, steps: curve.Sc * (share * model) ** (-1 / curve.alphaS) };
}

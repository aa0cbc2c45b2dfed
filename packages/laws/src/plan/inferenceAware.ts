import { IsoflopError } from "../error.js";
import { type ComputeCost, computeOf, sixND } from "../model/computeCost.js";
import { bisect, gridThenGolden } from "../numerics/minimiseScalar.js";

/** The model of given loss that costs least over training and serving. */
export interface InferenceAwareOptimum {
  readonly parameters: number;
  readonly tokens: number;
  readonly loss: number;
  readonly trainingFlops: number;
  readonly inferenceFlops: number;
  readonly totalFlops: number;
}

/** Sizes searched: from a thousandth of the training optimum to twice it. Serving only ever favours smaller models. */
const SMALLEST = 1e-3;
const LARGEST = 2;
/** Data searched: up to a million times the training optimum's. */
const MOST_DATA = 1e6;

/**
 * Sardana et al. 2023 (arXiv:2401.00448v3), equation 3: minimise 6 N D + 2 N D_inference subject to L(N, D) = loss. Where
 * training does not cost 6ND, a token served costs a third of a token trained: the forward pass of the three.
 * @param lossAt L(N, D), falling in both
 * @param start the training-optimal model of this loss
 * @throws IsoflopError "bad-inference-tokens"
 */
export function inferenceAwareOptimum(
  lossAt: (n: number, d: number) => number,
  start: { readonly parameters: number; readonly tokens: number },
  inferenceTokens: number,
  training: ComputeCost = sixND,
): InferenceAwareOptimum {
  if (!(inferenceTokens >= 0 && Number.isFinite(inferenceTokens))) {
    throw new IsoflopError({
      code: "bad-inference-tokens",
      message: `Tokens served must be a number of zero or more, not ${inferenceTokens}.`,
      hint: "Write for example --inference-tokens 2T.",
    });
  }
  const loss = lossAt(start.parameters, start.tokens);
  const highest = Math.log(start.tokens * MOST_DATA);
  const lowest = Math.log(start.tokens / MOST_DATA);
  const tokensAt = (n: number) => {
    const root = bisect((logD) => lossAt(n, Math.exp(logD)) - loss, lowest, highest);
    return root === undefined ? undefined : Math.exp(root);
  };
  const cost = (logN: number) => {
    const n = Math.exp(logN);
    const d = tokensAt(n);
    // Too small a model never reaches the loss, however long it trains.
    return d === undefined ? Number.POSITIVE_INFINITY : computeOf(training, n, d + inferenceTokens / 3);
  };
  const centre = Math.log(start.parameters);
  const logN = gridThenGolden(cost, centre + Math.log(SMALLEST), centre + Math.log(LARGEST), 200, 1e-9);
  const parameters = Math.exp(logN);
  const tokens = tokensAt(parameters) ?? start.tokens;
  const trainingFlops = computeOf(training, parameters, tokens);
  const inferenceFlops = computeOf(training, parameters, inferenceTokens) / 3;
  return { parameters, tokens, loss, trainingFlops, inferenceFlops, totalFlops: trainingFlops + inferenceFlops };
}

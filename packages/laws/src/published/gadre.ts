import type { DownstreamErrorParameterName } from "../laws/downstreamError.js";
import { downstreamError } from "../laws/downstreamError.js";
import type { Parameters } from "../laws/law.js";
import { type OverTrainingParameters, overTraining } from "../laws/overTraining.js";

/** Both laws of Gadre et al. 2024, fitted to models trained on one data set. */
export interface OverTrainingStudy {
  readonly trainedOn: "C4" | "RedPajama" | "RefinedWeb";
  /** Loss on C4, nats per token of the GPT-NeoX tokenizer, over C = 6ND with every parameter counted, and M = D/N. */
  readonly loss: OverTrainingParameters;
  /** Top-1 error averaged over 17 tasks, a share, over that loss. */
  readonly error: Parameters<DownstreamErrorParameterName>;
}

/**
 * Gadre et al. 2024 (arXiv:2403.08540v2), Table 6: equation 4 fitted to five models of 11M to 411M parameters on 20 or 320
 * tokens a parameter, equation 5 to these and a sixth of 1.4B. They serve to expect losses and errors of over-trained
 * models, whose loss the three figures printed give within a per cent or two. They do not serve to split compute: the optimal multipliers of equation 10, 3.4 to 7.4, are below every M
 * fitted, and in the paper's Figure 9 models of M = 5 are off the frontier.
 */
export const gadre2024: readonly OverTrainingStudy[] = [
  { trainedOn: "C4", loss: overTraining.published.parameters, error: downstreamError.published.parameters },
  {
    trainedOn: "RedPajama",
    loss: { E: 1.84, a: 212, b: 367, eta: 0.136 },
    error: { epsilon: 0.857, k: 2.21, gamma: 0.715 },
  },
  {
    trainedOn: "RefinedWeb",
    loss: { E: 1.73, a: 157, b: 246, eta: 0.127 },
    // biome-ignore lint/suspicious/noApproximativeNumericConstant: as the paper prints it, no square root of a half.
    error: { epsilon: 0.865, k: 2.21, gamma: 0.707 },
  },
];

import type { FitWarning } from "../index.js";

/** Of Kaplan's laws of N where N has the embeddings in it. */
export const KAPLAN_COUNT: FitWarning = {
  code: "kaplan-count",
  message:
    "N counts embeddings here; Kaplan's does not, and its exponents hold for counting: { parameters: non-embedding }.",
};

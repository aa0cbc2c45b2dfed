import { refusal } from "./refusal.js";

/** What Approach 1 warns of. */
export const envelopeSentences = {
  "few-points/envelope": (v: { sizes: number }) => `The fitted envelope passes through ${v.sizes} sizes only.`,
  "edge-minimum/envelope": (v: { share: number }) =>
    `On ${Math.round(100 * v.share)} % of the envelope the smallest or largest size wins; these stretches are not fitted.`,
  "skipped-curves": (v: { without: number; runs: number }) =>
    `${v.without} of ${v.runs} runs have no training curve of three points and are left out.`,
} as const;

/** Why Approach 1 cannot be. */
export const envelopeErrors = {
  "no-curves": (v: { curves: number; runs: number }) =>
    refusal(
      `Approach 1 needs training curves of two sizes over a common range of compute; ${v.curves} of ${v.runs} runs have a curve.`,
      "Record the training loss along each run (metrics.jsonl), or use approach 2 or 3.",
    ),
  "no-envelope": () =>
    refusal(
      "Everywhere on the envelope the smallest or the largest size wins, or one size alone: no exponent can be fitted.",
      "Train at least three sizes whose curves cross; use approach 2 or 3 meanwhile.",
    ),
} as const;

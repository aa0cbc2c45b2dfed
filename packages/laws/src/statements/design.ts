import { percent } from "./words.js";

/** What a design of further runs warns of. */
export const designSentences = {
  "extrapolation/design": (v: { factor: number }) =>
    `The target is ${v.factor.toPrecision(2)} times the largest run, with those proposed: no design makes up for that distance.`,
  "no-intervals/design": () =>
    "The fit has too few bootstrap draws: the design rests on its one law, as if that were known.",
  "law-trusted": () =>
    "The drift is 0: small, cheap runs count as fully as large ones, however far the law may fail there.",
  "law-drifts": (v: { share: number; drift: number; likeliest: number }) =>
    `${Math.round(100 * v.share)} % of the variance of the loss forecast, after these runs, is the law's drift off the truth (${percent(v.drift)} an e-fold; ${percent(v.likeliest)} is the likeliest): only runs nearer the target lessen it.`,
} as const;

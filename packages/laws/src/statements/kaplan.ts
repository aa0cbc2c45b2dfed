import { refusal } from "./refusal.js";
import { another, constants } from "./words.js";

/** What fits of Kaplan's laws warn of. */
export const kaplanSentences = {
  "few-minima/line": () => "Two points fix the power law exactly.",
  "no-frontier": () => "No two isoFLOP minima: the law goes through the best runs, which need not be optimal.",
  "parameter-at-bound/exponent": (v: { name: string; value: number }) => `${v.name} lies at its bound ${v.value}.`,
  "second-basin/kaplan": (v: { rivals: number; excess: number; constants: Readonly<Record<string, number>> }) =>
    `${another(v.rivals)} ${(100 * v.excess).toPrecision(2)} % higher: ${constants(v.constants)}.`,
} as const;

/** Why Kaplan's L(C) cannot be. */
export const kaplanErrors = {
  "no-frontier": () =>
    refusal(
      "No frontier: the runs have neither two isoFLOP minima nor two runs that no cheaper run beats.",
      "Train at several budgets.",
    ),
} as const;

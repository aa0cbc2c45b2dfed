import type { Resampled } from "./common.js";
import { refusal } from "./refusal.js";
import { PROFILE_REASONS, type ProfileReason } from "./words.js";

const leftOutBudget = ({ budget, reason }: { budget: number; reason: ProfileReason }): string =>
  `Budget ${budget.toPrecision(3)} is left out: ${PROFILE_REASONS[reason]}.`;

/** What Approach 2 warns of. */
export const isoflopSentences = {
  "few-points/budget": (v: { budget: number; reason: ProfileReason }) => leftOutBudget(v),
  "few-points/budgets": (v: { few: number; budgets: number; runs: number; first: number }) =>
    `${v.few} of ${v.budgets} budgets are left out, with ${v.runs} runs: a minimum needs three sizes (first ${v.first.toPrecision(3)}).`,
  "few-minima/two": () =>
    "Two minima fix the exponents exactly, and show no irreducible loss: L_opt(C) is too low beyond them, and has no interval.",
  "few-minima/three": () =>
    "Three minima fix E, k and gamma of L_opt(C) exactly: nothing is left to check the loss by.",
  "edge-minimum": (v: { budget: number; reason: ProfileReason }) => leftOutBudget(v),
  "non-convex": (v: { budget: number; reason: ProfileReason }) => leftOutBudget(v),
  "off-centre": (v: { far: number; minima: number; budget: number; offset: number }) =>
    `${v.far} of ${v.minima} minima lie more than half-way from the middle of their sizes to an edge (at ${v.budget.toPrecision(3)}: ${(100 * v.offset).toFixed(0)} %): they are less certain, and biased.`,
  "wide-profile": (v: { span: number; shift: number }) =>
    `The profiles are lopsided, over sizes that span a factor of up to ${v.span.toPrecision(2)}: a cubic term moves their parabolas' minima by up to ${(100 * v.shift).toFixed(0)} % in N.`,
  "uneven-budgets": (v: {
    cut: number;
    budgets: number;
    uneven: number;
    minima: number;
    spread: number;
    curve: "parabola" | "akima";
  }) => `${unevenParts(v).join("; ")}.`,
  "uneven-budgets/drift": (v: {
    drifting: number;
    minima: number;
    /** C at the largest size of a budget over that at the smallest, where it is farthest from 1. */
    ratio: number;
  }) =>
    `At ${v.drifting} of ${v.minima} minima C ${v.ratio < 1 ? "falls" : "rises"} with N by a factor of up to ${Math.max(v.ratio, 1 / v.ratio).toFixed(2)} over the sizes, as where it is counted otherwise than the budgets were spent: N_opt along one C is ${v.ratio < 1 ? "larger" : "smaller"} than here. Approach 3 needs no budgets.`,
  "dependent-rows/profiles": ({ over }: { over: Resampled }) => {
    const how =
      over === "runs"
        ? "their errors are redrawn together"
        : over === "none"
          ? "no intervals depend on it"
          : `the intervals, drawn over ${over}, take them as independent`;
    return `Several observations come from one training run: ${how}.`;
  },
  "no-intervals/spline": () =>
    "An Akima spline passes through every size, which shows no noise: there are no intervals. Runs of several seeds, or a given seed noise, give some.",
  "no-intervals/parabola": () =>
    "Every parabola passes through its runs exactly, which shows no noise: there are no intervals. Four sizes a budget give some.",
} as const;

function unevenParts(v: Parameters<(typeof isoflopSentences)["uneven-budgets"]>[0]): string[] {
  const mend =
    v.curve === "akima"
      ? "which a spline takes for an effect of the size: a parabola has a term in ln C for it"
      : "and the parabola has a term in ln C for it";
  return [
    ...(v.cut > 0 ? [`C varies without gaps: ${v.cut} of ${v.budgets} budgets were cut out of longer chains`] : []),
    ...(v.uneven > 0
      ? [`at ${v.uneven} of ${v.minima} minima the runs' C differ by up to ${(100 * v.spread).toFixed(0)} %, ${mend}`]
      : []),
  ];
}

/** Why Approach 2 cannot be. */
export const isoflopErrors = {
  "too-few-minima": (v: {
    used: number;
    /** Budgets by what became of them; without a reason where they were used. */
    outcomes: readonly { readonly reason?: ProfileReason; readonly budgets: readonly number[] }[];
  }) => {
    const at = v.outcomes.map(({ reason, budgets }) => {
      const more = budgets.length > 4 ? ` and ${budgets.length - 4} more` : "";
      const first = budgets.slice(0, 4).map((budget) => budget.toPrecision(3));
      return `at ${first.join(", ")}${more} FLOPs: ${reason === undefined ? "used" : PROFILE_REASONS[reason]}`;
    });
    return refusal(
      `Approach 2 needs two isoFLOP minima; there ${v.used === 1 ? "is 1" : "are none"} (${at.join("; ")}).`,
      "Train several sizes at each of a few budgets, so that the loss rises on both sides of its minimum; runs of other designs can be fitted by approach 3.",
    );
  },
} as const;

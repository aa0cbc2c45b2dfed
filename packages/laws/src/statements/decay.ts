import { refusal } from "./refusal.js";
import { decayScale } from "./words.js";

const repeatedOf = (name: "RD" | "RN"): string => (name === "RD" ? "repeated data" : "excess parameters");

/** A minimum of the data-constrained objective. */
type DecayMinimum = { readonly RD: number; readonly RN: number; readonly objective: number };

const decayMinimum = ({ RD, RN, objective }: DecayMinimum): string =>
  `RD ${decayScale(RD, "infinite")}, RN ${decayScale(RN, "infinite")} at ${objective.toPrecision(6)}`;

/** What the data-constrained fit warns of. */
export const decaySentences = {
  "parameter-at-bound/uninformed": (v: { name: "RD" | "RN" }) =>
    `No run has ${repeatedOf(v.name)}: ${v.name} is not determined, and set to no decay.`,
  "parameter-at-bound/no-decay": (v: { name: "RD" | "RN"; written: number }) =>
    `${v.name} is infinite (written ${v.written}): ${repeatedOf(v.name)} lose nothing in these runs.`,
  "parameter-at-bound/worthless": (v: { name: "RD" | "RN"; value: number }) =>
    `${v.name} lies at its bound ${v.value.toPrecision(2)}: ${repeatedOf(v.name)} are worth nothing.`,
  "base-excess": (v: { excess: number; runs: number; most: number }) =>
    `${v.excess} of the base's ${v.runs} single-epoch runs have excess parameters: by the law found their losses are up to ${(100 * v.most).toPrecision(2)} % above the base's. Base, RD and RN are biased.`,
  "second-basin/decay": (v: { chosen: boolean; own: DecayMinimum; others: readonly DecayMinimum[] }) =>
    `Besides the ${v.chosen ? "minimum chosen" : "lowest minimum"} (${decayMinimum(v.own)}) the objective has ${v.others.map(decayMinimum).join("; ")}. Choose one by a start near it.`,
} as const;

/** Around the warning of the base that a data-constrained fit is made upon. */
export const ofBase = (runs: number, message: string): string => `Base, from ${runs} single-epoch runs: ${message}`;

/** Why the data-constrained fit cannot be. */
export const decayErrors = {
  "no-repetition": () =>
    refusal(
      "No run trains on more tokens than are unique: what repeating costs cannot be seen.",
      "Give the unique tokens of each run (uniqueTokens, column unique_tokens or epochs), or fit Approach 3.",
    ),
  "no-base": (v: { single: number; needed: number }) =>
    refusal(
      `${v.single} runs repeat nothing; the law for unique data needs ${v.needed}.`,
      "Give its constants (base; --base muennighoff-2023 or a fit's file), or fit all parameters jointly.",
    ),
} as const;

import { another, constants } from "./words.js";

/** What Approach 3 warns of. */
export const parametricSentences = {
  "parameter-at-bound": (v: { name: string; value: number; floor: boolean }) =>
    `${v.name} = ${v.value.toPrecision(3)} lies at its bound: ${v.floor ? "no irreducible loss can be told from these runs" : "the runs do not determine this term"}.`,
  "parameter-at-bound/term": (v: { name: string; share: number }) =>
    `${v.name}'s term is ${v.share.toExponential(1)} of the loss: the runs do not show it.`,
  "second-basin": (v: {
    rivals: number;
    excess: number;
    constants: Readonly<Record<string, number>>;
    exponent: number;
    own: number;
  }) =>
    `${another(v.rivals)} ${(100 * v.excess).toPrecision(2)} % higher: ${constants(v.constants)}, a ${v.exponent.toPrecision(3)} (here a ${v.own.toPrecision(3)}).`,
  "ill-conditioned": (v: { condition: number }) =>
    `The condition number of the five parameters is ${v.condition.toExponential(0)}, in scaled variables.`,
  "ill-conditioned/infinite": () => "The condition number of the five parameters is infinite, in scaled variables.",
} as const;

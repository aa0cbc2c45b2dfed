import { fittedValue, type LeftOut, leftOutText, shown } from "./words.js";

/** What fits warn of that change with what they are made of. */
export const shiftSentences = {
  "delta-sensitive": (v: { name: string; value: number; error: number; smaller: number; larger: number }) =>
    `At Huber's delta ${fittedValue(v.name)} is ${shown(v.value)} ± ${shown(v.error)}; at a tenth of it ${shown(v.smaller)}, at ten times it ${shown(v.larger)}.`,
  "budget-sensitive": (v: {
    without: LeftOut;
    name: string;
    value: number;
    changed: number;
    chance: number;
    asRatio: boolean;
  }) =>
    `Without ${leftOutText(v.without)} ${fittedValue(v.name)} goes from ${shown(v.value)} to ${shown(v.changed)}; chance alone would move it by ${v.asRatio ? `${(100 * Math.expm1(v.chance)).toPrecision(2)} %` : shown(v.chance)}.`,
} as const;

import { parseLooseJson } from "../looseJson.js";

/** JSON as wandb writes it. What is no JSON comes back as its text. */
export function parseJson(text: string): unknown {
  try {
    return parseLooseJson(text);
  } catch {
    return text;
  }
}

/** Numbers that JSON has not, as W&B's server writes them. */
const NUMBERS: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};

/** A value as a number of a series: NaN and infinities too, in quotes or not. Undefined for all that is none. */
export function scalarOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  return typeof value === "string" && Object.hasOwn(NUMBERS, value) ? NUMBERS[value] : undefined;
}

export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Numbers that JSON has not, as Python and W&B's server write them. */
const NUMBERS: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};

/** JSON as Python's json writes it: NaN and Infinity without quotes come back in quotes. What is no JSON comes back as its text. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const quoted = text.replace(/"(?:[^"\\]|\\.)*"|NaN|-?Infinity/g, (word) =>
      word.startsWith('"') ? word : `"${word}"`,
    );
    try {
      return JSON.parse(quoted);
    } catch {
      return text;
    }
  }
}

/** A value as a number of a series: NaN and infinities too, in quotes or not. Undefined for all that is none. */
export function scalarOf(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  if (typeof value === "bigint") return Number(value);
  return typeof value === "string" ? NUMBERS[value] : undefined;
}

export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

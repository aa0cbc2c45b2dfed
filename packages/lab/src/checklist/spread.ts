import { type Part, says } from "./item.js";

const LISTED = 4;
const LONGEST = 80;
/** Of what is put together of several such texts. */
const LONGEST_OF_ALL = 400;

/** Text that users or programs wrote, on one line and of bounded length. */
export function plain(value: unknown, longest = LONGEST): string {
  const text = (typeof value === "string" ? value : (JSON.stringify(value) ?? String(value)))
    .replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ")
    .trim();
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

/** A number with what is needed of its digits. */
export function digits(value: number): string {
  const size = Math.abs(value);
  const text = size >= 1e6 || (size > 0 && size < 1e-3) ? value.toExponential(3) : String(Number(value.toPrecision(4)));
  return text.replace(/\.?0*e\+?/, "e");
}

/** What runs have in common, or between what they lie; undefined where no run says anything. */
export function spreadOf<Value extends string | number>(
  values: readonly Value[],
  show: (value: Value) => string = (value) =>
    typeof value === "number" ? digits(value) : plain(value, LONGEST_OF_ALL),
): string | undefined {
  const counts = new Map<Value, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const distinct = [...counts].sort(([, a], [, b]) => b - a);
  const [first] = distinct;
  if (first === undefined) return undefined;
  if (distinct.length === 1) return show(first[0]);
  const listed = () => distinct.slice(0, LISTED).map(([value, count]) => `${show(value)} (${runs(count)})`);
  if (distinct.length <= LISTED) return listed().join(", ");
  const ascending: Value[] = distinct.map(([value]) => value).sort((a, b) => Number(a) - Number(b));
  if (ascending.some((value) => typeof value === "string")) {
    return `${listed().join(", ")} and ${distinct.length - LISTED} more`;
  }
  return `${show(ascending[0]!)} to ${show(ascending.at(-1)!)} (${distinct.length} values)`;
}

/**
 * One fact of every run, in words: what they have, and of how many it is not known.
 * @param remedy what would close the gap
 */
export function factOf<Value extends string | number>(
  what: string,
  values: readonly (Value | undefined)[],
  remedy: string,
  show?: (value: Value) => string,
): Part[] {
  const known = values.filter((value) => value !== undefined);
  const text = spreadOf(known, show);
  const missing = values.length - known.length;
  return [
    ...(text === undefined ? [] : [says(`${what}: ${text}`)]),
    ...(missing === 0 && values.length > 0
      ? []
      : [{ unlogged: what, where: missing === values.length ? "" : `in ${missing} of ${values.length} runs`, remedy }]),
  ];
}

export const runs = (count: number): string => `${count} ${count === 1 ? "run" : "runs"}`;

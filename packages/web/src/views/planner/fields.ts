import { formatCount, formatFlops, isIsoflopError, type Outcome, parseCount, parseFlops } from "@isoflop/laws";

/** What the planner asks for in words of the reader's own. */
export const FIELD_NAMES = [
  "flops",
  "pfDays",
  "gpus",
  "days",
  "mfu",
  "price",
  "served",
  "unique",
  "E",
  "A",
  "B",
  "alpha",
  "beta",
] as const;
export type FieldName = (typeof FIELD_NAMES)[number];

/** Why a text is no value. */
export type Problem =
  | { readonly kind: "unreadable" }
  | { readonly kind: "whole" }
  | { readonly kind: "range"; readonly low: string; readonly high: string };

interface Rule {
  readonly read: (text: string) => Outcome<number>;
  /** Both ends are allowed. */
  readonly range: readonly [number, number];
  readonly write: (value: number) => string;
  readonly whole?: true;
  /** Whether it may be left empty: no price, no tokens served, no limit of unique tokens. */
  readonly optional?: true;
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const plainNumber = (text: string): number => (NUMBER.test(text) ? Number(text) : Number.NaN);
/** "0.4" or "40%", as the command line has it. */
const share = (text: string): number =>
  text.endsWith("%") ? plainNumber(text.slice(0, -1).trim()) / 100 : plainNumber(text);
const count = (text: string): Outcome<number> => parseCount(text);

const RULES: Readonly<Record<FieldName, Rule>> = {
  flops: { read: (text) => parseFlops(text), range: [1e6, 1e32], write: formatFlops },
  pfDays: { read: count, range: [1e-13, 1e12], write: (value) => formatCount(value) },
  gpus: { read: count, range: [1, 1e8], write: (value) => formatCount(value), whole: true },
  days: { read: count, range: [1e-3, 1e5], write: (value) => formatCount(value) },
  mfu: { read: share, range: [1e-4, 1], write: String },
  price: { read: plainNumber, range: [0, 1e6], write: String, optional: true },
  served: { read: count, range: [1e3, 1e20], write: (value) => formatCount(value), optional: true },
  unique: { read: count, range: [1e3, 1e20], write: (value) => formatCount(value), optional: true },
  E: { read: plainNumber, range: [0, 100], write: String },
  A: { read: plainNumber, range: [1e-6, 1e9], write: formatFlops },
  B: { read: plainNumber, range: [1e-6, 1e9], write: formatFlops },
  alpha: { read: plainNumber, range: [0.01, 5], write: String },
  beta: { read: plainNumber, range: [0.01, 5], write: String },
};

/** Longer than any number is written. */
const LONGEST = 40;

/** A text as it is kept: figures typed in full width become plain ones. */
export const canonical = (text: string): string => text.normalize("NFKC").trim();

/** The value of a field, undefined for one that is left empty, or why there is none. */
export function readField(name: FieldName, text: string): number | Problem | undefined {
  const { read, range, write, whole, optional } = RULES[name];
  const kept = canonical(text);
  if (kept === "" && optional) return undefined;
  const value = kept.length > LONGEST ? Number.NaN : read(kept);
  if (isIsoflopError(value) || !Number.isFinite(value)) return { kind: "unreadable" };
  if (value < range[0] || value > range[1]) return { kind: "range", low: write(range[0]), high: write(range[1]) };
  return whole && !Number.isInteger(value) ? { kind: "whole" } : value;
}

/** Whether a field can be left as it is. */
export const isValid = (name: FieldName, text: string): boolean => typeof readField(name, text) !== "object";

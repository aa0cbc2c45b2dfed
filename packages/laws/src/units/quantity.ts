import { IsoflopError } from "../error.js";
import { FLOPS_PER_PF_DAY } from "./flops.js";

/**
 * Decimal multiples as the field writes them: k, M, B (also G), T, and above. "m" is refused: milli or mega, none can
 * tell.
 */
const multiples: Readonly<Record<string, number>> = {
  "": 1,
  k: 1e3,
  K: 1e3,
  M: 1e6,
  B: 1e9,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Z: 1e21,
  Y: 1e24,
};

const NUMBER = String.raw`[+-]?(?:\d[\d_,]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?`;
const COUNT = new RegExp(String.raw`^(${NUMBER})\s*([kKMBGTPEZY]?)$`);
const FLOPS = new RegExp(String.raw`^(${NUMBER})\s*(?:([kKMBGTPEZY]?)(?:FLOPs?|FLOPS|flops?)?|(PF|EF)[- ]?days?)$`);

function positive(text: string, number: string, multiple: number, what: string): number {
  const value = Number(number.replaceAll(/[_,]/g, "")) * multiple;
  if (!(Number.isFinite(value) && value > 0)) {
    throw new IsoflopError({
      code: "bad-quantity",
      message: `${what} must be a positive number, not "${text}".`,
      hint: "Write for example 70B.",
    });
  }
  return value;
}

/**
 * Reads a count of parameters or tokens: 70B, 1.4T, 12k, 1e9, 1_000_000.
 * @throws IsoflopError "bad-quantity"
 */
export function parseCount(text: string | number, what = "the count"): number {
  const match = COUNT.exec(String(text).trim());
  if (!match) {
    throw new IsoflopError({
      code: "bad-quantity",
      message: `${what} cannot be read from "${text}".`,
      hint: "Write a number, with k, M, B or T where it helps: 70B, 1.4T, 12k, 1e9.",
    });
  }
  return positive(String(text), match[1]!, multiples[match[2]!]!, what);
}

/**
 * Reads an amount of compute and returns FLOPs: 1e18, 3e21, 20PF-days, 5.76e23 FLOPs, 2 EF-days.
 * @throws IsoflopError "bad-quantity"
 */
export function parseFlops(text: string | number, what = "the compute"): number {
  const match = FLOPS.exec(String(text).trim());
  if (!match) {
    throw new IsoflopError({
      code: "bad-quantity",
      message: `${what} cannot be read from "${text}".`,
      hint: "Write FLOPs or PF-days: 1e18, 3e21, 20PF-days.",
    });
  }
  const days = match[3];
  const multiple = days === undefined ? multiples[match[2] ?? ""]! : FLOPS_PER_PF_DAY * (days === "EF" ? 1000 : 1);
  return positive(String(text), match[1]!, multiple, what);
}

/** Writes a count as the field does, to `digits` significant figures: 70B, 1.4T, 12k, 512. */
export function formatCount(value: number, digits = 3): string {
  if (!Number.isFinite(value)) return String(value);
  const rounded = Number(value.toPrecision(digits));
  const size = Math.abs(rounded);
  for (const [suffix, multiple] of [
    ["T", 1e12],
    ["B", 1e9],
    ["M", 1e6],
    ["k", 1e3],
  ] as const) {
    if (size >= multiple && size < 1e16) return `${Number((rounded / multiple).toPrecision(digits))}${suffix}`;
  }
  return size >= 1e16 || (size < 1e-3 && size > 0) ? scientific(rounded, digits) : String(rounded);
}

/** Writes FLOPs in scientific notation: 5.76e23. */
export function formatFlops(flops: number, digits = 3): string {
  return Number.isFinite(flops) ? scientific(flops, digits) : String(flops);
}

function scientific(value: number, digits: number): string {
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  return `${Number(mantissa)}e${Number(exponent)}`;
}

import { formatCount, formatFlops, type Interval } from "@isoflop/laws";
import type { Currency } from "./state.js";

/** The languages in which numbers are written. */
export type Language = "en" | "ja";

/** Nats per token. */
export const formatLoss = (loss: number): string => loss.toFixed(3);

/** "12B–15B". */
export const formatInterval = ([low, high]: Interval, write: (value: number) => string): string =>
  `${write(low)}–${write(high)}`;

/** Plain figures of three digits at least, grouped: 14, 53,760, 0.25. */
export function formatPlain(value: number, language: Language): string {
  if (value >= 1e15) return formatCount(value);
  const digits = Math.max(3, Math.ceil(Math.log10(Math.max(value, 1))));
  return new Intl.NumberFormat(language, { maximumSignificantDigits: Math.min(digits, 21) }).format(value);
}

/** Units of time, longest first, in days. */
const SPANS = { days: 1, hours: 1 / 24, minutes: 1 / 1440, seconds: 1 / 86_400 } as const;

/** A time in the longest unit of which it is at least one. */
export function spanOf(days: number): { readonly unit: keyof typeof SPANS; readonly value: number } {
  const units = ["days", "hours", "minutes", "seconds"] as const;
  const unit = units.find((one) => days >= SPANS[one]) ?? "seconds";
  return { unit, value: days / SPANS[unit] };
}

/** An amount of money, without cents where it is large. */
export function formatCost(cost: number, currency: Currency, language: Language): string {
  if (cost >= 1e15) return `${formatCount(cost)} ${currency}`;
  const least = currency === "JPY" ? 1 : 0.01;
  const maximumFractionDigits = cost >= 100 || currency === "JPY" ? 0 : 2;
  const write = (amount: number) =>
    new Intl.NumberFormat(language, { style: "currency", currency, maximumFractionDigits }).format(amount);
  return cost > 0 && cost < least ? `< ${write(least)}` : write(cost);
}

/** A share in per cent: 40, 2.5. */
export const formatPercent = (share: number): string => String(Number((100 * share).toPrecision(3)));

/** A factor: 2.4, 31, 1,800, 3e9. */
export const formatFactor = (factor: number, language: Language): string =>
  factor >= 1e6
    ? formatFlops(factor, 2)
    : new Intl.NumberFormat(language, { maximumSignificantDigits: 2 }).format(factor);

import { formatCount, type Interval, isIsoflopError, lawFromFit, publishedLaws } from "@isoflop/laws";
import type { ApproachFit } from "@isoflop/laws/procedures";
import type { Locale } from "../../i18n/locale.js";
import { titleOf } from "../../i18n/publishedLaws.js";

/** A quantity with its interval, and what it is without runs being left out. */
export interface Told95 {
  readonly name: string;
  readonly value: number;
  readonly interval?: Interval;
  readonly full?: number;
}

/** What one law says: its constants, and the optimum for a budget. */
export interface LawRow {
  readonly law: string;
  readonly published: boolean;
  readonly constants: readonly Told95[];
  readonly optimum: readonly Told95[];
}

/** A fit as the table of laws tells it. */
export function lawRow(fit: ApproachFit, full: ApproachFit | undefined, budget: number): LawRow {
  const { exponents, intervals95 } = fit;
  const values: Readonly<Record<string, number>> = { ...exponents, ...fit.parameters };
  const before: Readonly<Record<string, number>> = { ...full?.exponents, ...full?.parameters };
  return {
    law: fit.law,
    published: false,
    constants: Object.entries(values).map(([name, value]) =>
      quantity(name, value, intervals95[name], full && before[name]),
    ),
    optimum: fit.law === "kaplan-compute" ? [] : optimumOf(fit, full, budget),
  };
}

function optimumOf(
  fit: Exclude<ApproachFit, { law: "kaplan-compute" }>,
  full: ApproachFit | undefined,
  budget: number,
): Told95[] {
  const law = lawFromFit(fit);
  if (isIsoflopError(law)) return [];
  const all = full === undefined || full.law === "kaplan-compute" ? undefined : lawFromFit(full);
  const before = all === undefined || isIsoflopError(all) ? undefined : all.optimum(budget);
  const { parameters, tokens, loss } = law.optimum(budget);
  const intervals = fit.draws.rows.length > 0 ? law.intervals95?.(budget) : undefined;
  return [
    quantity("N_opt", parameters, intervals?.parameters, before?.parameters),
    quantity("D_opt", tokens, intervals?.tokens, before?.tokens),
    ...(loss === undefined ? [] : [quantity("L", loss, intervals?.loss, before?.loss)]),
  ];
}

/** A published law for the same budget; its constants stand in its paper. */
export function publishedRow(name: string, budget: number, language: Locale = "en"): LawRow | undefined {
  const law = publishedLaws.find((one) => one.name === name);
  if (law === undefined) return undefined;
  const { parameters, tokens, loss } = law.optimum(budget);
  const [less, more] = [law.optimum(budget / 2), law.optimum(budget * 2)];
  const slope = (of: "parameters" | "tokens") => Math.log(more[of] / less[of]) / Math.log(4);
  return {
    law: titleOf(law, language),
    published: true,
    constants: [
      quantity("a", slope("parameters")),
      quantity("b", slope("tokens")),
      ...Object.entries(law.chinchilla ?? {}).map(([constant, value]) => quantity(constant, value)),
    ],
    optimum: [
      quantity("N_opt", parameters),
      quantity("D_opt", tokens),
      ...(loss === undefined ? [] : [quantity("L", loss)]),
    ],
  };
}

function quantity(name: string, value: number, interval?: Interval, full?: number): Told95 {
  return { name, value, ...(interval && { interval }), ...(full !== undefined && { full }) };
}

/** "1.69", "12.3B", "4.1e-7": short, and never more than it tells. */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e15) return value.toExponential(2);
  if (size >= 1e4) return formatCount(value);
  return size !== 0 && size < 1e-3 ? value.toExponential(2) : String(Number(value.toPrecision(4)));
}

/** How far a value has moved from what it was: in per cent where it is large, for there it is the order of magnitude that tells. */
export function changeText(value: number, former: number): string {
  const share = (value - former) / Math.abs(former);
  // Less than any of these numbers is known by.
  if (value === former || Math.abs(share) < 1e-5) return "±0";
  const sign = value < former ? "−" : "+";
  const large = Math.abs(former) >= 100;
  const size = Math.abs(large ? 100 * share : value - former).toPrecision(2);
  return `${sign}${shortNumber(Number(size))}${large ? " %" : ""}`;
}

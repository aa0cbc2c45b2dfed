import type { FitResult, FitWarning } from "./result.js";
import { warn } from "./warnings.js";

/** A fitted value, and where it goes without the smallest budget. */
export interface BudgetShift {
  /** As in the diagnostics: "exponent". */
  readonly key: string;
  /** As in a sentence: "the exponent a". */
  readonly name: string;
  readonly value: number;
  readonly changed: number;
  /** What was left out, as in a sentence: "the smallest budget (6.00e+18 FLOPs)". */
  readonly without: string;
  /**
   * Standard deviation of the change, or with `asRatio` of the change of its logarithm, that chance alone explains; where it
   * cannot be told there is no warning.
   */
  readonly chance: number | undefined;
  readonly asRatio?: boolean;
}

/** A fitted value, at a tenth of Huber's delta and at ten times it. */
export interface DeltaShift extends Pick<BudgetShift, "key" | "name" | "value"> {
  readonly standardError: number | undefined;
  readonly smaller: number;
  readonly larger: number;
}

/** Of an estimate and a less efficient one, the difference has the variances' difference (Hausman 1978, Econometrica 46, 1251). */
export function chanceOf(standardError: number | undefined, varianceRatio: number): number | undefined {
  return standardError === undefined ? undefined : standardError * Math.sqrt(Math.max(varianceRatio - 1, 0));
}

/** Beyond this many standard deviations the change of one value is no chance (5 %). */
const ONE_VALUE = 1.96;
/** The same where of several values the one that changes most is told of. */
const SEVERAL_VALUES = 3;

/** A value that moves further without the smallest budget than chance explains. */
export function warnBudgetShift(shifts: readonly BudgetShift[]): FitWarning[] {
  const worst = largest(shifts, ({ value, changed, chance, asRatio }) => {
    const change = asRatio ? Math.log(changed / value) : changed - value;
    return Math.abs(change) / (chance || Number.NaN);
  });
  if (worst === undefined || worst.size <= (shifts.length === 1 ? ONE_VALUE : SEVERAL_VALUES)) return [];
  const { name, value, changed, chance, asRatio, without } = worst.shift;
  const explained = asRatio ? `by ${(100 * Math.expm1(chance!)).toPrecision(2)} %` : `by ${shown(chance!)}`;
  return [
    warn(
      "budget-sensitive",
      `Without ${without} ${name} goes from ${shown(value)} to ${shown(changed)}; chance alone would move it ${explained}.`,
    ),
  ];
}

/** A value that moves by more than its standard error with Huber's delta. */
export function warnDeltaShift(shifts: readonly DeltaShift[]): FitWarning[] {
  const worst = largest(
    shifts,
    ({ value, standardError, smaller, larger }) =>
      Math.max(Math.abs(smaller - value), Math.abs(larger - value)) / (standardError || Number.NaN),
  );
  if (worst === undefined || worst.size <= 1) return [];
  const { name, value, standardError, smaller, larger } = worst.shift;
  return [
    warn(
      "delta-sensitive",
      `At Huber's delta ${name} is ${shown(value)} ± ${shown(standardError!)}; at a tenth of it ${shown(smaller)}, at ten times it ${shown(larger)}.`,
    ),
  ];
}

/** Where the values went, for the diagnostics of a fit. */
export function shiftDiagnostics(
  budget: readonly BudgetShift[],
  delta: readonly DeltaShift[] = [],
): FitResult["diagnostics"] {
  return Object.fromEntries([
    ...delta.flatMap(({ key, smaller, larger }) => [
      [`${key}AtTenthDelta`, smaller],
      [`${key}AtTenfoldDelta`, larger],
    ]),
    ...budget.map(({ key, changed }) => [`${key}WithoutSmallestBudget`, changed]),
  ]);
}

function largest<S>(shifts: readonly S[], sizeOf: (shift: S) => number): { shift: S; size: number } | undefined {
  return shifts
    .map((shift) => ({ shift, size: sizeOf(shift) }))
    .filter(({ size }) => Number.isFinite(size))
    .sort((p, q) => q.size - p.size)[0];
}

const shown = (value: number): string =>
  Math.abs(value) < 10 && Math.abs(value) >= 1e-3 ? value.toFixed(3) : Number(value.toPrecision(4)).toString();

import { warn } from "../statements/fit.js";
import type { LeftOut } from "../statements/words.js";
import type { FitResult, FitWarning } from "./result.js";

/** A fitted value, and where it goes without the smallest budget. */
export interface BudgetShift {
  /** As in the diagnostics: "exponent". */
  readonly key: string;
  /** Its symbol: "a", "1/(1 + RD)". */
  readonly name: string;
  readonly value: number;
  readonly changed: number;
  /** What was left out. */
  readonly without: LeftOut;
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
  return [warn("budget-sensitive", { without, name, value, changed, chance: chance!, asRatio: asRatio ?? false })];
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
  return [warn("delta-sensitive", { name, value, error: standardError!, smaller, larger })];
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

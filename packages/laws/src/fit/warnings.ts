import { mean } from "../numerics/statistics.js";
import type { CountingConvention, RunRecord } from "../record.js";
import { type BootstrapOver, FEWEST_DRAWS } from "../uncertainty/bootstrap.js";
import type { FitWarning } from "./result.js";

/** Codes of the warnings that fits give. */
export type WarningCode =
  | "few-points"
  | "few-minima"
  | "parameter-at-bound"
  | "edge-minimum"
  | "non-convex"
  | "narrow-compute-range"
  | "poor-convergence"
  | "mixed-convention"
  | "bootstrap-failures"
  | "exponents-sum"
  | "no-frontier"
  | "extrapolation"
  | "collinear-design"
  | "skipped-curves"
  | "second-basin"
  | "ill-conditioned"
  | "delta-sensitive"
  | "budget-sensitive"
  | "off-centre"
  | "wide-profile"
  | "uneven-budgets"
  | "duplicate-runs"
  | "dependent-rows"
  | "no-intervals"
  | "interval-coverage";

export function warn(code: WarningCode, message: string): FitWarning {
  return { code, message };
}

/** Fewer than three observations a parameter leave no room to see a misfit. */
export function warnFewPoints(points: number, parameters: number, what: string): FitWarning[] {
  if (points >= 3 * parameters) return [];
  return [
    warn("few-points", `${points} ${what} determine ${parameters} parameters; intervals will be wide or misleading.`),
  ];
}

/** Less than a decade of compute says little about an exponent. */
export function warnComputeRange(flops: readonly number[]): FitWarning[] {
  const { least, largest } = rangeOf(flops);
  const decades = Math.log10(largest / least);
  if (decades >= 1) return [];
  return [
    warn("narrow-compute-range", `The compute spans ${decades.toFixed(2)} decades; exponents need at least one.`),
  ];
}

/** Least and largest; spreading a large array into Math.min would overflow the stack. */
export function rangeOf(values: readonly number[]): { least: number; largest: number } {
  let least = Number.POSITIVE_INFINITY;
  let largest = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    least = Math.min(least, value);
    largest = Math.max(largest, value);
  }
  return { least, largest };
}

/** Under convention 6N, C must be 6ND: where it is not, N or C was counted in another way (Pearce & Song 2024). */
export function warnConvention(records: readonly RunRecord[], convention?: CountingConvention): FitWarning[] {
  if (convention?.flops !== "6N") return [];
  const off = records.filter((r) => Math.abs(r.flops / (6 * r.parameters * r.tokens) - 1) > 0.03);
  if (off.length === 0) return [];
  const first = off[0]!;
  const ratio = (first.flops / (6 * first.parameters * first.tokens)).toPrecision(3);
  return [
    warn(
      "mixed-convention",
      `${off.length} of ${records.length} runs do not satisfy C = 6ND (first "${first.id}": C/6ND = ${ratio}): ` +
        "their N and C were counted in different ways, which bends the exponents.",
    ),
  ];
}

/** Rows imported twice make every interval too narrow; a second seed never has the same loss to the last digit. */
export function warnCopies(records: readonly RunRecord[]): FitWarning[] {
  const losses = new Set<number>();
  const shared = new Set<number>();
  for (const { loss } of records) (losses.has(loss) ? shared : losses).add(loss);
  const suspects = records.filter((r) => shared.has(r.loss));
  const distinct = new Set(suspects.map((r) => [r.parameters, r.tokens, r.flops, r.loss].join("/")));
  const copies = suspects.length - distinct.size;
  if (copies === 0) return [];
  return [
    warn(
      "duplicate-runs",
      `${copies} of ${records.length} runs have the N, D, C and loss of another run: if they are copies, they are no ` +
        "new points, and the intervals are too narrow.",
    ),
  ];
}

/** Where D follows N (as 20 tokens a parameter throughout), no fit can tell the two terms of L(N, D) apart. */
export function warnCollinear(records: readonly RunRecord[]): FitWarning[] {
  const logN = records.map((r) => Math.log(r.parameters));
  const logD = records.map((r) => Math.log(r.tokens));
  const [n, d] = [mean(logN), mean(logD)];
  const covariance = mean(logN.map((v, i) => (v - n) * (logD[i]! - d)));
  const correlation = covariance / Math.sqrt(mean(logN.map((v) => (v - n) ** 2)) * mean(logD.map((v) => (v - d) ** 2)));
  if (!(Math.abs(correlation) > 0.98)) return [];
  return [
    warn(
      "collinear-design",
      `ln N and ln D correlate at ${correlation.toFixed(3)}: train the same size on several amounts of data to tell alpha from beta.`,
    ),
  ];
}

/** Checkpoints of one run share its noise. */
export function warnDependentRows(repeated: number, over: BootstrapOver | undefined): FitWarning[] {
  if (repeated === 0) return [];
  const drawn =
    over === undefined || over === "runs"
      ? "resampled run by run"
      : `resampled over ${over} all the same, which makes the intervals too narrow`;
  return [warn("dependent-rows", `${repeated} observations come from the same training run as another one: ${drawn}.`)];
}

/** Resamples were asked for, but too few could be fitted to give percentiles. */
export function warnNoIntervals(draws: {
  readonly rows: readonly unknown[];
  readonly attempted: number;
}): FitWarning[] {
  if (draws.attempted === 0 || draws.rows.length >= FEWEST_DRAWS) return [];
  return [
    warn("no-intervals", `Only ${draws.rows.length} of ${draws.attempted} resamples could be fitted: no intervals.`),
  ];
}

/**
 * An exponent that moves further without the smallest budget than chance explains: of an estimate and a less efficient
 * one, the difference has the variances' difference (Hausman 1978, Econometrica 46, 1251).
 */
export function warnBudgetShift(
  budget: number,
  exponent: number,
  without: number,
  varianceRatio: number,
  standardError: number,
): FitWarning[] {
  const chance = standardError * Math.sqrt(Math.max(varianceRatio - 1, 0));
  if (!(chance > 0 && Math.abs(without - exponent) > 1.96 * chance)) return [];
  return [
    warn(
      "budget-sensitive",
      `Without the smallest budget (${budget.toExponential(2)} FLOPs) the exponent a goes from ${exponent.toFixed(3)} to ` +
        `${without.toFixed(3)}; chance alone would move it by ${chance.toFixed(3)}.`,
    ),
  ];
}

/** Designs with fewer runs than this were tried where intervals of least squares came out too narrow. */
const FEW_RUNS = 100;

/**
 * Where simulated studies of such a design found nominal 95 % intervals to hold the truth outside 92 to 98 % of the time
 * (docs/coverage.md, made by dev/coverage.mjs). Only said where there are intervals.
 */
export function warnCoverage(
  what: "envelope" | "least-squares" | "kaplan" | "profile" | "wide",
  draws: { readonly rows: readonly unknown[] },
  runs = 0,
): FitWarning[] {
  const found = {
    envelope:
      "the exponents' held the truth in 99 to 100 % (they are too wide), the loss's in 84 to 87 % (they are too narrow)",
    "least-squares":
      "those of least squares over fewer than 100 runs held it in 91 to 94 %: they are somewhat too narrow",
    kaplan: "those of Kaplan's L(N, D) over fewer than 100 runs held it in 90 to 92 %: they are somewhat too narrow",
    profile:
      "profile likelihoods of this loss held it in 86 to 88 %: prefer the bootstrap's, which held it in 95 to 98 %",
    wide: "those of N_opt from sizes that span a factor of 100 held it in 85 %: the parabola's bias is no noise",
  }[what];
  if (draws.rows.length < FEWEST_DRAWS && what !== "profile") return [];
  if ((what === "least-squares" || what === "kaplan") && runs >= FEW_RUNS) return [];
  return [warn("interval-coverage", `Of nominal 95 % intervals in simulated studies, ${found}.`)];
}

export function warnBootstrap(failed: number, total: number): FitWarning[] {
  if (failed === 0) return [];
  return [warn("bootstrap-failures", `${failed} of ${total} resamples could not be fitted and are left out.`)];
}

/** With C ∝ N^q D, q a + b = 1; regressions of N and D apart need not keep it. */
export function warnExponentSum(a: number, b: number, costExponent: number): FitWarning[] {
  const sum = costExponent * a + b;
  if (Math.abs(sum - 1) <= 0.02) return [];
  return [warn("exponents-sum", `a + b = ${(a + b).toFixed(3)}, where C ∝ ND demands 1: N, D and C do not agree.`)];
}

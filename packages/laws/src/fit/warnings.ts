import { mean } from "../numerics/statistics.js";
import type { CountingConvention, RunRecord } from "../record.js";
import type { fitSentences } from "../statements/fit.js";
import { warn } from "../statements/fit.js";
import type { CodeOf } from "../statements/statement.js";
import { type BootstrapOver, FEWEST_DRAWS } from "../uncertainty/bootstrap.js";
import type { FitWarning } from "./result.js";

/** Codes of the warnings that fits give. */
export type WarningCode = CodeOf<keyof typeof fitSentences>;

/** Fewer than three observations a parameter leave no room to see a misfit. */
export function warnFewPoints(points: number, parameters: number, what: "runs" | "rows" | "repeating"): FitWarning[] {
  if (points >= 3 * parameters) return [];
  return [warn("few-points", { points, parameters, what })];
}

/** Less than a decade of compute says little about an exponent. */
export function warnComputeRange(flops: readonly number[]): FitWarning[] {
  const { least, largest } = rangeOf(flops);
  const decades = Math.log10(largest / least);
  if (decades >= 1) return [];
  return [warn("narrow-compute-range", { decades })];
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

/**
 * Two signs that N or C was counted in several ways (Pearce & Song 2024): under convention 6N a run whose C is not 6ND; under
 * any other, one model size with several FLOPs per token.
 */
export function warnConvention(records: readonly RunRecord[], convention?: CountingConvention): FitWarning[] {
  const perToken = (r: RunRecord) => r.flops / (6 * r.parameters * r.tokens);
  if (convention?.flops === "6N") {
    const off = records.filter((r) => Math.abs(perToken(r) - 1) > 0.03);
    const [first] = off;
    if (first === undefined) return [];
    const ratio = perToken(first);
    return [warn("mixed-convention/six-nd", { off: off.length, runs: records.length, first: first.id, ratio })];
  }
  const bySize = new Map<number, { least: number; largest: number }>();
  for (const r of records) {
    const ratio = perToken(r);
    const seen = bySize.get(r.parameters);
    if (seen === undefined) bySize.set(r.parameters, { least: ratio, largest: ratio });
    else {
      seen.least = Math.min(seen.least, ratio);
      seen.largest = Math.max(seen.largest, ratio);
    }
  }
  const mixed = [...bySize].filter(([, { least, largest }]) => largest / least > ONE_COUNT);
  const [first] = mixed;
  if (first === undefined) return [];
  const [size, { least, largest }] = first;
  const values = { mixed: mixed.length, sizes: bySize.size, first: size, least, largest };
  return [warn("mixed-convention/sizes", values)];
}

/** Rounded N, D and C of one model differ by less. */
const ONE_COUNT = 1.05;

/** A gradient larger than this, relative to what it is made of, is no minimum's. */
const STATIONARY = 1e-3;

/** A search that ran out of iterations, or ended on a slope. */
export function warnConvergence(converged: boolean, relativeGradient: number): FitWarning[] {
  if (!converged) {
    return [warn("poor-convergence/iterations")];
  }
  if (relativeGradient <= STATIONARY) return [];
  return [warn("poor-convergence/slope", { relativeGradient })];
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
  return [warn("duplicate-runs", { copies, runs: records.length })];
}

/** Where D follows N (as 20 tokens a parameter throughout), no fit can tell the two terms of L(N, D) apart. */
export function warnCollinear(records: readonly RunRecord[]): FitWarning[] {
  const logN = records.map((r) => Math.log(r.parameters));
  const logD = records.map((r) => Math.log(r.tokens));
  const [n, d] = [mean(logN), mean(logD)];
  const covariance = mean(logN.map((v, i) => (v - n) * (logD[i]! - d)));
  const correlation = covariance / Math.sqrt(mean(logN.map((v) => (v - n) ** 2)) * mean(logD.map((v) => (v - d) ** 2)));
  if (!(Math.abs(correlation) > 0.98)) return [];
  return [warn("collinear-design", { correlation })];
}

/**
 * Checkpoints of one run share its noise.
 * @param over what was drawn anew
 */
export function warnDependentRows(repeated: number, over: BootstrapOver | "none" = "none"): FitWarning[] {
  if (repeated === 0) return [];
  return [warn("dependent-rows", { repeated, over })];
}

/** Resamples were asked for, but too few could be fitted to give percentiles. */
export function warnNoIntervals(draws: {
  readonly rows: readonly unknown[];
  readonly attempted: number;
}): FitWarning[] {
  if (draws.attempted === 0 || draws.rows.length >= FEWEST_DRAWS) return [];
  return [warn("no-intervals", { fitted: draws.rows.length, resamples: draws.attempted })];
}

/**
 * Where simulated studies of such a design found nominal 95 % intervals to hold the truth outside 92 to 98 % of the time
 * (docs/coverage.md, made by dev/coverage.mjs). Only said where there are intervals.
 */
export function warnCoverage(
  what: "envelope" | "profile" | "wide",
  draws: { readonly rows: readonly unknown[] },
): FitWarning[] {
  if (draws.rows.length < FEWEST_DRAWS && what !== "profile") return [];
  return [warn(`interval-coverage/${what}`)];
}

export function warnBootstrap(failed: number, total: number): FitWarning[] {
  if (failed === 0) return [];
  return [warn("bootstrap-failures", { failed, resamples: total })];
}

/** A condition number beyond which some combination of the parameters is hardly determined. */
export function warnCondition(condition: number): FitWarning {
  return warn("ill-conditioned/scaled", { condition });
}

/** With C ∝ N^q D, q a + b = 1; regressions of N and D apart need not keep it. */
export function warnExponentSum(a: number, b: number, costExponent: number): FitWarning[] {
  const sum = costExponent * a + b;
  if (Math.abs(sum - 1) <= 0.02) return [];
  return [warn("exponents-sum", { sum: a + b })];
}

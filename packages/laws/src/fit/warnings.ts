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

/**
 * Two signs that N or C was counted in several ways (Pearce & Song 2024): under convention 6N a run whose C is not 6ND; under
 * any other, one model size with several FLOPs per token.
 */
export function warnConvention(records: readonly RunRecord[], convention?: CountingConvention): FitWarning[] {
  const perToken = (r: RunRecord) => r.flops / (6 * r.parameters * r.tokens);
  const bends = "N and C were counted in different ways, which bends the exponents.";
  if (convention?.flops === "6N") {
    const off = records.filter((r) => Math.abs(perToken(r) - 1) > 0.03);
    const [first] = off;
    if (first === undefined) return [];
    const told = `${off.length} of ${records.length} runs do not satisfy C = 6ND (first "${first.id}": C/6ND = ${perToken(first).toPrecision(3)})`;
    return [warn("mixed-convention", `${told}: their ${bends}`)];
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
  const told = `${mixed.length} of ${bySize.size} sizes have several FLOPs per token (first N = ${size.toPrecision(4)}: C/6ND from ${least.toPrecision(3)} to ${largest.toPrecision(3)})`;
  return [warn("mixed-convention", `${told}: ${bends}`)];
}

/** Rounded N, D and C of one model differ by less. */
const ONE_COUNT = 1.05;

/** A gradient larger than this, relative to what it is made of, is no minimum's. */
const STATIONARY = 1e-3;

/** A search that ran out of iterations, or ended on a slope. */
export function warnConvergence(converged: boolean, relativeGradient: number): FitWarning[] {
  if (!converged) {
    return [warn("poor-convergence", "The minimiser ran out of iterations; the objective was still falling.")];
  }
  if (relativeGradient <= STATIONARY) return [];
  const size = relativeGradient.toExponential(1);
  return [warn("poor-convergence", `The gradient has not vanished: ${size} of what it is made of is left.`)];
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

/**
 * Checkpoints of one run share its noise.
 * @param over what was drawn anew
 */
export function warnDependentRows(repeated: number, over: BootstrapOver | "none" = "none"): FitWarning[] {
  if (repeated === 0) return [];
  const drawn = {
    runs: "resampled run by run",
    rows: "resampled over rows all the same, which makes the intervals too narrow",
    noise: "each given a noise of its own, which makes the intervals too narrow",
    none: "no intervals depend on it",
  }[over];
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
 * Where simulated studies of such a design found nominal 95 % intervals to hold the truth outside 92 to 98 % of the time
 * (docs/coverage.md, made by dev/coverage.mjs). Only said where there are intervals.
 */
export function warnCoverage(
  what: "envelope" | "profile" | "wide",
  draws: { readonly rows: readonly unknown[] },
): FitWarning[] {
  const found = {
    envelope:
      "the exponents' held the truth in 99 to 100 % (they are too wide), the loss's in 84 to 87 % (they are too narrow)",
    profile:
      "profile likelihoods of this loss held it in 86 to 88 %: prefer the bootstrap's, which held it in 95 to 98 %",
    wide: "those of N_opt from sizes that span a factor of 100 held it in 85 %: the parabola's bias is no noise",
  }[what];
  if (draws.rows.length < FEWEST_DRAWS && what !== "profile") return [];
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

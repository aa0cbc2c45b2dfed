/** What was drawn anew. */
export type Resampled = "rows" | "runs" | "noise" | "none";

const BENT = "N and C were counted in different ways, which bends the exponents.";

/** What fits of whatever procedure warn of. */
export const commonSentences = {
  "few-points": (v: { points: number; parameters: number; what: "runs" | "rows" | "repeating" }) =>
    `${v.points} ${v.what === "repeating" ? "runs that repeat data or have excess parameters" : v.what} determine ${v.parameters} parameters; intervals will be wide or misleading.`,
  "narrow-compute-range": (v: { decades: number }) =>
    `The compute spans ${v.decades.toFixed(2)} decades; exponents need at least one.`,
  "poor-convergence/iterations": () => "The minimiser ran out of iterations; the objective was still falling.",
  "poor-convergence/slope": (v: { relativeGradient: number }) =>
    `The gradient has not vanished: ${v.relativeGradient.toExponential(1)} of what it is made of is left.`,
  "mixed-convention/six-nd": (v: { off: number; runs: number; first: string; ratio: number }) =>
    `${v.off} of ${v.runs} runs do not satisfy C = 6ND (first "${v.first}": C/6ND = ${v.ratio.toPrecision(3)}): their ${BENT}`,
  "mixed-convention/sizes": (v: { mixed: number; sizes: number; first: number; least: number; largest: number }) =>
    `${v.mixed} of ${v.sizes} sizes have several FLOPs per token (first N = ${v.first.toPrecision(4)}: C/6ND from ${v.least.toPrecision(3)} to ${v.largest.toPrecision(3)}): ${BENT}`,
  "bootstrap-failures": (v: { failed: number; resamples: number }) =>
    `${v.failed} of ${v.resamples} resamples could not be fitted and are left out.`,
  "exponents-sum": (v: { sum: number }) =>
    `a + b = ${v.sum.toFixed(3)}, where C ∝ ND demands 1: N, D and C do not agree.`,
  "collinear-design": (v: { correlation: number }) =>
    `ln N and ln D correlate at ${v.correlation.toFixed(3)}: train the same size on several amounts of data to tell alpha from beta.`,
  "duplicate-runs": (v: { copies: number; runs: number }) =>
    `${v.copies} of ${v.runs} runs have the N, D, C and loss of another run: if they are copies, they are no new points, and the intervals are too narrow.`,
  "dependent-rows": (v: { repeated: number; over: Resampled }) => {
    const drawn = {
      runs: "resampled run by run",
      rows: "resampled over rows all the same, which makes the intervals too narrow",
      noise: "each given a noise of its own, which makes the intervals too narrow",
      none: "no intervals depend on it",
    }[v.over];
    return `${v.repeated} observations come from the same training run as another one: ${drawn}.`;
  },
  "no-intervals": (v: { fitted: number; resamples: number }) =>
    `Only ${v.fitted} of ${v.resamples} resamples could be fitted: no intervals.`,
  "ill-conditioned/scaled": (v: { condition: number }) =>
    `The condition number is ${v.condition.toExponential(0)}, scaled.`,
  "interval-coverage/envelope": () =>
    "Of nominal 95 % intervals in simulated studies, the exponents' held the truth in 99 to 100 % (they are too wide), the loss's in 84 to 87 % (they are too narrow).",
  "interval-coverage/profile": () =>
    "Of nominal 95 % intervals in simulated studies, profile likelihoods of this loss held it in 86 to 88 %: prefer the bootstrap's, which held it in 95 to 98 %.",
  "interval-coverage/wide": () =>
    "Of nominal 95 % intervals in simulated studies, those of N_opt from sizes that span a factor of 100 held it in 85 %: the parabola's bias is no noise.",
} as const;

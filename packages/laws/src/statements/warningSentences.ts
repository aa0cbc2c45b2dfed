import {
  constants,
  decayScale,
  fittedValue,
  type LeftOut,
  leftOutText,
  PROFILE_REASONS,
  type ProfileReason,
  percent,
  shown,
} from "./words.js";

const BENT = "N and C were counted in different ways, which bends the exponents.";

/** Another minimum, or the lowest of several. */
const another = (rivals: number): string =>
  rivals === 1 ? "Another minimum is" : `There are ${rivals} more minima, the lowest`;

/** What fits and their forecasts warn of, in English: a sentence for each way in which a code comes about. */
export const fitSentences = {
  "few-points": (v: { points: number; parameters: number; what: "runs" | "rows" | "repeating" }) =>
    `${v.points} ${v.what === "repeating" ? "runs that repeat data or have excess parameters" : v.what} determine ${v.parameters} parameters; intervals will be wide or misleading.`,
  "few-points/budget": (v: { budget: number; reason: ProfileReason }) => leftOutBudget(v),
  "few-points/budgets": (v: { few: number; budgets: number; runs: number; first: number }) =>
    `${v.few} of ${v.budgets} budgets are left out, with ${v.runs} runs: a minimum needs three sizes (first ${v.first.toPrecision(3)}).`,
  "few-points/envelope": (v: { sizes: number }) => `The fitted envelope passes through ${v.sizes} sizes only.`,
  "few-minima/two": () =>
    "Two minima fix the exponents exactly, and show no irreducible loss: L_opt(C) is too low beyond them, and has no interval.",
  "few-minima/three": () =>
    "Three minima fix E, k and gamma of L_opt(C) exactly: nothing is left to check the loss by.",
  "few-minima/line": () => "Two points fix the power law exactly.",
  "few-minima/forecast": () => "Two minima show no irreducible loss: the loss forecast is too low beyond them.",
  "parameter-at-bound": (v: { name: string; value: number; floor: boolean }) =>
    `${v.name} = ${v.value.toPrecision(3)} lies at its bound: ${v.floor ? "no irreducible loss can be told from these runs" : "the runs do not determine this term"}.`,
  "parameter-at-bound/term": (v: { name: string; share: number }) =>
    `${v.name}'s term is ${v.share.toExponential(1)} of the loss: the runs do not show it.`,
  "parameter-at-bound/exponent": (v: { name: string; value: number }) => `${v.name} lies at its bound ${v.value}.`,
  "parameter-at-bound/frontier": () =>
    "The losses show no irreducible loss: L_opt(C) is a pure power law, E = 0 or gamma at its bound.",
  "parameter-at-bound/rows": (v: { name: string; value: number }) =>
    `${v.name} = ${v.value.toPrecision(3)} lies at its bound: these rows do not determine it.`,
  "parameter-at-bound/unseen": (v: { name: string }) =>
    `${v.name} moves no prediction: these rows do not show its term.`,
  "parameter-at-bound/uninformed": (v: { name: "RD" | "RN" }) =>
    `No run has ${repeatedOf(v.name)}: ${v.name} is not determined, and set to no decay.`,
  "parameter-at-bound/no-decay": (v: { name: "RD" | "RN"; written: number }) =>
    `${v.name} is infinite (written ${v.written}): ${repeatedOf(v.name)} lose nothing in these runs.`,
  "parameter-at-bound/worthless": (v: { name: "RD" | "RN"; value: number }) =>
    `${v.name} lies at its bound ${v.value.toPrecision(2)}: ${repeatedOf(v.name)} are worth nothing.`,
  "edge-minimum": (v: { budget: number; reason: ProfileReason }) => leftOutBudget(v),
  "edge-minimum/envelope": (v: { share: number }) =>
    `On ${Math.round(100 * v.share)} % of the envelope the smallest or largest size wins; these stretches are not fitted.`,
  "non-convex": (v: { budget: number; reason: ProfileReason }) => leftOutBudget(v),
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
  "no-frontier": () => "No two isoFLOP minima: the law goes through the best runs, which need not be optimal.",
  extrapolation: (v: { factor: number; than: "largest" | "smallest" }) =>
    `The budget is ${v.factor.toPrecision(2)} times the ${v.than} that was fitted.`,
  "collinear-design": (v: { correlation: number }) =>
    `ln N and ln D correlate at ${v.correlation.toFixed(3)}: train the same size on several amounts of data to tell alpha from beta.`,
  "skipped-curves": (v: { without: number; runs: number }) =>
    `${v.without} of ${v.runs} runs have no training curve of three points and are left out.`,
  "second-basin": (v: {
    rivals: number;
    excess: number;
    constants: Readonly<Record<string, number>>;
    exponent: number;
    own: number;
  }) =>
    `${another(v.rivals)} ${(100 * v.excess).toPrecision(2)} % higher: ${constants(v.constants)}, a ${v.exponent.toPrecision(3)} (here a ${v.own.toPrecision(3)}).`,
  "second-basin/kaplan": (v: { rivals: number; excess: number; constants: Readonly<Record<string, number>> }) =>
    `${another(v.rivals)} ${(100 * v.excess).toPrecision(2)} % higher: ${constants(v.constants)}.`,
  "second-basin/frontier": (v: { E: number; gamma: number; ownE: number; ownGamma: number }) =>
    `L_opt(C) has another minimum, which the losses cannot tell from the fit: E ${v.E.toPrecision(4)}, gamma ${v.gamma.toPrecision(3)} (here E ${v.ownE.toPrecision(4)}, gamma ${v.ownGamma.toPrecision(3)}).`,
  "second-basin/rows": (v: { constants: Readonly<Record<string, number>>; objective: number; own: number }) =>
    `Another minimum, which these rows cannot tell from the fit: ${constants(v.constants)} (objective ${v.objective.toPrecision(5)} against ${v.own.toPrecision(5)}).`,
  "second-basin/decay": (v: { chosen: boolean; own: DecayMinimum; others: readonly DecayMinimum[] }) =>
    `Besides the ${v.chosen ? "minimum chosen" : "lowest minimum"} (${decayMinimum(v.own)}) the objective has ${v.others.map(decayMinimum).join("; ")}. Choose one by a start near it.`,
  "ill-conditioned": (v: { condition: number }) =>
    `The condition number of the five parameters is ${v.condition.toExponential(0)}, in scaled variables.`,
  "ill-conditioned/infinite": () => "The condition number of the five parameters is infinite, in scaled variables.",
  "ill-conditioned/scaled": (v: { condition: number }) =>
    `The condition number is ${v.condition.toExponential(0)}, scaled.`,
  "ill-conditioned/rows": (v: { condition: number }) =>
    `The Gauss-Newton matrix has condition number ${v.condition.toExponential(1)} in scaled variables: some combination of parameters is hardly determined.`,
  "ill-conditioned/frontier": (v: { condition: number }) =>
    `L_opt(C) has condition number ${v.condition.toExponential(0)} in E, k and gamma: the losses hardly determine how much of them is irreducible.`,
  "delta-sensitive": (v: { name: string; value: number; error: number; smaller: number; larger: number }) =>
    `At Huber's delta ${fittedValue(v.name)} is ${shown(v.value)} ± ${shown(v.error)}; at a tenth of it ${shown(v.smaller)}, at ten times it ${shown(v.larger)}.`,
  "budget-sensitive": (v: {
    without: LeftOut;
    name: string;
    value: number;
    changed: number;
    chance: number;
    asRatio: boolean;
  }) =>
    `Without ${leftOutText(v.without)} ${fittedValue(v.name)} goes from ${shown(v.value)} to ${shown(v.changed)}; chance alone would move it by ${v.asRatio ? `${(100 * Math.expm1(v.chance)).toPrecision(2)} %` : shown(v.chance)}.`,
  "off-centre": (v: { far: number; minima: number; budget: number; offset: number }) =>
    `${v.far} of ${v.minima} minima lie more than half-way from the middle of their sizes to an edge (at ${v.budget.toPrecision(3)}: ${(100 * v.offset).toFixed(0)} %): they are less certain, and biased.`,
  "wide-profile": (v: { span: number; shift: number }) =>
    `The profiles are lopsided, over sizes that span a factor of up to ${v.span.toPrecision(2)}: a cubic term moves their parabolas' minima by up to ${(100 * v.shift).toFixed(0)} % in N.`,
  "uneven-budgets": (v: {
    cut: number;
    budgets: number;
    uneven: number;
    minima: number;
    spread: number;
    curve: "parabola" | "akima";
  }) => `${unevenParts(v).join("; ")}.`,
  "duplicate-runs": (v: { copies: number; runs: number }) =>
    `${v.copies} of ${v.runs} runs have the N, D, C and loss of another run: if they are copies, they are no new points, and the intervals are too narrow.`,
  "duplicate-runs/rows": (v: { copies: number; rows: number }) =>
    `${v.copies} of ${v.rows} rows have the inputs and the y of another: intervals are too narrow.`,
  "dependent-rows": (v: { repeated: number; over: Resampled }) => {
    const drawn = {
      runs: "resampled run by run",
      rows: "resampled over rows all the same, which makes the intervals too narrow",
      noise: "each given a noise of its own, which makes the intervals too narrow",
      none: "no intervals depend on it",
    }[v.over];
    return `${v.repeated} observations come from the same training run as another one: ${drawn}.`;
  },
  "dependent-rows/profiles": ({ over }: { over: Resampled }) => {
    const how =
      over === "runs"
        ? "their errors are redrawn together"
        : over === "none"
          ? "no intervals depend on it"
          : `the intervals, drawn over ${over}, take them as independent`;
    return `Several observations come from one training run: ${how}.`;
  },
  "no-intervals": (v: { fitted: number; resamples: number }) =>
    `Only ${v.fitted} of ${v.resamples} resamples could be fitted: no intervals.`,
  "no-intervals/spline": () =>
    "An Akima spline passes through every size, which shows no noise: there are no intervals. Runs of several seeds, or a given seed noise, give some.",
  "no-intervals/parabola": () =>
    "Every parabola passes through its runs exactly, which shows no noise: there are no intervals. Four sizes a budget give some.",
  "interval-coverage/envelope": () =>
    "Of nominal 95 % intervals in simulated studies, the exponents' held the truth in 99 to 100 % (they are too wide), the loss's in 84 to 87 % (they are too narrow).",
  "interval-coverage/profile": () =>
    "Of nominal 95 % intervals in simulated studies, profile likelihoods of this loss held it in 86 to 88 %: prefer the bootstrap's, which held it in 95 to 98 %.",
  "interval-coverage/wide": () =>
    "Of nominal 95 % intervals in simulated studies, those of N_opt from sizes that span a factor of 100 held it in 85 %: the parabola's bias is no noise.",
} as const;

/** What was drawn anew. */
type Resampled = "rows" | "runs" | "noise" | "none";

/** A minimum of the data-constrained objective. */
type DecayMinimum = { readonly RD: number; readonly RN: number; readonly objective: number };

const decayMinimum = ({ RD, RN, objective }: DecayMinimum): string =>
  `RD ${decayScale(RD, "infinite")}, RN ${decayScale(RN, "infinite")} at ${objective.toPrecision(6)}`;

const repeatedOf = (name: "RD" | "RN"): string => (name === "RD" ? "repeated data" : "excess parameters");

const leftOutBudget = ({ budget, reason }: { budget: number; reason: ProfileReason }): string =>
  `Budget ${budget.toPrecision(3)} is left out: ${PROFILE_REASONS[reason]}.`;

function unevenParts(v: Parameters<(typeof fitSentences)["uneven-budgets"]>[0]): string[] {
  const mend =
    v.curve === "akima"
      ? "which a spline takes for an effect of the size: a parabola has a term in ln C for it"
      : "and the parabola has a term in ln C for it";
  return [
    ...(v.cut > 0 ? [`C varies without gaps: ${v.cut} of ${v.budgets} budgets were cut out of longer chains`] : []),
    ...(v.uneven > 0
      ? [`at ${v.uneven} of ${v.minima} minima the runs' C differ by up to ${(100 * v.spread).toFixed(0)} %, ${mend}`]
      : []),
  ];
}

/** What a design of further runs warns of. */
export const designSentences = {
  "extrapolation/design": (v: { factor: number }) =>
    `The target is ${v.factor.toPrecision(2)} times the largest run, with those proposed: no design makes up for that distance.`,
  "no-intervals/design": () =>
    "The fit has too few bootstrap draws: the design rests on its one law, as if that were known.",
  "law-trusted": () =>
    "The drift is 0: small, cheap runs count as fully as large ones, however far the law may fail there.",
  "law-drifts": (v: { share: number; drift: number; likeliest: number }) =>
    `${Math.round(100 * v.share)} % of the variance of the loss forecast, after these runs, is the law's drift off the truth (${percent(v.drift)} an e-fold; ${percent(v.likeliest)} is the likeliest): only runs nearer the target lessen it.`,
} as const;

/** What the parts of a Kaplan design warn of, and a fit of the law that another was made upon. */
export const partSentences = {
  "kaplan-count": () =>
    "N counts embeddings here; Kaplan's does not, and its exponents hold for counting: { parameters: non-embedding }.",
  "not-converged": (v: { falling: number; runs: number; first: string }) =>
    `${v.falling} of ${v.runs} runs were still falling when their tokens were spent (${v.first}): their loss is above that at convergence. Give the part more tokens.`,
  "no-intervals/scan": () =>
    "The losses of one scan are read off the same runs: intervals need three seeds (design.seeds).",
} as const;

export const warningSentences = { ...fitSentences, ...designSentences, ...partSentences } as const;

export type WarningSentences = typeof warningSentences;
export type WarningName = keyof WarningSentences;

/** Around the warning of the base that a data-constrained fit is made upon. */
export const ofBase = (runs: number, message: string): string => `Base, from ${runs} single-epoch runs: ${message}`;

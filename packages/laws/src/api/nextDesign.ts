import { IsoflopError, isIsoflopError } from "../error.js";
import type { ParametricFit } from "../fit/parametric.js";
import { checkRecords } from "../fit/records.js";
import { isPositive, show } from "../fit/rowFaults.js";
import { createRandom } from "../numerics/random.js";
import { attempt, type Outcome } from "../outcome.js";
import { nextDesign as designOf, type NextDesign } from "../plan/nextDesign.js";
import type { NextDesignOptions, NextObjective } from "../plan/nextDesignPlan.js";
import { type RefitOptions, type RefitSpread, simulateRefits as spreadOf } from "../plan/nextDesignRefits.js";
import { checkOptions, checkPositive, named, namesOf, type RunInput } from "./input.js";

const OBJECTIVES = namesOf<NextObjective>({ loss: true, parameters: true, both: true });

/**
 * Which runs to add for a budget so that Approach 3, fitted anew, knows the optimum at a target compute best: an optimal design on the
 * information matrix of L(N, D) = E + A/N^alpha + B/D^beta, averaged over the fit's bootstrap draws, which reckons with
 * a law that drifts off the truth (docs/next.md). With what it is worth beside the regular isoFLOP grid of the same cost.
 *
 * @param runs those that `fit` was fitted to, in its order
 * @param fit of Approach 3, all five parameters free; the error of a fit that failed is handed on
 * @param options FLOPs to spend; the target, limits of one run, what should tighten
 * @returns the runs to add (N in parameters, D in tokens, C in FLOPs, seeds), and the standard errors of ln loss and ln N_opt at the
 * target before, after, and after the grid. Errors: "bad-record" (with `rows`), "bad-fit", "bad-budget", "bad-option",
 * "held-parameters", "no-candidates", "undetermined-law"
 *
 * @example
 * const design = nextDesign(runs, fitParametric(runs), { flops: 1e21, target: 1e22 });
 * if (!isIsoflopError(design)) console.log(design.runs, design.before.loss, design.after.loss);
 */
export function nextDesign(
  runs: readonly RunInput[],
  fit: Outcome<ParametricFit>,
  options: NextDesignOptions,
): Outcome<NextDesign> {
  return attempt(() => {
    const records = named(runs);
    checkRecords(records, 1, "A design");
    const own = fitOfRuns(fit, records.length);
    checkOptions(options, {
      choices: { objective: OBJECTIVES },
      positive: ["flops", "target", "maxRun", "minRun", "mostTokens"],
    });
    if (!isPositive(options.flops)) throw badBudget(options.flops);
    if (options.grid !== undefined) checkPositive("grid", options.grid, ["sizes", "span"]);
    for (const name of ["runs", "seeds"] as const) checkCount(name, options[name]);
    const { drift } = options;
    if (drift !== undefined && !(drift >= 0 && Number.isFinite(drift))) {
      throw badOption("drift", drift, "a share of the loss of zero or more, as 0.005");
    }
    return designOf(records, own, options);
  });
}

/**
 * What fits would spread, were the runs and those added trained over and over: losses of the fitted law with noise (and drift) drawn
 * anew, fitted anew. The check of what {@link nextDesign} reckons to first order.
 *
 * @param runs those that `fit` was fitted to
 * @param added models (N in parameters) on their data (D in tokens)
 * @param fit of Approach 3; the error of a fit that failed is handed on
 * @param options target in FLOPs; noise and drift in ln loss, as `nextDesign` gives them; how many refits
 * @returns standard deviations of ln loss and of ln N_opt at the target. Errors: "bad-record" (with `rows`), "bad-fit", "bad-option"
 *
 * @example
 * const spread = simulateRefits(runs, design.runs, fit, { target: 1e22, noise: 0.003, drift: 0, refits: 400 });
 */
export function simulateRefits(
  runs: readonly RunInput[],
  added: readonly { readonly parameters: number; readonly tokens: number }[],
  fit: Outcome<ParametricFit>,
  options: Omit<RefitOptions, "random"> & Partial<Pick<RefitOptions, "random">>,
): Outcome<RefitSpread> {
  return attempt(() => {
    const records = named(runs);
    checkRecords(records, 1, "A simulation");
    checkPositive("options", options, ["target", "noise", "refits"]);
    checkOptions({ random: options.random });
    checkCount("refits", options.refits);
    if (!(options.drift >= 0)) throw badOption("drift", options.drift, "a share of the loss of zero or more, as 0.005");
    return spreadOf(records, added, fitOfRuns(fit, records.length), {
      ...options,
      random: options.random ?? createRandom(0),
    });
  });
}

function fitOfRuns(fit: Outcome<ParametricFit>, runs: number): ParametricFit {
  if (isIsoflopError(fit)) throw fit;
  if (fit?.law === "chinchilla" && fit.residuals?.length === runs && fit.setting !== undefined) return fit;
  throw new IsoflopError({
    code: "bad-fit",
    message: `A design needs the whole fit of Approach 3 to these ${runs} runs; ${fit?.law === undefined ? show(fit) : `this fit of ${fit.law} has ${fit.residuals?.length ?? 0} residuals`}.`,
    hint: "Give what fitParametric(runs) returns for the same runs.",
  });
}

function checkCount(name: string, value: unknown): void {
  if (value === undefined || (Number.isSafeInteger(value) && (value as number) > 0)) return;
  throw badOption(name, value, "a whole number of one or more");
}

function badBudget(flops: unknown): IsoflopError {
  return new IsoflopError({
    code: "bad-budget",
    message: `The budget must be a positive number of FLOPs, not ${show(flops)}.`,
    hint: "Write 1e21.",
  });
}

function badOption(name: string, value: unknown, wanted: string): IsoflopError {
  return new IsoflopError({
    code: "bad-option",
    message: `${name} = ${show(value)} is not possible.`,
    hint: `Give ${wanted}.`,
  });
}

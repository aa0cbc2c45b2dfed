import { IsoflopError, isIsoflopError } from "../error.js";
import type { DataConstrainedFit } from "../fit/dataConstrained.js";
import type { Optimum } from "../fit/result.js";
import { isPositive, show } from "../fit/rowFaults.js";
import type { AllocationFit } from "../forecast/laws.js";
import type { ComputeCost } from "../model/computeCost.js";
import { attempt, type Outcome } from "../outcome.js";
import {
  type Alternative,
  dataConstrainedAlternative as dataConstrained,
  inferenceAwareAlternative as inferenceAware,
} from "../plan/alternatives.js";
import { lawFromFit as lawOf } from "../plan/fitLaw.js";
import { type InferenceAwareOptimum, inferenceAwareOptimum as leastTotal } from "../plan/inferenceAware.js";
import { type Plan, type PlanOptions, plan as planOf } from "../plan/plan.js";
import type { NamedLaw } from "../published/law.js";
import { publishedLaw as lawNamed } from "../published/laws.js";
import { checkOptions, fitOf, PLANNING } from "./input.js";

/** What can be planned by: the name of a published law, a law, or a fit of one's own. */
export type PlanningLaw = string | NamedLaw | Outcome<AllocationFit | DataConstrainedFit>;

function lawToPlanBy(law: PlanningLaw): NamedLaw {
  if (typeof law === "string") return lawNamed(law);
  if (typeof law === "object" && law !== null && "optimum" in law && typeof law.optimum === "function") return law;
  return lawOf(fitOf(law as Outcome<AllocationFit | DataConstrainedFit>, PLANNING));
}

/**
 * What to train with a compute budget: N_opt, D_opt and the loss by one law, what half and double the size would cost,
 * published models beside it, and on request the optimum under limited unique tokens (Muennighoff et al. 2023) or with
 * the cost of serving (Sardana et al. 2023).
 *
 * @param law the name of a published law ("besiroglu-2024"), a law, or a fit; the error of a fit that failed is handed on
 * @param flops C in the law's own counting convention
 * @param options unique tokens that exist; tokens to be served
 * @returns N in parameters, D in tokens, loss in nats per token, 95 % intervals where the law comes with its draws.
 * Errors: "unknown-law", "bad-fit", "bad-budget", "law-without-loss", "bad-unique-tokens", "bad-inference-tokens"
 *
 * @example
 * const made = plan("besiroglu-2024", 5.76e23);
 * if (!isIsoflopError(made)) made.optimum.parameters;
 */
export function plan(law: PlanningLaw, flops: number, options?: PlanOptions): Outcome<Plan> {
  return attempt(() => {
    checkOptions(options);
    return planOf(lawToPlanBy(law), flops, options);
  });
}

/**
 * A fit as a law to plan by, with its intervals.
 *
 * @param fit of Approach 1, 2, 3, Kaplan's L(N, D) or repeated data; the error of a fit that failed is handed on
 * @param name default: that of its approach
 * @returns the law; it holds functions, so it is not JSON. Errors: "bad-fit"
 *
 * @example
 * const law = lawFromFit(fitParametric(runs), "mine");
 */
export function lawFromFit(fit: Outcome<AllocationFit | DataConstrainedFit>, name?: string): Outcome<NamedLaw> {
  return attempt(() => lawOf(fitOf(fit, PLANNING), name));
}

/**
 * The best model for the same compute when only so many unique tokens exist (Muennighoff et al. 2023, arXiv:2305.16264).
 *
 * @param law with constants E, A, B, alpha, beta
 * @param optimum what the law would train without that limit
 * @param uniqueTokens U_D, tokens
 * @returns N, D and the passes over the data. Errors: "law-without-loss", "bad-size", "bad-unique-tokens"
 *
 * @example
 * const repeated = dataConstrainedAlternative(besiroglu2024, besiroglu2024.optimum(1e22), 50e9);
 */
export function dataConstrainedAlternative(
  law: NamedLaw,
  optimum: Optimum,
  uniqueTokens: number,
): Outcome<Alternative> {
  return attempt(() => dataConstrained(checkedLaw(law), checkedSize(optimum), uniqueTokens));
}

/**
 * The model as good as the optimum that costs least over training and serving (Sardana et al. 2023, arXiv:2401.00448).
 *
 * @param law that predicts the loss of any N and D
 * @param optimum the training-optimal model of the same loss
 * @param inferenceTokens tokens served over the model's life
 * @returns N, D and training FLOPs. Errors: "law-without-loss", "bad-size", "bad-inference-tokens"
 *
 * @example
 * const served = inferenceAwareAlternative(besiroglu2024, besiroglu2024.optimum(1e22), 2e12);
 */
export function inferenceAwareAlternative(
  law: NamedLaw,
  optimum: Optimum,
  inferenceTokens: number,
): Outcome<Alternative> {
  return attempt(() => inferenceAware(checkedLaw(law), checkedSize(optimum), inferenceTokens));
}

/**
 * Sardana et al. 2023 (arXiv:2401.00448v3), equation 3: the N and D of least 6 N D + 2 N D_inference with the loss of a
 * given model.
 *
 * @param lossAt L(N, D) in nats per token, falling in both
 * @param start the training-optimal model of that loss
 * @param inferenceTokens tokens served over the model's life
 * @param training how C follows from N and D; default 6ND
 * @returns N, D, and FLOPs for training, serving and both. Errors: "law-without-loss", "bad-size", "bad-inference-tokens"
 *
 * @example
 * const best = inferenceAwareOptimum(besiroglu2024.loss!, besiroglu2024.optimum(1e22), 2e12);
 */
export function inferenceAwareOptimum(
  lossAt: (n: number, d: number) => number,
  start: { readonly parameters: number; readonly tokens: number },
  inferenceTokens: number,
  training?: ComputeCost,
): Outcome<InferenceAwareOptimum> {
  return attempt(() => {
    if (typeof lossAt !== "function") {
      throw new IsoflopError({
        code: "law-without-loss",
        message: `lossAt must be a function of N and D, not ${show(lossAt)}.`,
        hint: "Give law.loss, where the law has one.",
      });
    }
    return leastTotal(lossAt, checkedSize(start), inferenceTokens, training);
  });
}

function checkedSize<Size extends { readonly parameters: number; readonly tokens: number }>(size: Size): Size {
  if (isPositive(size?.parameters) && isPositive(size.tokens)) return size;
  throw new IsoflopError({
    code: "bad-size",
    message: `A model to start from has positive, finite parameters and tokens; ${show(size)} has not.`,
    hint: "Give law.optimum(flops).",
  });
}

function checkedLaw(law: NamedLaw): NamedLaw {
  if (isIsoflopError(law)) throw law;
  if (typeof law === "object" && law !== null && typeof law.optimum === "function") return law;
  throw new IsoflopError({
    code: "unknown-law",
    message: `${show(law)} is not a law.`,
    hint: "Give one of publishedLaws, or lawFromFit(fit).",
  });
}

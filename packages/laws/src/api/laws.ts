import { IsoflopError, isIsoflopError } from "../error.js";
import { type CompareOptions, compareLaws as compare, type LawComparison } from "../fit/compareLaws.js";
import { fitLaw as fitOne, type LawFit, type LawFitOptions } from "../fit/fitLaw.js";
import type { LawLoss } from "../fit/lawObjective.js";
import { type Prediction, predictFrom as predict } from "../fit/lawPrediction.js";
import { type LawProfileOptions, profileIntervals as profile } from "../fit/lawProfile.js";
import { checkRows, type LawRow } from "../fit/lawRows.js";
import type { Interval } from "../fit/result.js";
import { isPositive, show } from "../fit/rowFaults.js";
import { fitTaskLadder as fitLadder, predictTask as predictLadder, type TaskLadder } from "../fit/taskLadder.js";
import { forecastLawFit as forecastOf, type LawFitForecast } from "../forecast/anyLaw.js";
import type { Inputs, Law } from "../laws/law.js";
import { type GradientNorm, type NoiseScale, gradientNoiseScale as noiseScale } from "../model/criticalBatch.js";
import { attempt, type Outcome } from "../outcome.js";
import { lawFromLawFit as planningLaw } from "../plan/anyLaw.js";
import type { NamedLaw } from "../published/law.js";
import { lawNamed as byName } from "../registry/everyLaw.js";
import { isLaw } from "../registry/isLaw.js";
import { checkOptions, namesOf, type OptionRules } from "./input.js";

const RULES: OptionRules = {
  choices: {
    loss: namesOf<LawLoss>({ huber: true, lad: true, mse: true }),
    residuals: namesOf<NonNullable<LawFitOptions["residuals"]>>({ log: true, linear: true }),
    errors: namesOf<NonNullable<LawProfileOptions["errors"]>>({ unequal: true, equal: true }),
  },
  positive: ["delta", "starts", "holdOutShare"],
};

/**
 * A law by its name. `everyLaw` lists them all.
 *
 * @param name as "chinchilla", "m4", "broken-power-law-1"; case does not matter
 * @returns the law. Errors: "unknown-law"
 *
 * @example
 * const law = lawNamed("over-training");
 * if (!isIsoflopError(law)) law.form; // L(C, M) = E + (a M^eta + b M^-eta) C^-eta
 */
export function lawNamed(name: string): Outcome<Law> {
  return attempt(() => byName(String(name)));
}

/**
 * Fits any law to rows of its inputs and output, by squares, Huber's loss or absolute deviations of residuals in ln y or y;
 * parameters may be held or tied.
 *
 * @param law of this library, by itself or by name, or one of your own
 * @param rows inputs (positive) and y in the law's units, or any others: constants are then in those. `run` names the
 * training run that a row belongs to
 * @param options loss, what is held or tied, starts, resamples (default 1000) over rows, runs or seed noise, generator
 * @returns constants, 95 % intervals and their draws, every local minimum found, diagnostics. Errors: "bad-row" (with `rows`),
 * "too-few-records", "bad-constraint", "no-start", "no-replicates", "bad-noise", "unknown-law", "bad-option"
 *
 * @example
 * const fit = fitLaw("m2", curve.map(([x, y]) => ({ inputs: { x }, y })), { loss: "huber" });
 * if (!isIsoflopError(fit)) predictFrom(fit, { x: 1e9 });
 */
export function fitLaw<Name extends string = string, Input extends string = string>(
  law: Law<Name, Input> | string,
  rows: readonly LawRow<Input>[],
  options?: LawFitOptions<Name>,
): Outcome<LawFit<Name>> {
  return attempt(() => {
    checkOptions(options, RULES);
    return fitOne(lawOf(law), rows, options);
  });
}

/**
 * 95 % intervals by profile likelihood: lopsided where the likelihood is, open where the data say nothing.
 *
 * @param law that was fitted
 * @param rows that it was fitted to
 * @param fit of fitLaw; the error of a fit that failed is handed on
 * @param options which parameters (default all); whether all rows err alike (default: not)
 * @returns an interval for each parameter; an open end is its bound, 0 or Infinity. Errors: "bad-fit", "bad-row", "unknown-law",
 * "bad-option"
 *
 * @example
 * const intervals = profileIntervals(m2, rows, fitLaw(m2, rows), { names: ["epsInf"] });
 */
export function profileIntervals<Name extends string = string, Input extends string = string>(
  law: Law<Name, Input> | string,
  rows: readonly LawRow<Input>[],
  fit: Outcome<LawFit<Name>>,
  options?: LawProfileOptions<Name>,
): Outcome<Readonly<Record<string, Interval>>> {
  return attempt(() => {
    checkOptions(options, RULES);
    const chosen = lawOf(law);
    const whole = lawFitOf(fit, chosen);
    checkRows(chosen as unknown as Law, rows);
    return profile(chosen, rows, whole, options);
  });
}

/**
 * What a fit expects at given inputs, with a 95 % interval from its own draws.
 *
 * @param fit of fitLaw; the error of a fit that failed is handed on
 * @param inputs in the units of the rows
 * @param law default: the library's law of the fit's name
 * @returns the law's mean there, without the noise of a new run. Errors: "bad-fit", "bad-size", "unknown-law"
 *
 * @example
 * const expected = predictFrom(fitLaw("chinchilla", rows), { N: 7e9, D: 1e12 });
 */
export function predictFrom<Name extends string = string, Input extends string = string>(
  fit: Outcome<LawFit<Name>>,
  inputs: Inputs<Input>,
  law?: Law<Name, Input> | string,
): Outcome<Prediction> {
  return attempt(() => {
    if (isIsoflopError(fit)) throw fit;
    const chosen = lawOf<Name, Input>(law ?? String(fit?.law));
    const whole = lawFitOf(fit, chosen);
    checkInputs(chosen, inputs);
    return predict(whole, inputs, chosen);
  });
}

/**
 * A fit of a law by itself as a law to plan by: of chinchilla, over-training, data-constrained, kaplan-model-data,
 * optimal-parameters or optimal-tokens. N and D are as its rows have them, and C = 6ND.
 *
 * @param fit of fitLaw; the error of a fit that failed is handed on
 * @param name default: that of the law
 * @returns the law, with intervals from the fit's draws, for plan(); it holds functions, so it is not JSON.
 * Errors: "bad-fit", "unknown-law", "law-without-optimum"
 *
 * @example
 * const law = lawFromLawFit(fitLaw("over-training", rows));
 * if (!isIsoflopError(law)) plan(law, 1e21);
 */
export function lawFromLawFit(fit: Outcome<LawFit>, name?: string): Outcome<NamedLaw> {
  return attempt(() => planningLaw(wholeFit(fit), name));
}

/**
 * What the fit of a law by itself expects of a compute budget: N_opt, D_opt and the loss, or, of a law over C alone, the loss.
 *
 * @param fit of fitLaw; the error of a fit that failed is handed on
 * @param flops C = 6ND
 * @returns 95 % intervals from the fit's draws, also for one new run; warnings where it extrapolates far. Errors: "bad-fit",
 * "bad-budget", "unknown-law", "law-without-optimum"
 *
 * @example
 * const expected = forecastLawFit(fitLaw("chinchilla", rows), 1e21);
 * if (!isIsoflopError(expected)) expected.intervals95?.loss;
 */
export function forecastLawFit(fit: Outcome<LawFit>, flops: number): Outcome<LawFitForecast> {
  return attempt(() => forecastOf(wholeFit(fit), flops));
}

/**
 * Laws ranked by what they foretell, not by how they fit: each is fitted to the rows of smaller input and judged on those of
 * larger input (the extrapolation loss of Alabdulmohsin et al. 2022, arXiv:2209.06640, equation 4).
 *
 * @param rows inputs of all laws, and y
 * @param laws by themselves or by name, as ["m1", "m2", "m3", "m4"]
 * @param options as of fitLaw; share of rows held out (default 0.3), and by which input
 * @returns every law, best first, with its error beyond the fitted range; or why it could not be fitted. Errors: "bad-row",
 * "too-few-records", "unknown-law", "bad-option"
 *
 * @example
 * const ranked = compareLaws(rows, ["m1", "m2", "m3", "m4"]);
 * if (!isIsoflopError(ranked)) ranked[0].law;
 */
export function compareLaws(
  rows: readonly LawRow[],
  laws: readonly (Law | string)[],
  options?: CompareOptions,
): Outcome<LawComparison[]> {
  return attempt(() => {
    checkOptions(options, RULES);
    if (!Array.isArray(laws)) throw unknownLaw(laws);
    return compare(
      rows,
      Array.from(laws, (law) => lawOf(law)),
      options,
    );
  });
}

/**
 * Both steps of a task's prediction (Bhagia et al. 2024, arXiv:2412.04403): task loss from N and D, accuracy from task loss.
 *
 * @param lossRows inputs N and D, y the task loss, in the paper bits per byte of the right answer
 * @param accuracyRows input L, the task loss in the same unit; y the accuracy, a share
 * @param options as of fitLaw
 * @returns the two fits. Errors: as of fitLaw
 *
 * @example
 * const ladder = fitTaskLadder(final, checkpoints);
 * const expected = predictTask(ladder, { N: 7e9, D: 4e12 });
 */
export function fitTaskLadder(
  lossRows: readonly LawRow<"N" | "D">[],
  accuracyRows: readonly LawRow<"L">[],
  options?: Omit<LawFitOptions, "fixed" | "tied">,
): Outcome<TaskLadder> {
  return attempt(() => {
    checkOptions(options, RULES);
    return fitLadder(lossRows, accuracyRows, options);
  });
}

/**
 * Task loss and accuracy of a model, the draws of both steps chained.
 *
 * @param ladder of fitTaskLadder; the error of one that failed is handed on
 * @param inputs N in parameters, D in tokens
 * @returns both with their 95 % intervals. Errors: "bad-fit", "bad-size"
 *
 * @example
 * const expected = predictTask(fitTaskLadder(final, checkpoints), { N: 7e9, D: 4e12 });
 */
export function predictTask(
  ladder: Outcome<TaskLadder>,
  inputs: { readonly N: number; readonly D: number },
): Outcome<{ readonly loss: Prediction; readonly accuracy: Prediction }> {
  return attempt(() => {
    if (isIsoflopError(ladder)) throw ladder;
    const first = byName("chinchilla") as Law<"E" | "A" | "B" | "alpha" | "beta", "N" | "D">;
    const loss = lawFitOf(ladder?.loss, first);
    const accuracy = lawFitOf(ladder.accuracy, byName("task-accuracy") as Law<"a" | "k" | "L0" | "b", "L">);
    checkInputs(first, inputs);
    return predictLadder({ loss, accuracy }, inputs);
  });
}

/**
 * The gradient noise scale, which predicts the critical batch, from gradients at two batch sizes (McCandlish et al. 2018,
 * arXiv:1812.06162, appendix A.1).
 *
 * @param one mean squared norm of the gradient over batches of one size
 * @param other over batches of another size
 * @returns |G|^2, the noise's trace, and B_simple in the unit of the batches. Errors: "bad-batches", "no-signal"
 *
 * @example
 * const scale = gradientNoiseScale({ batch: 64, squaredNorm: 3.1 }, { batch: 512, squaredNorm: 1.2 });
 */
export function gradientNoiseScale(one: GradientNorm, other: GradientNorm): Outcome<NoiseScale> {
  return attempt(() => noiseScale({ ...one }, { ...other }));
}

function lawOf<Name extends string = string, Input extends string = string>(
  law: Law<Name, Input> | string,
): Law<Name, Input> {
  if (typeof law === "string") return byName(law) as unknown as Law<Name, Input>;
  if (isLaw(law)) return law;
  throw unknownLaw(law);
}

function unknownLaw(law: unknown): IsoflopError {
  return new IsoflopError({
    code: "unknown-law",
    message: `${show(law)} is not a law.`,
    hint: 'Give one of everyLaw, or its name, as "chinchilla".',
  });
}

function lawFitOf<Name extends string>(fit: Outcome<LawFit<Name>>, law: Law<Name>): LawFit<Name> {
  if (isIsoflopError(fit)) throw fit;
  const names = Object.keys(law.parameters) as Name[];
  const given = fit as Partial<LawFit<Name>> | null | undefined;
  const complete =
    typeof given === "object" &&
    names.every((name) => Number.isFinite(given?.parameters?.[name])) &&
    Array.isArray(given?.residuals) &&
    typeof given.diagnostics === "object";
  const empty: Pick<LawFit, "draws" | "fixed" | "tied"> = { draws: { names: [], rows: [] }, fixed: {}, tied: [] };
  if (complete) return { ...empty, ...fit };
  throw new IsoflopError({
    code: "bad-fit",
    message: `${show(fit)} is no fit of ${law.name}.`,
    hint: "Give what fitLaw returned for that law.",
  });
}

function wholeFit(fit: Outcome<LawFit>): LawFit {
  if (isIsoflopError(fit)) throw fit;
  return lawFitOf(fit, byName(String(fit?.law)));
}

function checkInputs<Input extends string>(law: Law<string, Input>, inputs: Inputs<Input>): void {
  const names = Object.keys(law.inputs) as Input[];
  const [bad] = names.filter((name) => !isPositive(inputs?.[name]));
  if (bad === undefined) return;
  throw new IsoflopError({
    code: "bad-size",
    message: `${law.name} needs a positive, finite ${bad}, not ${show(inputs?.[bad])}.`,
    hint: `Give ${names.map((name) => `${name} (${law.inputs[name].meaning})`).join(" and ")}.`,
  });
}

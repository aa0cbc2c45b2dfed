import { batchParametersOf, leastCurves, leastStepRows } from "@isoflop/figures";
import { createRandom, isIsoflopError, likelihoodCurves, type RunRecord } from "@isoflop/laws";
import { fitLaw, lawNamed } from "@isoflop/laws/anyLaw";
import {
  type ApproachFit,
  type ApproachName,
  backtestAll,
  type FitChoices,
  fitObservations,
  fitOfLaw,
} from "@isoflop/laws/procedures";
import type { Answer, PartAnswer, PartQuestion, Question, Runs, Skipped } from "./protocol.js";

/** The order of the point fits: what is fast and what most figures are of comes first. */
const FIRST: readonly ApproachName[] = ["2", "3"];
/** Refits told of at a time. */
const INFLUENCE_BATCH = 10;
/** A study of thousands of runs would refit for hours: the runs that are left out by turns are so many at most. */
const MOST_INFLUENCE = 300;

/** The records that a question is about. */
export const kept = ({ records }: Pick<Runs, "records">, leftOut: readonly string[]): readonly RunRecord[] =>
  leftOut.length === 0 ? records : records.filter(({ id }) => !leftOut.includes(id));

function fitThese(runs: Runs, records: readonly RunRecord[], choices: FitChoices) {
  const { fits, skipped } = fitObservations(records, runs.convention, { ...choices, ...runs.choices });
  return {
    fits,
    skipped: skipped.map(
      ({ approach, error: { code, message, hint } }): Skipped => ({
        approach,
        code,
        message,
        ...(hint !== undefined && { hint }),
      }),
    ),
  };
}

/** Point fits: what is drawn at once. */
export function* pointStages(
  runs: Runs,
  question: Question,
  now: () => number,
): Generator<Extract<Answer, { stage: "points" }>> {
  const started = now();
  const { choices, leftOut } = question;
  const rest = choices.approaches.filter((name) => !FIRST.includes(name));
  const groups = [choices.approaches.filter((name) => FIRST.includes(name)), rest].filter((group) => group.length > 0);
  for (const [index, approaches] of groups.entries()) {
    const points = { ...choices, approaches, resamples: 0 };
    const { fits, skipped } = fitThese(runs, kept(runs, leftOut), points);
    const full = leftOut.length === 0 ? [] : fitThese(runs, runs.records, points).fits;
    const complete = index === groups.length - 1;
    yield { stage: "points", fits, skipped, full, complete, milliseconds: now() - started };
  }
}

/** What takes longer, most wanted first. */
export function* deepStages(runs: Runs, question: Question): Generator<Answer> {
  const { choices, leftOut } = question;
  const records = kept(runs, leftOut);
  const fits: ApproachFit[] = [];
  const late = (name: ApproachName) => name === "data-constrained";
  for (const approach of [...choices.approaches].sort((a, b) => Number(late(a)) - Number(late(b)))) {
    const made = fitThese(runs, records, { ...choices, approaches: [approach] }).fits;
    fits.push(...made);
    if (made.length > 0) yield { stage: "intervals", fits: made };
  }
  if (choices.approaches.includes("kaplan")) yield partStage(runs, question, records);
  const parametric = fitOfLaw(fits, "chinchilla");
  if (parametric !== undefined) {
    const curves = likelihoodCurves(parametric, records, { flops: question.budget });
    yield isIsoflopError(curves)
      ? { stage: "none", of: "profiles", reason: curves.message }
      : { stage: "profiles", curves };
  }
  try {
    yield {
      stage: "backtest",
      series: backtestAll(records, runs.convention, {
        ...choices,
        ...runs.choices,
        // Its intervals say how often they held, which the page does not show.
        resamples: Math.min(choices.resamples, 50),
      }),
    };
  } catch (error) {
    if (!isIsoflopError(error)) throw error;
    yield { stage: "none", of: "backtest", reason: error.message };
  }
  yield* influenceStages(runs, question, records);
  yield { stage: "done" };
}

/** Fits made anew without each run in turn. */
function* influenceStages(
  runs: Runs,
  { choices, subject }: Question,
  records: readonly RunRecord[],
): Generator<Answer> {
  const every = Math.max(1, Math.ceil(records.length / MOST_INFLUENCE));
  const chosen = records.filter((_, index) => index % every === 0);
  const options = { ...choices, approaches: [subject], resamples: 0 };
  const without: { readonly id: string; readonly a: number }[] = [];
  for (const [index, { id }] of chosen.entries()) {
    const rest = records.filter((record) => record.id !== id);
    const a = fitThese(runs, rest, options).fits.find(({ exponents }) => exponents !== undefined)?.exponents?.a;
    if (a !== undefined) without.push({ id, a });
    const done = index + 1;
    if (done % INFLUENCE_BATCH === 0 || done === chosen.length)
      yield { stage: "influence", without: [...without], done, of: chosen.length };
  }
}

function partStage(runs: Runs, { choices, leftOut }: Question, records: readonly RunRecord[]): Answer {
  const out = new Set(leftOut);
  const fitPart = ({ name, law, about, rows: all, warnings, resampled }: PartQuestion): PartAnswer => {
    const rows = all.filter(({ run }) => run === undefined || !out.has(run));
    const found = lawNamed(law);
    const whole =
      rows.length === all.length || isIsoflopError(found) ? undefined : fitLaw(found, all, { resamples: 0 });
    const former = whole === undefined || isIsoflopError(whole) ? {} : { former: whole };
    const fit = isIsoflopError(found)
      ? found
      : fitLaw(found, rows, { resamples: resampled ? choices.resamples : 0, random: createRandom(choices.seed) });
    const said = { name, law, about, rows, ...former };
    if (isIsoflopError(fit)) return { ...said, warnings, problem: fit.message };
    return { ...said, fit, warnings: [...warnings, ...fit.warnings] };
  };
  const parts = runs.parts.map(fitPart);
  const batch = batchParametersOf(parts);
  if (batch === undefined) return { stage: "parts", parts };
  const curves = leastCurves(records, runs.batchTokens, batch);
  const part = fitPart({
    name: "kaplan-model-steps",
    law: "kaplan-model-steps",
    about: "Kaplan's L(N, S_min)",
    rows: leastStepRows(curves),
    warnings: [],
    resampled: true,
  });
  const former = out.size === 0 ? undefined : formerSteps(runs, parts);
  return { stage: "parts", parts, least: { curves, part: { ...part, ...(former && { former }) } } };
}

/** L(N, S_min) of all runs, by the law of the critical batch that all of them give. */
function formerSteps({ records, batchTokens }: Runs, parts: readonly PartAnswer[]): PartAnswer["former"] {
  const batch = batchParametersOf(parts.map((part) => (part.former ? { ...part, fit: part.former } : part)));
  const law = lawNamed("kaplan-model-steps");
  if (batch === undefined || isIsoflopError(law)) return undefined;
  const fit = fitLaw(law, leastStepRows(leastCurves(records, batchTokens, batch)), { resamples: 0 });
  return isIsoflopError(fit) ? undefined : fit;
}

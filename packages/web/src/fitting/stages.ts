import { influencedQuantities } from "@isoflop/figures";
import { type IsoflopError, isIsoflopError, likelihoodCurves, type RunRecord } from "@isoflop/laws";
import {
  type ApproachFit,
  type ApproachName,
  backtestAll,
  type FitChoices,
  fitLeast,
  fitObservations,
  fitPart,
  freshRecords,
  scanRows,
} from "@isoflop/laws/procedures";
import { asBefore } from "./asBefore.js";
import type { Answer, LawProfiles, PartAnswer, Problem, Question, Runs, Skipped, Without } from "./protocol.js";
import { subjectFits } from "./subjectFits.js";

/** The order of the point fits: what is fast and what most figures are of comes first. */
const FIRST: readonly ApproachName[] = ["2", "3"];
/** Refits told of at a time. */
const INFLUENCE_BATCH = 10;
/** Points on each side of a profile: its curve is drawn through them. */
const PROFILE_STEPS = 12;
/** A study of thousands of runs would refit for hours: the runs that are left out by turns are so many at most. */
const MOST_INFLUENCE = 300;

/** The records that a question is about. */
export const kept = ({ records }: Pick<Runs, "records">, leftOut: readonly string[]): readonly RunRecord[] =>
  leftOut.length === 0 ? records : records.filter(({ id }) => !leftOut.includes(id));

function fitThese(runs: Runs, records: readonly RunRecord[], choices: FitChoices) {
  const { fits, skipped } = fitObservations(records, runs.convention, { ...choices, ...runs.choices });
  return {
    fits,
    skipped: skipped.map(({ approach, error }): Skipped => ({ approach, ...problemOf(error) })),
  };
}

const problemOf = ({ code, message, hint, statement }: IsoflopError): Problem => ({
  ...{ code, message },
  ...(hint !== undefined && { hint }),
  ...(statement && { statement }),
});

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
  // What a Kaplan design is for, and soon made.
  if (choices.approaches.includes("kaplan")) yield* partStages(runs, question, records);
  const fits: ApproachFit[] = [];
  const late = (name: ApproachName) => name === "data-constrained";
  for (const approach of [...choices.approaches].sort((a, b) => Number(late(a)) - Number(late(b)))) {
    const made = fitThese(runs, records, { ...choices, approaches: [approach] }).fits;
    fits.push(...made);
    if (made.length > 0) yield { stage: "intervals", fits: made };
  }
  if (!question.diagnostics) return yield { stage: "done" };
  yield* profileStage(runs, question, records, fits);
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
    yield { stage: "none", of: "backtest", reason: problemOf(error) };
  }
  yield* influenceStages(runs, question, records, fits);
  yield { stage: "done" };
}

/** Profiles of the chosen procedure, or why there are none; nothing where it was not fitted. */
function* profileStage(
  runs: Runs,
  { subject, budget }: Question,
  records: readonly RunRecord[],
  fits: readonly ApproachFit[],
): Generator<Answer> {
  const profiles: LawProfiles[] = [];
  let reason: Problem | undefined;
  for (const fit of subjectFits(fits, subject)) {
    const own = fit.law === "data-constrained" ? records : freshRecords(records, runs.choices.freshOnly);
    const curves = likelihoodCurves(fit, own, { flops: budget, steps: PROFILE_STEPS });
    if (isIsoflopError(curves)) reason = problemOf(curves);
    else profiles.push({ law: fit.law, curves });
  }
  if (profiles.length > 0) yield { stage: "profiles", profiles };
  else if (reason !== undefined) yield { stage: "none", of: "profiles", reason };
}

/** Fits made anew without each run in turn. */
function* influenceStages(
  runs: Runs,
  { choices, subject, budget }: Question,
  records: readonly RunRecord[],
  fits: readonly ApproachFit[],
): Generator<Answer> {
  const approach = subjectFits(fits, subject)[0]?.approach;
  if (approach === undefined) return;
  const every = Math.max(1, Math.ceil(records.length / MOST_INFLUENCE));
  const chosen = records.filter((_, index) => index % every === 0);
  const options = { ...choices, approaches: [approach], resamples: 0 };
  const without: Without[] = [];
  for (const [index, { id }] of chosen.entries()) {
    const rest = records.filter((record) => record.id !== id);
    const fit = fitThese(runs, rest, options).fits.find(({ law }) => law !== "kaplan-compute");
    if (fit !== undefined) without.push({ id, ...influencedQuantities(fit, budget) });
    const done = index + 1;
    if (done % INFLUENCE_BATCH === 0 || done === chosen.length)
      yield { stage: "influence", without: [...without], done, of: chosen.length };
  }
}

/** The laws of the study's parts, without the runs that are left out: a scan of batches is read anew off the others. */
function* partStages(runs: Runs, { choices, leftOut }: Question, records: readonly RunRecord[]): Generator<Answer> {
  const keeps = ({ run }: { readonly run?: string }): boolean => run === undefined || !leftOut.includes(run);
  const parts = runs.parts.map((part): PartAnswer => {
    const { name, law, about, rows: all, scan, warnings } = part;
    const rows = scan === undefined ? all.filter(keeps) : scanRows(scan.filter(keeps));
    const whole = [...all, ...(scan ?? [])].every(keeps)
      ? undefined
      : fitPart(part, { resamples: 0, seed: choices.seed });
    const said = { name, law, about, rows, ...(whole && !isIsoflopError(whole) && { former: whole }) };
    const fit = fitPart({ ...part, rows }, choices);
    if (isIsoflopError(fit)) return { ...said, warnings, problem: problemOf(fit) };
    return { ...said, fit, warnings: fit.warnings };
  });
  yield { stage: "parts", parts };
  const least = fitLeast(records, runs.batchTokens, parts, choices);
  if (least === undefined) return;
  const { problem, ...found } = least;
  const former =
    leftOut.length === 0
      ? undefined
      : fitLeast(runs.records, runs.batchTokens, parts.map(asBefore), { ...choices, resamples: 0 });
  yield {
    stage: "parts",
    parts,
    least: { ...found, ...(former && { former }), ...(problem && { problem: problemOf(problem) }) },
  };
}

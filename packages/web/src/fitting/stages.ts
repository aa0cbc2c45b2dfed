import { fitLeast } from "@isoflop/figures";
import { createRandom, isIsoflopError, likelihoodCurves, type RunRecord } from "@isoflop/laws";
import { fitLaw, lawNamed } from "@isoflop/laws/anyLaw";
import {
  type ApproachFit,
  type ApproachName,
  backtestAll,
  type FitChoices,
  fitObservations,
  fitOfLaw,
  scanRows,
} from "@isoflop/laws/procedures";
import type { Answer, PartAnswer, Question, Runs, Skipped } from "./protocol.js";

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
  // What a Kaplan design is for, and soon made.
  if (choices.approaches.includes("kaplan")) yield* partStages(runs, question, records);
  const fits: ApproachFit[] = [];
  const late = (name: ApproachName) => name === "data-constrained";
  for (const approach of [...choices.approaches].sort((a, b) => Number(late(a)) - Number(late(b)))) {
    const made = fitThese(runs, records, { ...choices, approaches: [approach] }).fits;
    fits.push(...made);
    if (made.length > 0) yield { stage: "intervals", fits: made };
  }
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

/** The laws of the study's parts, without the runs that are left out: a scan of batches is read anew off the others. */
function* partStages(runs: Runs, { choices, leftOut }: Question, records: readonly RunRecord[]): Generator<Answer> {
  const keeps = ({ run }: { readonly run?: string }): boolean => run === undefined || !leftOut.includes(run);
  const parts = runs.parts.map(({ name, law, about, rows: all, scan, warnings, resampled }): PartAnswer => {
    const rows = scan === undefined ? all.filter(keeps) : scanRows(scan.filter(keeps));
    const found = lawNamed(law);
    const fit = isIsoflopError(found)
      ? found
      : fitLaw(found, rows, { resamples: resampled ? choices.resamples : 0, random: createRandom(choices.seed) });
    const said = { name, law, about, rows };
    if (isIsoflopError(fit)) return { ...said, warnings, problem: fit.message };
    return { ...said, fit, warnings: [...warnings, ...fit.warnings] };
  });
  yield { stage: "parts", parts };
  const least = fitLeast(records, runs.batchTokens, parts, choices);
  if (least !== undefined) yield { stage: "parts", parts, least };
}

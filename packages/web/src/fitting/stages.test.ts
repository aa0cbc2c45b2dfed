import { createRandom, optimumBy, type RunRecord, syntheticStudy } from "@isoflop/laws";
import { approachesFor, DEFAULT_FITS, fitObservations, fitOfLaw } from "@isoflop/laws/procedures";
import { expect, it } from "vitest";
import type { Answer, Question, Runs } from "./protocol.js";
import { deepStages, pointStages } from "./stages.js";
import { subjectFits } from "./subjectFits.js";

const truth = { E: 1.2, A: 30, B: 60, alpha: 0.38, beta: 0.33 };
const records = syntheticStudy({
  truth,
  budgets: [3e9, 1e10, 3e10, 1e11],
  sizes: 5,
  width: 16,
  noise: 0.003,
  random: createRandom(2),
});
const withCurves = syntheticStudy({ truth, budgets: [3e9, 1e10, 3e10, 1e11], sizes: 5, width: 16, curvePoints: 30 });
const runs: Runs = {
  records,
  convention: { parameters: "given", flops: "6N" },
  choices: {},
  parts: [],
  batchTokens: {},
};
const choices = { ...DEFAULT_FITS, approaches: approachesFor(records), resamples: 40 };
const question: Question = { id: 1, choices, leftOut: [], subject: "3", budget: 1e12, diagnostics: true };

it("fits at once what fitObservations fits, and without a run what a table without its row gives", () => {
  const out = records[3]?.id ?? "";
  const answers = [...pointStages(runs, { ...question, leftOut: [out] }, () => 0)];
  const fits = answers.flatMap((answer) => answer.fits);
  const rest = records.filter(({ id }) => id !== out);
  const bare = { ...choices, resamples: 0 };
  for (const [own, from] of [
    [fits, rest],
    [answers.flatMap(({ full }) => full), records],
  ] as const) {
    const expected = fitObservations(from, runs.convention, bare).fits;
    for (const law of ["isoflop-power-law", "chinchilla", "kaplan-model-data"] as const)
      expect(fitOfLaw(own, law)).toEqual(fitOfLaw(expected, law));
  }
  expect(answers.map(({ complete }) => complete)).toEqual([false, true]);
});

it("then tells intervals, profiles, the backtest, and what each run is worth", () => {
  const answers = [...deepStages(runs, question)];
  const stages = answers.map(({ stage }) => stage);
  expect(stages.filter((stage, i) => stage !== stages[i - 1])).toEqual([
    "parts",
    "intervals",
    "profiles",
    "backtest",
    "influence",
    "done",
  ]);
  const fits = answers.flatMap((answer) => (answer.stage === "intervals" ? answer.fits : []));
  expect(fits).toEqual(fitObservations(records, runs.convention, choices).fits);
  const last = answers.findLast((answer) => answer.stage === "influence");
  expect(last).toMatchObject({ done: records.length, of: records.length });
  const without = last?.stage === "influence" ? last.without[0] : undefined;
  const rest = fitObservations(records.slice(1), runs.convention, { ...choices, approaches: ["3"], resamples: 0 });
  const refit = fitOfLaw(rest.fits, "chinchilla");
  if (refit === undefined) throw new Error("no fit");
  const { parameters: N_opt, loss: L_opt } = optimumBy(refit, refit.parameters, question.budget);
  const { a } = refit.exponents;
  expect(without).toEqual({ id: records[0]?.id, a, N_opt, L_opt, E: refit.parameters.E });
});

const repeating = records.flatMap((record): RunRecord[] => [
  record,
  { ...record, id: `${record.id}/2`, uniqueTokens: record.tokens / 2, loss: record.loss * 1.002 },
]);

it.each([
  ["1", runs, []],
  ["2", runs, ["a", "kN", "N_opt", "E", "gamma", "L_opt"]],
  ["3", runs, ["E", "A", "B", "alpha", "beta", "a", "N_opt"]],
  ["kaplan", runs, ["Cc", "alphaC", "Nc", "Dc", "alphaN", "alphaD", "a", "N_opt"]],
  ["data-constrained", { ...runs, records: repeating, choices: { freshOnly: true } }, ["RD", "RN"]],
] as const)("profiles what approach %s tells, or says why there is nothing to profile", (subject, of, names) => {
  const own = subject === "1" ? { ...of, records: withCurves } : of;
  const asked = { ...question, subject, choices: { ...choices, approaches: [subject], resamples: 20 } };
  const stages: Answer[] = [];
  for (const answer of deepStages(own, asked)) {
    stages.push(answer);
    if (answer.stage === "profiles" || (answer.stage === "none" && answer.of === "profiles")) break;
  }
  const last = stages.at(-1);
  if (names.length === 0) return expect(last).toMatchObject({ stage: "none", reason: { code: "no-likelihood" } });
  const found = last?.stage === "profiles" ? last.profiles.flatMap(({ curves }) => Object.keys(curves)) : [];
  expect(found).toEqual(names);
});

it("tells of another procedure where the one asked about was not fitted", () => {
  const fits = fitObservations(records, runs.convention, { ...choices, resamples: 0 }).fits;
  expect(subjectFits(fits, "3").map(({ law }) => law)).toEqual(["chinchilla"]);
  const others = fits.filter(({ law }) => law !== "chinchilla");
  expect(subjectFits(others, "3").map(({ law }) => law)).toEqual(["isoflop-power-law"]);
  expect(subjectFits(fits, "kaplan").map(({ law }) => law)).toEqual(["kaplan-compute", "kaplan-model-data"]);
  expect(subjectFits([], "3")).toEqual([]);
});

it("tells no more than intervals where no diagnostics are asked for", () => {
  const all = [...deepStages(runs, question)];
  const answers = [...deepStages(runs, { ...question, diagnostics: false })];
  expect(answers).toEqual([
    ...all.filter(({ stage }) => stage === "intervals" || stage === "parts"),
    { stage: "done" },
  ]);
});

it("fits the laws of a study's parts also as they were with the runs that are left out", () => {
  const rows = [1e5, 3e5, 1e6, 3e6, 1e7].map((N, i) => ({
    ...{ inputs: { N }, y: (8.8e13 / N) ** 0.076 * (1 + 0.002 * (-1) ** i), run: `part-${i}` },
  }));
  const part = {
    name: "kaplan-parameters",
    law: "kaplan-parameters",
    about: "L(N)",
    rows,
    warnings: [],
    resampled: false,
  };
  const parts = (leftOut: readonly string[]) => {
    const answer = [...deepStages({ ...runs, parts: [part] }, { ...question, leftOut })].find(
      ({ stage }) => stage === "parts",
    );
    return answer?.stage === "parts" ? answer.parts[0] : undefined;
  };
  const [all, rest] = [parts([]), parts(["part-4"])];
  expect(all?.former).toBeUndefined();
  expect(rest?.rows.length).toBe(4);
  expect(rest?.former?.parameters).toEqual(all?.fit?.parameters);
  expect(rest?.fit?.parameters).not.toEqual(all?.fit?.parameters);
  // Another run's absence leaves the part as it was.
  expect(parts([records[0]?.id ?? ""])?.former).toBeUndefined();
});

import { createRandom, likelihoodCurves, orThrow, syntheticStudy } from "@isoflop/laws";
import { DEFAULT_FITS, fitOfLaw } from "@isoflop/laws/procedures";
import { expect, it } from "vitest";
import { pointStages } from "../../fitting/stages.js";
import type { Observed } from "../../state/observations.js";
import { figureData } from "./figureData.js";
import { withFits } from "./fitList.js";
import type { Told } from "./fitting.js";

const records = syntheticStudy({
  truth: { E: 1.2, A: 30, B: 60, alpha: 0.38, beta: 0.33 },
  budgets: [3e9, 1e10, 3e10, 1e11],
  sizes: 7,
  width: 16,
  noise: 0.003,
  curvePoints: 60,
  random: createRandom(2),
});
const observed: Observed = {
  ...{ title: "planted", records, holdouts: [], dropped: [] },
  convention: { parameters: "total", flops: "6N" },
  names: {},
  source: { kind: "dropped", names: ["planted.csv"] },
};
const choices = { ...DEFAULT_FITS, resamples: 0 };
const dataWithout = (
  leftOut: readonly string[] = [],
  { influence, profiled = false }: { readonly influence?: Told["influence"]; readonly profiled?: boolean } = {},
) => {
  const answers = [
    ...pointStages(
      { records, convention: observed.convention, choices: {}, parts: [], batchTokens: {} },
      { id: 1, choices, leftOut, subject: "3", budget: 1e12, diagnostics: false },
      () => 0,
    ),
  ];
  const fits = answers.reduce<Told["fits"]>((all, answer) => withFits(all, answer.fits), []);
  const parametric = fitOfLaw(fits, "chinchilla");
  const kept = records.filter(({ id }) => !leftOut.includes(id));
  const curves =
    profiled && parametric ? orThrow(likelihoodCurves(parametric, kept, { flops: 1e12, steps: 2 })) : undefined;
  const told = {
    ...{ runs: observed, leftOut, subject: "3", skipped: [], milliseconds: 1, parts: [], reasons: {}, done: true },
    ...{ least: undefined, backtest: undefined, influence, fits },
    reached: { stage: "points", whole: true },
    profiles: curves && [{ law: "chinchilla", curves }],
    full: answers.reduce<Told["full"]>((fits, answer) => withFits(fits, answer.full), []),
  } as const satisfies Told;
  return figureData(observed, told, {
    ...{ compare: ["besiroglu-2024"], budget: 1e12, language: "en", lawNames: {}, influenced: "a" },
  });
};

it("draws every law as it was before a run was left out: by the fits to all runs", () => {
  const out = records[8]?.id ?? "";
  const [all, now] = [dataWithout(), dataWithout([out])];
  const line = ({ coefficient, exponent }: { coefficient: number; exponent: number }) => ({ coefficient, exponent });
  for (const figure of ["optimumScaling", "envelopeScaling"] as const) {
    const [before, after] = [all[figure], now[figure]];
    expect(after?.former, figure).toEqual({
      parametersLaw: line(before!.parametersLaw),
      tokensLaw: line(before!.tokensLaw),
    });
    expect(before?.former).toBeUndefined();
  }
  expect(now.lossContours?.former).toEqual({ law: all.lossContours?.law, frontier: all.lossContours?.frontier });
  expect(now.lossContours?.law).not.toEqual(all.lossContours?.law);
  expect(now.isoflopSlices).toBe(now.lossContours);
  expect(now.trainingCurves?.former?.frontier).toEqual(all.trainingCurves?.frontier);
  expect(now.kaplanLaws?.compute?.former).toEqual(all.kaplanLaws?.compute?.law);
  expect(now.kaplanSizes?.data?.former).toEqual(all.kaplanSizes?.data?.law);
  expect(now.isoflopProfiles?.profiles.map(({ former }) => former)).toEqual(
    all.isoflopProfiles?.profiles.map(({ parabola }) => parabola),
  );
  for (const law of now.lawComparison?.laws ?? []) {
    const before = all.lawComparison?.laws.find(({ name }) => name === law.name);
    expect(law.former, law.name).toEqual(law.published ? undefined : before?.optima);
  }
});

it("has the estimates of all runs beside those of the profiles and of the influence", () => {
  const out = records[8]?.id ?? "";
  const diagnosed = { influence: { stage: "influence", without: [], done: 0, of: 0 }, profiled: true } as const;
  const [all, now] = [dataWithout([], diagnosed), dataWithout([out], diagnosed)];
  expect(now.influence?.former).toBe(all.influence?.estimate);
  expect(now.influence?.former).not.toBe(now.influence?.estimate);
  expect(all.influence?.former).toBeUndefined();
  const named = (data: typeof all, name: string) => data.profileLikelihood?.parameters.find((one) => one.name === name);
  for (const name of ["E", "α", "a", "N_opt"]) {
    expect((named(now, name)?.former ?? 0) / (named(all, name)?.estimate ?? 1), name).toBeCloseTo(1, 3);
    expect(named(now, name)?.estimate, name).not.toBeCloseTo(named(now, name)?.former ?? 0, 6);
    expect(named(all, name)?.former, name).toBeUndefined();
  }
});

it("keeps a run that is left out among the points of its budget, so that it can be taken in again", () => {
  const out = records[8]?.id ?? "";
  const points = (data: ReturnType<typeof dataWithout>) =>
    data.isoflopProfiles?.profiles.map((profile) => profile.points.map(({ id }) => id).sort());
  expect(points(dataWithout([out]))).toEqual(points(dataWithout()));
  expect(dataWithout([out]).isoflopProfiles?.profiles[1]?.parabola).not.toEqual(
    dataWithout().isoflopProfiles?.profiles[1]?.parabola,
  );
});

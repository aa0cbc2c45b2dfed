import { describe, expect, test } from "vitest";
import { fitLaw } from "../fit/fitLaw.js";
import { plantedRows } from "../fixtures/plantedRows.js";
import { forecastLawFit } from "../forecast/anyLaw.js";
import { chinchilla } from "../laws/chinchilla.js";
import { dataConstrained, dataConstrainedLaw } from "../laws/dataConstrained.js";
import type { Law } from "../laws/law.js";
import { lossFrontier } from "../laws/lossFrontier.js";
import { overTraining } from "../laws/overTraining.js";
import { optimalParameters, optimalTokens } from "../laws/powerLaw.js";
import { createRandom } from "../numerics/random.js";
import { everyLaw } from "../registry/everyLaw.js";
import { allocatingLaws, lawFromLawFit } from "./anyLaw.js";
import { plan } from "./plan.js";

const within = ([low, high]: readonly [number, number], value: number) => low < value && value < high;

describe("a fit of a law by itself, to plan by", () => {
  test("every law that has an optimum can be planned by", () => {
    const optimal = everyLaw.filter((law) => "optimum" in law).map((law) => law.name);
    expect(allocatingLaws).toEqual(expect.arrayContaining(optimal));
    expect(everyLaw.map((law) => law.name)).toEqual(expect.arrayContaining([...allocatingLaws]));
  });
  test.each([chinchilla, overTraining])("$name: the truth's optimum, with intervals around it", (law) => {
    const truth = law.published.parameters;
    const rows = plantedRows(law as typeof chinchilla, truth as never, 80, 0.002, createRandom(5));
    const fit = fitLaw(law as typeof chinchilla, rows, { resamples: 200 });
    const made = plan(lawFromLawFit(fit), 1e22, { inferenceTokens: 1e12 });
    const optimum = law.optimum(truth as never, 1e22);
    expect(within(made.optimum.intervals95!.parameters, optimum.parameters)).toBe(true);
    expect(within(made.optimum.intervals95!.tokens, optimum.tokens)).toBe(true);
    expect(within(made.optimum.intervals95!.loss!, optimum.loss!)).toBe(true);
    expect(6 * made.optimum.parameters * made.optimum.tokens).toBeCloseTo(1e22, -10);
    expect(made.alternatives.map(({ kind }) => kind)).toContain("inference-aware");

    const ahead = forecastLawFit(fit, 1e22);
    expect(ahead.intervals95).toEqual(made.optimum.intervals95);
    const [low, high] = ahead.predictionInterval95!;
    // One run errs by the noise of the rows beyond the mean's error.
    expect(high / low).toBeGreaterThan(made.optimum.intervals95!.loss![1] / made.optimum.intervals95!.loss![0]);
    expect(Math.log(high / low)).toBeGreaterThan(2 * 1.96 * 0.0015);
  });
  test("a power law of N_opt or of D_opt alone gives the other by C = 6ND", () => {
    for (const law of [optimalParameters, optimalTokens] as unknown as Law[]) {
      const rows = plantedRows(law, law.published.parameters, 20);
      const { optimum } = plan(lawFromLawFit(fitLaw(law, rows, { resamples: 0 })), 1e21);
      const quantity = law.name === "optimal-parameters" ? optimum.parameters : optimum.tokens;
      expect(quantity / law.value(law.published.parameters, { C: 1e21 })).toBeCloseTo(1, 6);
      expect((6 * optimum.parameters * optimum.tokens) / 1e21).toBeCloseTo(1, 12);
      expect(optimum.loss).toBeUndefined();
    }
  });
  test("repeated data: its own R* where unique tokens are few, with intervals", () => {
    const truth = dataConstrainedLaw.published.parameters;
    const rows = plantedRows(dataConstrainedLaw, truth, 80, 0.002, createRandom(2));
    const { RD: _, RN: __, ...fixed } = truth;
    const law = lawFromLawFit(fitLaw(dataConstrainedLaw, rows, { fixed, resamples: 60 }));
    const repeated = plan(law, 1e22, { uniqueTokens: 2e10 }).alternatives.find(
      ({ kind }) => kind === "data-constrained",
    )!;
    const optimum = dataConstrained(2e10).optimum(truth, 1e22);
    expect(within(repeated.intervals95!.parameters, optimum.parameters)).toBe(true);
    expect(within(repeated.intervals95!.loss!, optimum.loss!)).toBe(true);
  });
  test("a law without an optimum is refused, and says which have one; over C alone it still forecasts the loss", () => {
    const rows = plantedRows(lossFrontier, lossFrontier.published.parameters, 20, 0.002, createRandom(1));
    const fit = fitLaw(lossFrontier, rows, { resamples: 100 });
    expect(() => lawFromLawFit(fit)).toThrow(expect.objectContaining({ code: "law-without-optimum" }));
    const { optimum, intervals95 } = forecastLawFit(fit, 1e24);
    expect(optimum.parameters).toBeUndefined();
    expect(within(intervals95!.loss!, lossFrontier.value(lossFrontier.published.parameters, { C: 1e24 }))).toBe(true);
  });
  test("tells of a budget far beyond the rows, and of a fit without draws", () => {
    const rows = plantedRows(chinchilla, chinchilla.published.parameters, 40);
    const law = lawFromLawFit(fitLaw(chinchilla, rows, { resamples: 0 }));
    const { notes } = plan(law, 1e30);
    expect(notes.join("\n")).toMatch(/times the largest that was fitted/);
    expect(notes.join("\n")).toMatch(/without its draws/);
  });
});

import { createRandom, fitEnvelope, orThrow, syntheticStudy } from "@isoflop/laws";
import { expect, it } from "vitest";
import { envelopeScaling } from "../envelopeScaling.js";
import { serverDocument } from "../serverMarkup.js";
import { envelopeScalingOf } from "./envelopeScalingOf.js";
import { frontierResidualsOf } from "./frontierResidualsOf.js";

const records = syntheticStudy({
  truth: { E: 1.2, A: 30, B: 60, alpha: 0.38, beta: 0.33 },
  budgets: [3e9, 1e10, 3e10, 1e11],
  sizes: 5,
  width: 16,
  noise: 0.002,
  random: createRandom(2),
  curvePoints: 40,
});
const fit = orThrow(fitEnvelope(records, { resamples: 30, random: createRandom(1) }));
const names = new Map([[records[3]?.id ?? "", "the fourth"]]);

it("has at most 150 points of the envelope, each where the fit has it, named as its run is", () => {
  const { points, counts } = envelopeScalingOf(fit, names);
  expect(points.length).toBeLessThanOrEqual(150);
  expect(points.length).toBeGreaterThan(75);
  for (const point of points) {
    const own = fit.envelope.find(({ flops }) => flops === point.flops);
    expect(point).toMatchObject({
      id: own?.run,
      parameters: own?.parameters,
      tokens: own?.tokens,
      status: own?.status,
    });
    expect(point.name).toBe(names.get(point.id ?? "") ?? point.id);
  }
  const used = fit.envelope.filter(({ status }) => status === "used").length;
  expect(counts).toMatchObject({ used, edge: fit.envelope.length - used });
  expect(counts?.used).toBeGreaterThan(points.length);
  // The figure tells how many were fitted, not how many it draws.
  const drawn = envelopeScaling(envelopeScalingOf(fit, names), { document: serverDocument() });
  expect(drawn.textContent).toContain(`Fitted to ${used} points of ${counts?.runs} runs`);
  expect(new Set(points.map(({ status }) => status))).toEqual(new Set(["used", "edge"]));
});

it("has the fit's own laws, their bands over the envelope alone", () => {
  const { parametersLaw, tokensLaw } = envelopeScalingOf(fit, names);
  expect(parametersLaw).toMatchObject({ coefficient: fit.parameters.kN, exponent: fit.parameters.a });
  expect(tokensLaw).toMatchObject({ coefficient: fit.parameters.kD, exponent: fit.parameters.b });
  expect(parametersLaw.exponentInterval).toEqual(fit.intervals95.a);
  const reach = parametersLaw.band?.map(({ flops }) => flops) ?? [];
  expect((reach[0] ?? 0) / (fit.envelope[0]?.flops ?? 1)).toBeCloseTo(1, 9);
  expect((reach.at(-1) ?? 0) / (fit.envelope.at(-1)?.flops ?? 1)).toBeCloseTo(1, 9);
});

it("has no band without draws, and no point without an envelope", () => {
  const bare = { ...fit, draws: { names: fit.draws.names, rows: [] }, envelope: [] };
  expect(envelopeScalingOf(bare, names).points).toEqual([]);
  expect(envelopeScalingOf(bare, names).parametersLaw.band).toBeUndefined();
});

it("tells what used points of the envelope lie off its laws by", () => {
  const { approach, optima, runs } = frontierResidualsOf(fit, names);
  expect([approach, runs]).toEqual(["1", undefined]);
  const used = fit.envelope.filter(({ status }) => status === "used");
  for (const { flops, parameters, loss } of optima) {
    const point = used.find((own) => own.flops === flops);
    const { kN, a, E, k, gamma } = fit.parameters;
    expect(kN * flops ** a * Math.exp(parameters)).toBeCloseTo(point?.parameters ?? 0, 5);
    expect((E + k * flops ** -gamma) * Math.exp(loss)).toBeCloseTo(point?.loss ?? 0, 9);
  }
});

import { expect, test } from "vitest";
import { kaplanModelData } from "../laws/kaplanModelData.js";
import { goldenSection } from "../numerics/minimiseScalar.js";
import { createRandom, type Random } from "../numerics/random.js";
import type { RunRecord } from "../record.js";
import { measureCoverage } from "../uncertainty/coverage.js";
import { fitLaw } from "./fitLaw.js";
import { fitKaplan } from "./kaplan.js";
import { kaplanModelDataCurves } from "./kaplanModelDataCurves.js";

const truth = { Nc: 6.4e13, Dc: 1.8e13, alphaN: 0.076, alphaD: 0.103 };
const exponent = truth.alphaD / (truth.alphaN + truth.alphaD);
const optimum = kaplanModelData.optimum(truth, 1e20).parameters;
const planted = (noise: number, random: Random): RunRecord[] =>
  [1e6, 1e7, 1e8, 1e9].flatMap((parameters) =>
    [3e7, 3e8, 3e9, 2e10, 1e11, 1e12].map((tokens) => ({
      id: `${parameters}/${tokens}`,
      parameters,
      tokens,
      flops: 6 * parameters * tokens,
      loss: kaplanModelData.loss(truth, parameters, tokens) * Math.exp(noise * random.normal()),
    })),
  );

test("every point of a curve is what a fit with the quantity held there costs", () => {
  const records = planted(0.01, createRandom(3));
  const [, fit] = fitKaplan(records, { resamples: 0 });
  const curves = kaplanModelDataCurves(fit, records, { flops: 1e20, steps: 2 });
  expect(Object.keys(curves)).toEqual(["Nc", "Dc", "alphaN", "alphaD", "a", "N_opt"]);
  const rows = records.map((r) => ({ inputs: { N: r.parameters, D: r.tokens }, y: r.loss }));
  const cost = (fixed: Partial<typeof truth>) =>
    // fitLaw tells the mean square, the fit half the sum.
    (fitLaw(kaplanModelData, rows, { fixed, resamples: 0, starts: 1 }).objective * rows.length) / 2;
  for (const name of ["Nc", "Dc", "alphaN", "alphaD"] as const) {
    const { points, level, estimate } = curves[name]!;
    expect(estimate / fit.parameters[name]).toBeCloseTo(1, 4);
    for (const { value, rise } of points)
      expect(Math.abs(cost({ [name]: value }) - fit.objective - rise), `${name} ${value}`).toBeLessThan(2e-3 * level);
  }
  // With a held, by brute force over alphaN: alphaD follows from both.
  const { points, level, estimate } = curves.a!;
  expect(estimate).toBeCloseTo(fit.exponents.a, 8);
  for (const { value, rise } of points) {
    const held = (alphaN: number) => cost({ alphaN, alphaD: (value * alphaN) / (1 - value) });
    const around = (factor: number) => Math.log(fit.parameters.alphaN * factor);
    const least = held(Math.exp(goldenSection((log) => held(Math.exp(log)), around(0.85), around(1.15), 1e-4)));
    expect(Math.abs(least - fit.objective - rise), `a ${value}`).toBeLessThan(5e-3 * level);
  }
});

test("finds a planted law without noise, exactly", () => {
  const records = planted(0, createRandom(1));
  const [, fit] = fitKaplan(records, { resamples: 0 });
  const { alphaN, a, N_opt } = kaplanModelDataCurves(fit, records, { flops: 1e20 });
  expect(alphaN!.estimate).toBeCloseTo(truth.alphaN, 8);
  expect(a!.estimate).toBeCloseTo(exponent, 7);
  expect(N_opt!.estimate / optimum).toBeCloseTo(1, 5);
});

test("hold the planted constants, a and N_opt about 95 times in 100", () => {
  const { coverage } = measureCoverage(
    {
      truth: { alphaN: truth.alphaN, alphaD: truth.alphaD, Nc: truth.Nc, a: exponent, N_opt: optimum },
      intervals(random) {
        const records = planted(0.01, random);
        const [, fit] = fitKaplan(records, { resamples: 0 });
        const curves = kaplanModelDataCurves(fit, records, { flops: 1e20, steps: 1 });
        return Object.fromEntries(Object.entries(curves).map(([name, { interval }]) => [name, interval]));
      },
    },
    { studies: 120, seed: 7 },
  );
  // Binomial(120, 0.95) leaves 107 to 119 with probability 1 %.
  for (const { inside, quantity } of coverage) expect(inside, quantity).toBeGreaterThanOrEqual(107);
});

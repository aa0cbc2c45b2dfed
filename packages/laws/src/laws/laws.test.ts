import { describe, expect, test } from "vitest";
import { type ComputeCost, computeOf, sixND, tokensFor } from "../model/computeCost.js";
import { gridThenGolden } from "../numerics/minimiseScalar.js";
import { muennighoffConstants } from "../published/muennighoff.js";
import { chinchilla, chinchillaExponents, chinchillaParametersForTokens } from "./chinchilla.js";
import { dataConstrained } from "./dataConstrained.js";
import { kaplanCompute } from "./kaplanCompute.js";
import { kaplanModelData, kaplanModelDataExponents } from "./kaplanModelData.js";
import { lossFrontier } from "./lossFrontier.js";
import type { LossLaw } from "./lossLaw.js";
import { powerLawAllocation } from "./powerLaw.js";

const hoffmann = { E: 1.69, A: 406.4, B: 410.7, alpha: 0.34, beta: 0.28 };
const repeated = { ...hoffmann, RD: 15.39, RN: 5.31 };
const kaplan = { Nc: 6.4e13, Dc: 1.8e13, alphaN: 0.076, alphaD: 0.103 };

interface Case {
  law: Pick<LossLaw<string>, "name" | "form" | "parameters" | "loss" | "gradient" | "optimum">;
  parameters: Record<string, number>;
}
const lossLaws: Case[] = [
  { law: chinchilla, parameters: hoffmann },
  { law: kaplanModelData, parameters: kaplan },
  { law: dataConstrained(1e11), parameters: repeated },
  { law: dataConstrained(1e13), parameters: repeated },
];

/** Central difference with Richardson's correction, relative step 1e-4. */
function numericalDerivative(
  f: (p: Record<string, number>) => number,
  p: Record<string, number>,
  name: string,
): number {
  const central = (h: number) => (f({ ...p, [name]: p[name]! + h }) - f({ ...p, [name]: p[name]! - h })) / (2 * h);
  const h = 1e-4 * Math.abs(p[name]!);
  return (4 * central(h / 2) - central(h)) / 3;
}

describe.each(lossLaws)("$law.name ($law.form)", ({ law, parameters }) => {
  test.each([
    [1e6, 1e9],
    [3e8, 6e9],
    [7e10, 1.4e12],
    [5e11, 2e9],
  ])("gradient agrees with finite differences at N=%d, D=%d", (n, d) => {
    const gradient = law.gradient(parameters, { N: n, D: d });
    expect(Object.keys(gradient).sort()).toEqual(Object.keys(law.parameters).sort());
    for (const name of Object.keys(parameters)) {
      const numerical = numericalDerivative((p) => law.loss(p, n, d), parameters, name);
      const scale = law.loss(parameters, n, d) / Math.abs(parameters[name]!);
      expect(Math.abs(gradient[name]! - numerical) / scale, name).toBeLessThan(1e-8);
    }
  });
  test.each([
    [1e18, sixND],
    [5.76e23, sixND],
    [1e22, { coefficient: 9, exponent: 0.94 } satisfies ComputeCost],
  ])("optimum at %d FLOPs is what numerical minimisation finds, and spends the budget", (flops, cost) => {
    const optimum = law.optimum(parameters, flops, cost);
    const lossAt = (logN: number) => law.loss(parameters, Math.exp(logN), tokensFor(cost, flops, Math.exp(logN)));
    const found = gridThenGolden(lossAt, Math.log(1e5), Math.log(1e15), 500);
    // Near its minimum the loss is flat to rounding within about 1e-7 of ln N.
    expect(Math.abs(Math.log(optimum.parameters) - found)).toBeLessThan(1e-5);
    expect(optimum.loss).toBeCloseTo(lossAt(found), 12);
    expect(computeOf(cost, optimum.parameters, optimum.tokens) / flops).toBeCloseTo(1, 10);
  });
});

describe("exponents", () => {
  test.each([sixND, { coefficient: 20, exponent: 0.9 }])("are the slopes of the optimum", (cost) => {
    const slope = (law: LossLaw<string>, p: Record<string, number>, of: "parameters" | "tokens") =>
      Math.log(law.optimum(p, 1e22, cost)[of] / law.optimum(p, 1e20, cost)[of]) / Math.log(100);
    expect(slope(chinchilla, hoffmann, "parameters")).toBeCloseTo(chinchillaExponents(hoffmann, cost).a, 10);
    expect(slope(chinchilla, hoffmann, "tokens")).toBeCloseTo(chinchillaExponents(hoffmann, cost).b, 10);
    expect(slope(kaplanModelData, kaplan, "parameters")).toBeCloseTo(kaplanModelDataExponents(kaplan, cost).a, 10);
    expect(slope(kaplanModelData, kaplan, "tokens")).toBeCloseTo(kaplanModelDataExponents(kaplan, cost).b, 10);
  });
  test("Hoffmann's rounded constants give a = 0.45, Kaplan's equation 1.5 gives 0.58", () => {
    expect(chinchillaExponents(hoffmann).a).toBeCloseTo(0.28 / 0.62, 12);
    expect(kaplanModelDataExponents(kaplan).a).toBeCloseTo(0.103 / 0.179, 12);
  });
});

describe("laws of compute alone", () => {
  test("kaplan-compute: gradient and inverse", () => {
    const p = { Cc: 2.7e28, alphaC: 0.05 };
    const gradient = kaplanCompute.gradient(p, { C: 1e21 });
    for (const name of ["Cc", "alphaC"] as const) {
      const numerical = numericalDerivative((q) => kaplanCompute.loss(q as typeof p, 1e21), p, name);
      expect(gradient[name] / numerical).toBeCloseTo(1, 8);
    }
    expect(kaplanCompute.flopsForLoss(p, kaplanCompute.loss(p, 1e21)) / 1e21).toBeCloseTo(1, 9);
  });
  test("loss-frontier: gradient, and the chinchilla optimum lies on it", () => {
    const p = { E: 1.7, k: 900, gamma: 0.15 };
    const gradient = lossFrontier.gradient(p, { C: 1e20 });
    for (const name of ["E", "k", "gamma"] as const) {
      const numerical = numericalDerivative((q) => lossFrontier.loss(q as typeof p, 1e20), p, name);
      expect(gradient[name] / numerical).toBeCloseTo(1, 8);
    }
    const gamma = (0.34 * 0.28) / 0.62;
    const at = (flops: number) => (chinchilla.optimum(hoffmann, flops).loss! - 1.69) * flops ** gamma;
    expect(at(1e24) / at(1e18)).toBeCloseTo(1, 9);
  });
  test("power-law-allocation: gradient of ln N and ln D", () => {
    const p = { kN: 0.1, a: 0.5, kD: 1.6, b: 0.5 };
    const gradient = powerLawAllocation.logGradient(p, 1e20);
    for (const of of ["parameters", "tokens"] as const) {
      for (const name of ["kN", "a", "kD", "b"] as const) {
        const f = (q: Record<string, number>) => Math.log(powerLawAllocation.optimum(q as typeof p, 1e20)[of]);
        expect(gradient[of][name]).toBeCloseTo(numericalDerivative(f, p, name), 6);
      }
    }
  });
});

describe("data-constrained", () => {
  test("gives the worked examples of Muennighoff et al.'s repository to every digit, and finds what its grid nears", () => {
    const law = dataConstrained(25e9);
    const p = muennighoffConstants;
    expect(law.loss(p, 6.34e9, 242e9)).toBeCloseTo(2.2256440889984477, 14);
    expect(law.loss(p, 8.67e9, 178e9)).toBeCloseTo(2.2269634075087867, 14);
    [1e8, 4e8, 1.5e9].forEach((unique, i) => {
      const published = [5098651.77, 20394607.06, 76479776.48][i]!;
      expect(chinchillaParametersForTokens(p, unique)).toBeCloseTo(published, 2);
    });
    const free = chinchilla.optimum(p, 5.76e23);
    expect(free.parameters / 69962173313.5).toBeCloseTo(1, 11);
    expect(free.tokens / 1372170066384.2).toBeCloseTo(1, 11);
    // optimal_allocation(1e22, 25e9) is the best of a grid of steps of 0.4 %: the minimum lies within a step, and lower.
    const optimum = law.optimum(p, 1e22);
    expect(Math.abs(optimum.tokens / 237336955477.55 - 1)).toBeLessThan(0.001);
    expect(Math.abs(optimum.parameters / 7022364735.88 - 1)).toBeLessThan(0.001);
    const byGrid = law.loss(p, 7022364735.88, 237336955477.55);
    expect(optimum.loss!).toBeLessThan(byGrid);
    expect(optimum.loss!).toBeGreaterThan(byGrid - 1e-8);
  });
  test("with data to spare it is the chinchilla law wherever the model is not oversized", () => {
    const n = 1e9;
    const d = 1e12;
    expect(n).toBeLessThan(chinchillaParametersForTokens(hoffmann, d));
    expect(dataConstrained(1e13).loss(repeated, n, d)).toBe(chinchilla.loss(hoffmann, n, d));
  });
  test("four epochs are worth nearly four times the data, a hundred are not", () => {
    const law = dataConstrained(1e10);
    const gain = (d: number) => law.loss(repeated, 1e8, 1e10) - law.loss(repeated, 1e8, d);
    const fresh = (d: number) => chinchilla.loss(hoffmann, 1e8, 1e10) - chinchilla.loss(hoffmann, 1e8, d);
    expect(gain(4e10) / fresh(4e10)).toBeGreaterThan(0.9);
    expect(gain(1e12) / fresh(1e12)).toBeLessThan(0.85);
  });
});

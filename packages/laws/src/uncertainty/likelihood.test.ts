import { describe, expect, test } from "vitest";
import { CHI_SQUARE_95, erf, logHuberNormaliser, logLikelihood, objectiveAt95 } from "./likelihood.js";

test("erf against tabulated values (Abramowitz & Stegun, table 7.1)", () => {
  for (const [x, value] of [
    [0, 0],
    [0.1, 0.1124629160182849],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [2, 0.9953222650189527],
    [2.5, 0.999593047982555],
    [3, 0.9999779095030014],
  ] as const) {
    expect(erf(x)).toBeCloseTo(value, 14);
    expect(erf(-x)).toBeCloseTo(-value, 14);
  }
  expect(erf(2.4999999)).toBeCloseTo(erf(2.5000001), 9);
});

describe("the density behind Huber's loss", () => {
  test.each([
    [1e-3, 1e-8],
    [1e-3, 1e-6],
    [1e-3, 1e-5],
    [1, 0.3],
    [1e-9, 5e-12],
  ])("its normaliser is its integral (delta %s, tau %s)", (delta, tau) => {
    // Simpson's rule in units of the scale, each piece on its own because the third derivative jumps at delta.
    const density = (r: number) => Math.exp(-(r <= delta ? 0.5 * r * r : delta * (r - 0.5 * delta)) / tau);
    const simpson = (low: number, high: number) => {
      const steps = 20_000;
      const h = (high - low) / steps;
      let sum = density(low) + density(high);
      for (let k = 1; k < steps; k++) sum += density(low + k * h) * (k % 2 ? 4 : 2);
      return (sum * h) / 3;
    };
    const integral = 2 * (simpson(0, delta) + simpson(delta, delta + (60 * tau) / delta));
    expect(Math.exp(logHuberNormaliser(delta, tau)) / integral).toBeCloseTo(1, 8);
  });
  test("a wide delta makes it normal, a narrow one Laplace's", () => {
    const sizes = Array.from({ length: 50 }, (_, i) => 0.002 * (i + 1));
    const squares = sizes.reduce((sum, r) => sum + r * r, 0);
    const absolute = sizes.reduce((sum, r) => sum + r, 0);
    expect(logLikelihood("huber", 10, squares / 2, 50)).toBeCloseTo(logLikelihood("mse", 0, squares, 50), 6);
    const delta = 1e-8;
    expect(logLikelihood("huber", delta, delta * absolute, 50)).toBeCloseTo(logLikelihood("lad", 0, absolute, 50), 3);
  });
  test("at the objective of the 95 % limit the likelihood ratio is 3.841", () => {
    for (const loss of ["huber", "lad", "mse"] as const) {
      const limit = objectiveAt95(loss, 1e-3, 0.002, 240);
      const ratio = 2 * (logLikelihood(loss, 1e-3, 0.002, 240) - logLikelihood(loss, 1e-3, limit, 240));
      expect(ratio).toBeCloseTo(CHI_SQUARE_95, 5);
    }
  });
});

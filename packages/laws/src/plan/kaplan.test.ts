import { describe, expect, test } from "vitest";
import { criticalBatch } from "../laws/criticalBatch.js";
import { kaplanCompute } from "../laws/kaplanCompute.js";
import { kaplanModelData } from "../laws/kaplanModelData.js";
import { kaplanModelSteps } from "../laws/kaplanModelSteps.js";
import {
  computeAtBatch,
  gradientNoiseScale,
  minimumCompute,
  minimumSteps,
  stepsAtBatch,
} from "../model/criticalBatch.js";
import { nonEmbeddingParameters, totalParameters } from "../model/embeddingShare.js";
import { bisect, gridThenGolden } from "../numerics/minimiseScalar.js";
import { createRandom } from "../numerics/random.js";
import { kaplanRecipe } from "../published/kaplan.js";
import { FLOPS_PER_PF_DAY } from "../units/flops.js";
import { kaplanComputeExponent, kaplanEfficient } from "./kaplanEfficient.js";
import { earlyStoppingSteps, overfittingShare, tokensAgainstOverfitting } from "./overfitting.js";

const steps = kaplanModelSteps.published.parameters;
const batch = criticalBatch.published.parameters;
const modelData = kaplanModelData.published.parameters;

describe("Kaplan's conversions", () => {
  test("at the critical batch, twice the least steps and twice the least compute; and back again", () => {
    expect(minimumSteps(1000, 2e6, 2e6)).toBe(500);
    expect(minimumCompute(1e20, 2e6, 2e6)).toBe(5e19);
    for (const size of [1e4, 5e5, 1e8]) {
      expect(stepsAtBatch(minimumSteps(777, size, 1e6), size, 1e6)).toBeCloseTo(777, 9);
      expect(computeAtBatch(minimumCompute(1e21, size, 1e6), size, 1e6) / 1e21).toBeCloseTo(1, 12);
      // Equation 5.1: (S/Smin - 1)(E/Emin - 1) = 1, with E = B S and Emin = B_crit Smin.
      const least = minimumSteps(777, size, 1e6);
      expect((777 / least - 1) * ((size * 777) / (1e6 * least) - 1)).toBeCloseTo(1, 9);
    }
  });
  test("the critical batch doubles for every 13 % less loss, as Figure 10 says", () => {
    expect(criticalBatch.value(batch, { L: 3 * 0.87 }) / criticalBatch.value(batch, { L: 3 })).toBeCloseTo(1.94, 1);
  });
  test("the noise scale of gradients with known noise is found without bias", () => {
    const random = createRandom(3);
    const dimension = 200;
    const truth = Array.from({ length: dimension }, () => 0.1 * random.normal());
    const squared = truth.reduce((sum, g) => sum + g * g, 0);
    const norm = (size: number) => {
      let sum = 0;
      for (let k = 0; k < 2000; k++) for (const g of truth) sum += (g + random.normal() / Math.sqrt(size)) ** 2;
      return { batch: size, squaredNorm: sum / 2000 };
    };
    // Unit noise in each of 200 directions: its trace is 200.
    const found = gradientNoiseScale(norm(1000), norm(20));
    expect(found.trace / dimension).toBeCloseTo(1, 1);
    expect(found.squaredGradient / squared).toBeCloseTo(1, 1);
    expect(found.noiseScale / (dimension / squared)).toBeCloseTo(1, 1);
    expect(() => gradientNoiseScale({ batch: 8, squaredNorm: 1 }, { batch: 8, squaredNorm: 1 })).toThrow(/different/);
    expect(() => gradientNoiseScale({ batch: 8, squaredNorm: 9 }, { batch: 16, squaredNorm: 1 })).toThrow(
      /noise drowns/,
    );
  });
  test("Pearce and Song's total and its inverse; embeddings weigh less in larger models", () => {
    expect(totalParameters(1e9)).toBeCloseTo(1e9 + 47491e3, 0);
    for (const n of [768, 1e5, 3e7, 1.5e9, 1e12])
      expect(nonEmbeddingParameters(totalParameters(n)) / n).toBeCloseTo(1, 10);
    const numeric = bisect((n) => totalParameters(n) - 1e8, 1, 1e8)!;
    expect(nonEmbeddingParameters(1e8) / numeric).toBeCloseTo(1, 9);
  });
});

describe("Kaplan's overfitting", () => {
  test("Table 2 and 2 % give equation 4.4, D = 5e3 N^0.74", () => {
    for (const n of [1e6, 1e8, 1e9]) {
      const d = tokensAgainstOverfitting(modelData, n);
      expect(d / (5e3 * n ** 0.74)).toBeGreaterThan(0.9);
      expect(d / (5e3 * n ** 0.74)).toBeLessThan(1.2);
      expect(overfittingShare(modelData, n, d)).toBeCloseTo(0.02, 12);
    }
  });
  test("the share is what L(N, D) loses against L(N, infinity)", () => {
    const share = kaplanModelData.loss(modelData, 3e8, 1e9) / kaplanModelData.loss(modelData, 3e8, 1e25) - 1;
    expect(overfittingShare(modelData, 3e8, 1e9)).toBeCloseTo(share, 9);
  });
  test("training stops early where the learning curve has come down to what finite data cost", () => {
    const stop = earlyStoppingSteps(steps, modelData, 1e8, 1e9);
    const excess = kaplanModelData.loss(modelData, 1e8, 1e9) - kaplanModelData.loss(modelData, 1e8, 1e25);
    expect((steps.Sc / stop) ** steps.alphaS).toBeCloseTo(excess, 9);
    expect(earlyStoppingSteps(steps, modelData, 1e8, 1e10)).toBeGreaterThan(stop);
  });
});

describe("Kaplan's efficient frontier", () => {
  test("equation 6.4 gives 0.052 by the printed exponents, the slope of the frontier; N grows as C^0.68", () => {
    const exponent = kaplanComputeExponent(steps, batch);
    expect(exponent).toBeCloseTo(0.052, 3);
    const [low, high] = [1e19, 1e22].map((flops) => kaplanEfficient(steps, batch, flops));
    expect(Math.log(low!.loss / high!.loss) / Math.log(1e3)).toBeCloseTo(exponent, 10);
    expect(Math.log(high!.parameters / low!.parameters) / Math.log(1e3)).toBeCloseTo(exponent / steps.alphaN, 10);
  });
  test.each([1e18, 1e21])("at %d FLOPs no other size has less loss, the critical batch of that loss kept", (flops) => {
    const given = kaplanEfficient(steps, batch, flops);
    expect((6 * given.parameters * given.batchTokens * given.steps) / flops).toBeCloseTo(1, 10);
    const lossOf = (n: number) =>
      bisect(
        (loss) =>
          kaplanModelSteps.value(steps, { N: n, S: flops / (6 * n * criticalBatch.value(batch, { L: loss })) }) - loss,
        0.3,
        200,
      )!;
    const found = gridThenGolden((logN) => lossOf(Math.exp(logN)), Math.log(1e5), Math.log(1e13), 300, 1e-7);
    expect(Math.abs(Math.log(given.parameters) - found)).toBeLessThan(1e-4);
    expect(given.loss).toBeCloseTo(lossOf(Math.exp(found)), 9);
  });
  test("Table 6 is near it, and spends its compute about as it says", () => {
    const recipe = kaplanRecipe(FLOPS_PER_PF_DAY);
    expect(recipe).toEqual({ parameters: 1.3e9, batchTokens: 2e6, steps: 5.4e3, tokens: 2e10 });
    // 6 N B S = C_min within the rounding of four printed constants and D = 2 B S at the critical batch.
    expect((6 * recipe.parameters * recipe.batchTokens * recipe.steps) / FLOPS_PER_PF_DAY).toBeCloseTo(1, 0);
    expect((2 * recipe.batchTokens * recipe.steps) / recipe.tokens).toBeCloseTo(1.08, 2);
    const efficient = kaplanEfficient(steps, batch, FLOPS_PER_PF_DAY);
    expect(Math.abs(Math.log(efficient.parameters / recipe.parameters))).toBeLessThan(1);
    expect(
      Math.abs(efficient.loss / kaplanCompute.loss(kaplanCompute.published.parameters, FLOPS_PER_PF_DAY) - 1),
    ).toBeLessThan(0.2);
  });
});

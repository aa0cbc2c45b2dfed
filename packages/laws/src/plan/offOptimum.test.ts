import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chinchilla } from "../laws/chinchilla.js";
import { besiroglu2024, besirogluConstants } from "../published/besiroglu.js";
import { hoffmannApproach1, hoffmannApproach3 } from "../published/hoffmann.js";
import { sizeAlternatives } from "./alternatives.js";
import { offOptimum, sizesWithin } from "./offOptimum.js";

const { E, A, B, alpha, beta } = besirogluConstants;

describe("offOptimum", () => {
  it("costs nothing at the optimum, and the plan's penalty at half and double the size", () => {
    const optimum = besiroglu2024.optimum(5.76e23);
    const at = offOptimum(besiroglu2024, optimum, optimum.parameters)!;
    expect(at.loss).toBe(optimum.loss);
    expect(at.extraCompute).toBeCloseTo(0, 9);
    for (const one of sizeAlternatives(besiroglu2024, optimum)) {
      const off = offOptimum(besiroglu2024, optimum, one.parameters)!;
      expect(off.tokens / one.tokens).toBeCloseTo(1, 12);
      expect(off.loss - optimum.loss!).toBeCloseTo(one.lossPenalty!, 12);
    }
  });

  it("needs the compute at which that size has the optimum's loss, in closed form for E + A/N^alpha + B/D^beta", () => {
    const optimum = besiroglu2024.optimum(1e22);
    for (const factor of [0.25, 0.5, 0.9, 1.1, 2, 8]) {
      const n = factor * optimum.parameters;
      const d = (B / (optimum.loss! - E - A * n ** -alpha)) ** (1 / beta);
      expect(offOptimum(besiroglu2024, optimum, n)!.extraCompute).toBeCloseTo((6 * n * d) / 1e22 - 1, 8);
    }
  });

  it("says nothing of extra compute where no data reach the loss, and nothing at all where the law has no loss", () => {
    const optimum = besiroglu2024.optimum(1e22);
    const floor = (A / (optimum.loss! - E)) ** (1 / alpha);
    expect(offOptimum(besiroglu2024, optimum, floor * 0.99)).not.toHaveProperty("extraCompute");
    expect(offOptimum(hoffmannApproach1, hoffmannApproach1.optimum(1e22), 1e9)).toBeUndefined();
    expect(sizesWithin(hoffmannApproach1, hoffmannApproach1.optimum(1e22), { lossShare: 0.001 })).toBeUndefined();
  });
});

describe("sizesWithin", () => {
  it("ends where the tolerance is spent, on both sides of the optimum, at any budget", () => {
    fc.assert(
      fc.property(fc.double({ min: 18, max: 26, noNaN: true }), (logC) => {
        const optimum = hoffmannApproach3.optimum(10 ** logC);
        const [low, high] = sizesWithin(hoffmannApproach3, optimum, { extraCompute: 0.01 })!;
        expect(low).toBeLessThan(optimum.parameters);
        expect(high).toBeGreaterThan(optimum.parameters);
        for (const n of [low, high])
          expect(offOptimum(hoffmannApproach3, optimum, n)!.extraCompute).toBeCloseTo(0.01, 6);
        for (const n of sizesWithin(hoffmannApproach3, optimum, { lossShare: 0.001 })!)
          expect(offOptimum(hoffmannApproach3, optimum, n)!.loss / optimum.loss!).toBeCloseTo(1.001, 9);
      }),
      { numRuns: 25 },
    );
  });

  it("is the same by loss and by compute to first order: a loss penalty over -dL/dlnC", () => {
    const flops = 1e22;
    const optimum = besiroglu2024.optimum(flops);
    const slope = (chinchilla.optimum(besirogluConstants, flops * 1.001).loss! - optimum.loss!) / Math.log(1.001);
    const share = 1e-4;
    const byCompute = sizesWithin(besiroglu2024, optimum, { extraCompute: share })!;
    const byLoss = sizesWithin(besiroglu2024, optimum, { lossShare: (share * -slope) / optimum.loss! })!;
    byCompute.forEach((n, i) => {
      expect(Math.log(n / byLoss[i]!)).toBeCloseTo(0, 3);
    });
  });
});

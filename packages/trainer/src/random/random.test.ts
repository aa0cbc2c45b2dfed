import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fillNormal } from "./normal.js";
import { createPermutation } from "./permutation.js";
import { philox } from "./philox.js";

// Random123's kat_vectors, philox4x32 10.
test.each([
  [[0, 0, 0, 0], [0, 0], "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
  [[-1, -1, -1, -1], [-1, -1], "408f276d 41c83b0e a20bc7c6 6d5451fd"],
  [[0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0], "d16cfe09 94fdcceb 5001e420 24126ea1"],
] as const)("Philox gives the published words of counter %j and key %j", (counter, key, words) => {
  const out = new Uint32Array(4);
  philox(counter, key, out);
  expect(Array.from(out, (word) => word.toString(16).padStart(8, "0")).join(" ")).toBe(words);
});

describe("normal deviates", () => {
  const draw = (length: number, seed = 1, stream = 0) => {
    const out = new Float32Array(length);
    fillNormal(out, 1, seed, stream);
    return out;
  };
  test("have the moments of a normal distribution", () => {
    const values = draw(200_000);
    const moment = (p: number) => values.reduce((sum, v) => sum + v ** p, 0) / values.length;
    // Four standard errors of each: sqrt(1, 2, 15, 96 / n).
    [1, 2, 3, 4].forEach((p, i) => {
      const expected = [0, 1, 0, 3][i]!;
      expect(Math.abs(moment(p) - expected)).toBeLessThan(4 * Math.sqrt([1, 2, 15, 96][i]! / values.length));
    });
  });
  test("depend on seed, stream and place, and on nothing else", () => {
    const whole = draw(1000, 7, 3);
    expect(draw(10, 7, 3)).toEqual(whole.subarray(0, 10));
    expect(draw(1000, 7, 4)).not.toEqual(whole);
    expect(draw(1000, 8, 3)).not.toEqual(whole);
    expect(draw(1000, 7 + 2 ** 32, 3)).not.toEqual(whole);
    const other = draw(1000, 7, 4);
    const correlation = whole.reduce((sum, v, i) => sum + v * other[i]!, 0) / whole.length;
    expect(Math.abs(correlation)).toBeLessThan(4 / Math.sqrt(1000));
  });
});

describe("a permutation", () => {
  test("holds every position once", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), fc.nat(100), (length, seed, epoch) => {
        const at = createPermutation(length, seed, epoch, 1);
        const places = Array.from({ length }, (_, i) => at(i));
        expect([...places].sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, i) => i));
      }),
      { numRuns: 100 },
    );
  });
  test("sends a position anywhere equally often, and its neighbour independently of it", () => {
    const length = 10;
    const trials = 20_000;
    const pairs = new Float64Array(length * length);
    for (let seed = 0; seed < trials; seed++) {
      const at = createPermutation(length, seed, 0, 1);
      pairs[at(3) * length + at(4)]!++;
    }
    const expected = trials / (length * (length - 1));
    let chiSquared = 0;
    for (let i = 0; i < pairs.length; i++) {
      if (i % (length + 1) === 0) expect(pairs[i]).toBe(0);
      else chiSquared += (pairs[i]! - expected) ** 2 / expected;
    }
    // 89 degrees of freedom: mean 89, standard deviation 13.3.
    expect(chiSquared).toBeLessThan(89 + 4 * 13.3);
  });
  test("reaches beyond 32 bits", () => {
    const at = createPermutation(2 ** 40, 1, 0, 1);
    const places = Array.from({ length: 1000 }, (_, i) => at(i));
    expect(new Set(places).size).toBe(1000);
    expect(Math.max(...places)).toBeGreaterThan(2 ** 38);
    expect(Math.max(...places)).toBeLessThan(2 ** 40);
  });
});
